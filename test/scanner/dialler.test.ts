import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PermanentError } from '../../src/domain/errors.ts';
import { createDialler, type DialEvent } from '../../src/scanner/dialler.ts';
import { ConversationError } from '../../src/scanner/probe.ts';
import { mintTarget, type Target } from '../../src/scope/target.ts';
import { closedPort, deafPort, endpointAt, later, leaseOn, listen, targetAt } from './support.ts';

const never = new AbortController().signal;

function diallerUnderTest(
  options: Partial<Parameters<typeof createDialler>[0]> = {},
  connectTimeoutMs = 10_000,
) {
  const events: DialEvent[] = [];
  const dial = createDialler({ now: Date.now, onDial: (event) => events.push(event), ...options });
  return {
    dial: (target: Target, signal = never) => dial(target, { connectTimeoutMs }, signal),
    events,
  };
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => {
      throw new Error('it succeeded');
    },
    (error: unknown) => error,
  );
}

describe('the dialler', () => {
  it('connects to the target and tells the recorder', async () => {
    const listener = await listen(() => {});
    const { dial, events } = diallerUnderTest();
    const target = targetAt(listener.port);

    const wire = await dial(target);
    wire.close();

    expect(events).toEqual([
      {
        endpointId: target.endpoint.id,
        authorisationId: 'test',
        address: '127.0.0.1',
        transport: 'tcp',
        port: listener.port,
        at: expect.any(Number),
        sent: true,
        outcome: 'connected',
      },
    ]);
  });

  // Not every container has an IPv6 loopback; CI must.
  const withoutIpv6 = !Object.values(networkInterfaces()).some((all) =>
    all?.some(({ address }) => address === '::1'),
  );
  it.skipIf(withoutIpv6 && process.env.CI !== 'true')('connects over IPv6 (needs ::1)', async () => {
    const listener = await listen(() => {}, { address: '::1' });
    const { dial } = diallerUnderTest();
    const wire = await dial(targetAt(listener.port, '::1'));
    wire.close();
    await expect.poll(() => listener.accepted).toBe(1);
  });

  it('says refused where nothing listens', async () => {
    const { dial, events } = diallerUnderTest();
    const error = await failureOf(dial(targetAt(await closedPort())));
    expect(error).toBeInstanceOf(ConversationError);
    expect(error).toMatchObject({ status: 'refused' });
    expect(events).toMatchObject([{ sent: true, outcome: 'refused' }]);
  });

  it('opens no socket once the lease has run out', async () => {
    const listener = await listen(() => {});
    const { dial, events } = diallerUnderTest({ now: () => 1_000 });
    const target = (expiresAt: number): Target =>
      targetAt(listener.port, '127.0.0.1', { ...leaseOn('127.0.0.1'), expiresAt });

    for (const expiresAt of [0, 999, 1_000]) {
      expect(await failureOf(dial(target(expiresAt)))).toMatchObject({ status: 'moved' });
    }
    await later(50);
    expect(listener.accepted).toBe(0);
    expect(events.map(({ sent, outcome }) => ({ sent, outcome }))).toEqual(
      Array(3).fill({ sent: false, outcome: 'moved' }),
    );

    const wire = await dial(target(1_001));
    wire.close();
    await expect.poll(() => listener.accepted).toBe(1);
  });

  it('opens no socket under a lease on another address', async () => {
    const listener = await listen(() => {});
    const { dial } = diallerUnderTest();
    const error = await failureOf(dial(targetAt(listener.port, '127.0.0.1', leaseOn('127.0.0.2'))));
    expect(error).toMatchObject({ status: 'moved' });
    await later(50);
    expect(listener.accepted).toBe(0);
  });

  it('refuses what scope did not mint, however much it looks like a target', async () => {
    const listener = await listen(() => {});
    const { dial, events } = diallerUnderTest();
    const copy = { ...targetAt(listener.port) };
    const literal = { endpoint: endpointAt('127.0.0.1'), transport: 'tcp', port: listener.port };
    for (const forged of [copy, literal, Object.create(targetAt(listener.port)), null, 'target']) {
      const error = await failureOf(dial(forged as Target));
      expect(error).toBeInstanceOf(PermanentError);
      expect(error).toMatchObject({ code: 'not-a-target' });
    }
    await later(50);
    expect(listener.accepted).toBe(0);
    expect(events).toEqual([]);
  });

  it.each([
    '127.1',
    '0177.0.0.1',
    '2130706433',
    '0x7f000001',
    'localhost',
    '::ffff:127.0.0.1',
    '::FFFF:7f00:1',
    '0:0:0:0:0:0:0:1',
    '::1%lo',
    '[::1]',
    '127.0.0.1:80',
    ' 127.0.0.1',
    '',
  ])('refuses an address that is not canonical: %j', async (address) => {
    const listener = await listen(() => {});
    const { dial } = diallerUnderTest();
    for (const family of [4, 6] as const) {
      const target = mintTarget(endpointAt(address, family), 'tcp', listener.port, leaseOn(address));
      expect(await failureOf(dial(target))).toMatchObject({ code: 'address-not-canonical' });
    }
    expect(listener.accepted).toBe(0);
  });

  it('refuses a UDP port and ports that do not exist', async () => {
    const { dial } = diallerUnderTest();
    const udp = mintTarget(endpointAt('127.0.0.1'), 'udp', 53, leaseOn('127.0.0.1'));
    for (const target of [udp, targetAt(0), targetAt(65_536), targetAt(1.5)]) {
      expect(await failureOf(dial(target))).toMatchObject({ code: 'target-not-diallable' });
    }
  });

  it('takes a connection to itself for a refusal', async () => {
    const port = await closedPort();
    // On Linux, a socket bound to the port that it connects to meets itself.
    const own = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.1', localPort: port });
    onTestFinished(() => void own.destroy());
    await once(own, 'connect');
    expect(own.remotePort).toBe(own.localPort);
    own.resetAndDestroy();
    await once(own, 'close');

    const { dial, events } = diallerUnderTest({ source: { address: '127.0.0.1', port } });
    const error = await failureOf(dial(targetAt(port)));
    expect(error).toMatchObject({ status: 'refused', message: expect.stringContaining('our own socket') });
    expect(events).toMatchObject([{ outcome: 'refused' }]);
  });

  it('gives up on a port that does not answer', async () => {
    const port = await deafPort();
    const { dial, events } = diallerUnderTest({}, 300);
    const started = performance.now();
    const error = await failureOf(dial(targetAt(port)));
    expect(error).toMatchObject({ status: 'timed-out' });
    expect(performance.now() - started).toBeGreaterThanOrEqual(290);
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(events).toMatchObject([{ outcome: 'timed-out' }]);
  });

  it('ends at once when the run is halted', async () => {
    const port = await deafPort();
    const { dial } = diallerUnderTest();
    const halt = new AbortController();
    const started = performance.now();
    const dialling = failureOf(dial(targetAt(port), halt.signal));
    setTimeout(() => halt.abort('stop'), 30);
    expect(await dialling).toMatchObject({ status: 'halted' });
    expect(performance.now() - started).toBeLessThan(5_000);

    const listener = await listen(() => {});
    expect(await failureOf(dial(targetAt(listener.port), halt.signal))).toMatchObject({ status: 'halted' });
    await later(50);
    expect(listener.accepted).toBe(0);
  });

  it('resets a connection that is aborted', async () => {
    const endings: (string | undefined)[] = [];
    const listener = await listen((socket) => {
      socket.resume().on('error', (error: NodeJS.ErrnoException) => endings.push(error.code));
    });
    const { dial } = diallerUnderTest();
    const wire = await dial(targetAt(listener.port));
    wire.abort();
    await expect.poll(() => endings).toEqual(['ECONNRESET']);
  });

  it('sends nothing of what was still to be sent when it is aborted', async () => {
    const accepted: Socket[] = [];
    const listener = await listen((socket) => void accepted.push(socket.pause()));
    const { dial } = diallerUnderTest();
    const wire = await dial(targetAt(listener.port));
    const length = 16 * 1024 * 1024;
    wire.stream.write(Buffer.alloc(length));
    await later(50);
    wire.abort();
    expect(wire.stream.destroyed).toBe(true);
    const [socket] = accepted;
    socket?.resume();
    await expect.poll(() => socket?.destroyed || socket?.readableEnded).toBe(true);
    expect(socket?.bytesRead).toBeLessThan(length / 2);
  });

  it('hands out no connection that the recorder could not keep', async () => {
    const closed: boolean[] = [];
    const listener = await listen((socket) => void socket.on('close', () => closed.push(true)).resume());
    const { dial } = diallerUnderTest({
      onDial: () => {
        throw new Error('the log is full');
      },
    });
    expect(await failureOf(dial(targetAt(listener.port)))).toMatchObject({ message: 'the log is full' });
    await expect.poll(() => closed).toEqual([true]);
  });
});
