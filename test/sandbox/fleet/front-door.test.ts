import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { FrontDoor, hasAddress, type Service } from '../../../src/sandbox/fleet/front-door.ts';
import { dial, ended, receive } from './sockets.ts';

const doors: FrontDoor[] = [];
const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(doors.splice(0).map((door) => door.close()));
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function open(address: string, port: number): Promise<FrontDoor> {
  const door = await FrontDoor.open(address, port);
  doors.push(door);
  return door;
}

/** Something else that has a port already. */
async function occupy(address: string): Promise<number> {
  const server = createServer().listen(0, address);
  servers.push(server);
  await once(server, 'listening');
  const bound = server.address();
  return typeof bound === 'object' ? (bound?.port ?? 0) : 0;
}

function greeter(word: string): Service & { closed: number } {
  return {
    closed: 0,
    accept: (socket) => void socket.write(word),
    async close() {
      this.closed += 1;
    },
  };
}

const heard = async (door: FrontDoor): Promise<string> => {
  const socket = await dial(door.address, door.port);
  const word = await receive(socket, (bytes) => bytes.length >= 3);
  socket.destroy();
  return word.toString();
};

describe('a port that is taken is not waited for', () => {
  test('at the same address', async () => {
    const taken = await occupy('127.0.0.1');
    const door = await open('127.0.0.1', taken);
    expect(door.port).not.toBe(taken);
    await door.install(greeter('one'));
    expect(await heard(door)).toBe('one');
  });

  test.runIf(process.platform === 'linux')(
    'at 0.0.0.0 (elsewhere a bind to one address succeeds all the same)',
    async () => {
      const taken = await occupy('0.0.0.0');
      const door = await open('127.20.100.1', taken);
      expect(door.port).not.toBe(taken);
    },
  );

  test('any other error is passed on', async () => {
    await expect(FrontDoor.open('192.0.2.1', 0)).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });
});

test('an address is there or not', async () => {
  expect(await hasAddress('127.0.0.1')).toBe(true);
  expect(await hasAddress('192.0.2.1')).toBe(false);
});

test('counts connections even when nobody is behind the door', async () => {
  const door = await open('127.0.0.1', 0);
  await ended(await dial(door.address, door.port));
  expect(door.connections).toBe(1);
});

test('changes the server behind it without letting go of the port', async () => {
  const door = await open('127.0.0.1', 0);
  const [first, second] = [greeter('one'), greeter('two')];
  await door.install(first);
  const held = await dial(door.address, door.port);
  await receive(held, (bytes) => bytes.length >= 3);
  await door.install(second);
  await ended(held);
  expect(await heard(door)).toBe('two');
  expect([first.closed, second.closed, door.connections]).toEqual([1, 0, 2]);
});

test('a server that comes too late is closed at once', async () => {
  const door = await FrontDoor.open('127.0.0.1', 0);
  const [first, late] = [greeter('one'), greeter('two')];
  await door.install(first);
  await door.close();
  await door.install(late);
  expect([first.closed, late.closed]).toEqual([1, 1]);
});
