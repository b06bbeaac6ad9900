import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { startFleet, type FleetOptions } from '../../../src/sandbox/fleet/fleet.ts';
import type { Fleet, FleetHost } from '../../../src/sandbox/fleet/host.ts';
import { observeService } from './observe-services.ts';
import { ask, observeWeb } from './observe-web.ts';
import { dial, ended, isFree, receive } from './sockets.ts';

const running: Fleet[] = [];
async function start(options: FleetOptions): Promise<Fleet> {
  const fleet = await startFleet(options);
  running.push(fleet);
  return fleet;
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((fleet) => fleet.close()));
});

function host(fleet: Fleet, name: string): FleetHost {
  const found = fleet.hosts.find((candidate) => candidate.name === name);
  if (found === undefined) {
    throw new Error(`No host ${name}.`);
  }
  return found;
}

function everyPort(fleet: Fleet): { address: string; port: number }[] {
  return [
    ...fleet.hosts.flatMap(({ address, ports }) => ports.map(({ port }) => ({ address, port }))),
    ...fleet.stranger.ports.map((port) => ({ address: fleet.stranger.address, port })),
  ];
}

const onLinux = process.platform === 'linux';

describe('addresses and ports', () => {
  test.runIf(onLinux)('each host has an address of its own (only Linux has all of 127.0.0.0/8)', async () => {
    const free = await isFree('127.20.102.11', 8443);
    const fleet = await start({ network: '127.20.102' });
    expect(fleet.singleAddress).toBe(false);
    const addresses = [...fleet.hosts, fleet.stranger].map(({ address }) => address);
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(addresses.every((address) => address.startsWith('127.20.102.'))).toBe(true);
    // The port that the roster prefers, unless something else has it here or at 0.0.0.0.
    expect(host(fleet, 'shop').ports[0]?.port === 8443).toBe(free);
  });

  test('a single address serves everything at different ports', async () => {
    const fleet = await start({ singleAddress: true });
    expect(fleet.singleAddress).toBe(true);
    const ports = everyPort(fleet);
    expect(new Set(ports.map(({ address }) => address))).toEqual(new Set(['127.0.0.1']));
    expect(new Set(ports.map(({ port }) => port)).size).toBe(ports.length);
    for (const name of ['shop', 'portal', 'files', 'jump-box', 'relay', 'sensors']) {
      const { address, ports: own } = host(fleet, name);
      for (const port of own) {
        const observer = port.protocol.startsWith('http') ? observeWeb : observeService;
        expect((await observer(address, port)).toSorted()).toEqual(port.traits.toSorted());
      }
    }
    const redirect = host(fleet, 'shop').ports[1];
    const answer = await ask('127.0.0.1', redirect ?? { port: 0, protocol: 'http' }, '/');
    expect(answer.headers.location).toBe(`https://127.0.0.1:${host(fleet, 'shop').ports[0]?.port}/`);
    expect(fleet.stranger.connections).toBe(0);
  });

  test('two fleets at the same addresses do not get into each other’s way', async () => {
    const [first, second] = await Promise.all([
      start({ network: '127.20.104' }),
      start({ network: '127.20.104' }),
    ]);
    const ports = [...everyPort(first), ...everyPort(second)].map(
      ({ address, port }) => `${address}:${port}`,
    );
    expect(new Set(ports).size).toBe(ports.length);
  });

  test.each(['10.0.0', '127.0.0.1', '127.a.b', '127.1.256', '127.1.example', ''])(
    'the network %j is refused',
    async (network) => {
      await expect(startFleet({ network })).rejects.toMatchObject({ code: 'sandbox-bad-network' });
    },
  );
});

describe('counting', () => {
  test('the stranger counts every connection and says nothing', async () => {
    const { stranger } = await start({ network: '127.20.105' });
    expect(stranger.connections).toBe(0);
    for (const port of stranger.ports) {
      await ended(await dial(stranger.address, port));
    }
    expect(stranger.connections).toBe(stranger.ports.length);
  });

  test('so does the host that is to be left alone, and every other port', async () => {
    const fleet = await start({ network: '127.20.106' });
    expect(fleet.hosts.filter(({ purpose }) => purpose === 'leave-alone').map(({ name }) => name)).toEqual([
      'contractor',
    ]);
    const contractor = host(fleet, 'contractor');
    expect(contractor.connections).toBe(0);
    const [port] = contractor.ports;
    await ask(contractor.address, port ?? { port: 0, protocol: 'http' }, '/');
    expect(contractor.connections).toBe(1);
    expect(port?.connections).toBe(1);
    expect(fleet.hosts.reduce((sum, { connections }) => sum + connections, 0)).toBe(1);
    expect(fleet.stranger.connections).toBe(0);
  });
});

describe('mending', () => {
  test('makes every mendable host good at the same address and port, and only that one', async () => {
    const fleet = await start({ network: '127.20.107' });
    for (const { name, address, ports } of fleet.hosts.filter(({ mendable }) => mendable)) {
      const others = fleet.hosts.filter((other) => other.name !== name).map(({ traits }) => traits);
      const before = ports.map(({ port, mends }) => ({ port, mends }));
      expect(before.some(({ mends }) => mends.length > 0)).toBe(true);
      await fleet.mend(name);
      expect(ports.map(({ port }) => port)).toEqual(before.map(({ port }) => port));
      for (const port of ports) {
        const observer = port.protocol.startsWith('http') ? observeWeb : observeService;
        expect({ name, seen: await observer(address, port) }).toEqual({ name, seen: [] });
        expect(port.traits).toEqual([]);
        expect(port.mends).toEqual([]);
      }
      for (const port of ports.filter(({ protocol }) => protocol === 'https')) {
        expect((await ask(address, port, '/', { ca: fleet.ca })).status).toBe(200);
      }
      expect(fleet.hosts.filter((other) => other.name !== name).map(({ traits }) => traits)).toEqual(others);
    }
    expect(fleet.hosts.filter(({ traits }) => traits.length > 0).map(({ name }) => name)).toEqual([
      'database',
      'contractor',
    ]);
  });

  test('ends the connections of the old server, keeps the count, and does nothing the second time', async () => {
    const fleet = await start({ network: '127.20.108' });
    const sensors = host(fleet, 'sensors');
    const socket = await dial(sensors.address, sensors.ports[0]?.port ?? 0);
    socket.write(Buffer.from('100d00044d5154540402003c000174', 'hex'));
    await receive(socket, (bytes) => bytes.length >= 4);
    expect(sensors.connections).toBe(1);
    await fleet.mend('sensors');
    await ended(socket);
    expect(sensors.connections).toBe(1);
    expect(sensors.mendable).toBe(false);
    await fleet.mend('sensors');
    expect(sensors.traits).toEqual([]);
  });

  test('refuses what cannot be done, in one sentence', async () => {
    const fleet = await start({ network: '127.20.109' });
    await expect(fleet.mend('nowhere')).rejects.toMatchObject({ code: 'sandbox-no-such-host' });
    await expect(fleet.mend('nowhere')).rejects.toThrow(/"nowhere".*one of shop, portal/);
    await expect(fleet.mend('database')).rejects.toMatchObject({ code: 'sandbox-not-mendable' });
    await fleet.close();
    await expect(fleet.mend('portal')).rejects.toMatchObject({ code: 'sandbox-fleet-closed' });
  });
});

describe('the end', () => {
  test('ends every port and every connection, also twice', async () => {
    const fleet = await start({ network: '127.20.110' });
    const ports = everyPort(fleet);
    const sockets: Socket[] = [];
    for (const { address, port } of ports) {
      sockets.push(await dial(address, port));
    }
    const begun = performance.now();
    await Promise.all([fleet.close(), fleet.close()]);
    expect(performance.now() - begun).toBeLessThan(1000);
    await Promise.all(sockets.map((socket) => ended(socket)));
    for (const { address, port } of ports) {
      await expect(dial(address, port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    }
  });

  test('leaves nothing behind that would keep a process alive', async () => {
    const script = fileURLToPath(new URL('start-and-close.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const killer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const [code] = (await once(child, 'exit')) as [number | null];
    clearTimeout(killer);
    const { startMs, closeMs, exitMs } = JSON.parse(output) as Record<string, number>;
    expect(code).toBe(0);
    expect(startMs).toBeLessThan(2500);
    expect(closeMs).toBeLessThan(1000);
    expect(exitMs).toBeLessThan(1000);
  });
});
