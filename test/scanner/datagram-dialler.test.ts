import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PermanentError } from '../../src/domain/errors.ts';
import { createDatagramDialler } from '../../src/scanner/datagram-dialler.ts';
import type { DialEvent, DiallerOptions } from '../../src/scanner/dialler.ts';
import type { ConversationError } from '../../src/scanner/probe.ts';
import { mintTarget, type Target } from '../../src/scope/target.ts';
import { freeUdpPort, listenUdp, udpTarget } from './datagram-support.ts';
import { endpointAt, later, leaseOn } from './support.ts';

const never = new AbortController().signal;

function underTest(options: Partial<DiallerOptions> = {}) {
  const events: DialEvent[] = [];
  const replies: string[] = [];
  const failures: ConversationError[] = [];
  const dial = createDatagramDialler({ now: Date.now, onDial: (event) => events.push(event), ...options });
  return {
    events,
    replies,
    failures,
    dial: async (target: Target, signal = never) => {
      const wire = await dial(
        target,
        {
          received: (datagram) => replies.push(datagram.toString()),
          failed: (error) => failures.push(error),
        },
        signal,
      );
      onTestFinished(() => wire.close());
      return wire;
    },
  };
}

function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => Promise.reject(new Error('it succeeded')),
    (error: unknown) => error,
  );
}

describe('the dialler for datagrams', () => {
  it('sends nothing when it opens, and tells of every datagram', async () => {
    const server = await listenUdp((datagram, reply) => reply(Buffer.from(`${datagram.toString()}!`)));
    const { dial, events, replies } = underTest();
    const target = udpTarget(server.port);
    const wire = await dial(target);
    await later(20);
    expect(server.received).toEqual([]);
    expect(events).toEqual([]);

    await wire.send(Buffer.from('one'));
    await wire.send(Buffer.from('two'));
    await expect.poll(() => replies).toEqual(['one!', 'two!']);
    const event = {
      endpointId: target.endpoint.id,
      authorisationId: 'test',
      address: '127.0.0.1',
      transport: 'udp',
      port: server.port,
      at: expect.any(Number),
      sent: true,
      outcome: 'sent',
    };
    expect(events).toEqual([event, event]);
  });

  // Not every container has an IPv6 loopback; CI must.
  const withoutIpv6 = !Object.values(networkInterfaces()).some((all) =>
    all?.some(({ address }) => address === '::1'),
  );
  it.skipIf(withoutIpv6 && process.env.CI !== 'true')('speaks IPv6 (needs ::1)', async () => {
    const server = await listenUdp((datagram, reply) => reply(datagram), '::1');
    const { dial, replies } = underTest();
    const wire = await dial(udpTarget(server.port, '::1'));
    await wire.send(Buffer.from('six'));
    await expect.poll(() => replies).toEqual(['six']);
  });

  it('holds the lease against every single datagram', async () => {
    const server = await listenUdp(() => {});
    const lease = leaseOn('127.0.0.1');
    const { dial, events } = underTest();
    const wire = await dial(udpTarget(server.port, '127.0.0.1', lease));
    await wire.send(Buffer.from('before'));
    lease.expiresAt = Date.now();
    expect(await failureOf(wire.send(Buffer.from('after')))).toMatchObject({ status: 'moved' });
    lease.expiresAt = Date.now() + 60_000;
    await wire.send(Buffer.from('renewed'));
    await expect.poll(() => server.received.length).toBe(2);
    await later(30);
    expect(server.received.map(({ datagram }) => datagram.toString())).toEqual(['before', 'renewed']);
    expect(events.map(({ sent, outcome }) => [sent, outcome])).toEqual([
      [true, 'sent'],
      [false, 'moved'],
      [true, 'sent'],
    ]);
  });

  it('sends nothing under a lease on another address', async () => {
    const server = await listenUdp(() => {});
    const { dial } = underTest();
    const wire = await dial(udpTarget(server.port, '127.0.0.1', leaseOn('127.0.0.2')));
    expect(await failureOf(wire.send(Buffer.from('x')))).toMatchObject({ status: 'moved' });
    await later(30);
    expect(server.received).toEqual([]);
  });

  it('refuses what scope did not mint, TCP ports, ports that do not exist, and names', async () => {
    const { dial, events } = underTest();
    const copy = { ...udpTarget(53) };
    for (const forged of [copy, null, 'target']) {
      expect(await failureOf(dial(forged as Target))).toMatchObject({ code: 'not-a-target' });
    }
    const tcp = mintTarget(endpointAt('127.0.0.1'), 'tcp', 53, leaseOn('127.0.0.1'));
    for (const target of [tcp, udpTarget(0), udpTarget(65_536), udpTarget(1.5)]) {
      expect(await failureOf(dial(target))).toMatchObject({ code: 'target-not-diallable' });
    }
    for (const address of ['localhost', '127.1', '::ffff:127.0.0.1', '']) {
      const error = await failureOf(dial(udpTarget(53, address)));
      expect(error).toBeInstanceOf(PermanentError);
      expect(error).toMatchObject({ code: 'address-not-canonical' });
    }
    expect(events).toEqual([]);
  });

  it('hears nobody but the port that it asked', async () => {
    const stranger = createSocket('udp4');
    stranger.bind(0, '127.0.0.1');
    await once(stranger, 'listening');
    onTestFinished(() => void stranger.close());
    const server = await listenUdp((_datagram, reply, from) => {
      stranger.send('from another port', from.port, from.address, () =>
        reply(Buffer.from('from the target')),
      );
    });
    const { dial, replies } = underTest();
    const wire = await dial(udpTarget(server.port));
    await wire.send(Buffer.from('who?'));
    await expect.poll(() => replies.length).toBeGreaterThan(0);
    await later(30);
    expect(replies).toEqual(['from the target']);
  });

  it('drops what lay at its port before it was connected', async () => {
    const port = await freeUdpPort();
    const stranger = createSocket('udp4');
    onTestFinished(() => void stranger.close());
    const server = await listenUdp((_datagram, reply) => reply(Buffer.from('from the target')));
    const { dial, replies } = underTest({ source: { address: '127.0.0.1', port } });
    // Sent as fast as possible, so that some of it meets the socket between its birth and its connection.
    const pump = setInterval(() => {
      for (let index = 0; index < 50; index += 1) stranger.send('early', port, '127.0.0.1');
    }, 0);
    onTestFinished(() => clearInterval(pump));
    const wire = await dial(udpTarget(server.port));
    await wire.send(Buffer.from('who?'));
    await expect.poll(() => replies.length).toBeGreaterThan(0);
    expect(new Set(replies)).toEqual(new Set(['from the target']));
  });

  it('says refused when the host says that nobody listens', async () => {
    const { dial, failures } = underTest();
    const wire = await dial(udpTarget(await freeUdpPort()));
    await wire.send(Buffer.from('anybody?'));
    await expect.poll(() => failures).toMatchObject([{ status: 'refused' }]);
  });

  it('takes a socket that is connected to itself for a refusal', async () => {
    const port = await freeUdpPort();
    const { dial, events } = underTest({ source: { address: '127.0.0.1', port } });
    expect(await failureOf(dial(udpTarget(port)))).toMatchObject({
      status: 'refused',
      message: expect.stringContaining('our own socket'),
    });
    expect(events).toMatchObject([{ sent: false, outcome: 'refused' }]);
  });

  it('sends nothing once it is halted', async () => {
    const server = await listenUdp(() => {});
    const { dial } = underTest();
    const halt = new AbortController();
    const wire = await dial(udpTarget(server.port), halt.signal);
    halt.abort();
    expect(await failureOf(wire.send(Buffer.from('x')))).toMatchObject({ status: 'halted' });
    expect(await failureOf(dial(udpTarget(server.port), halt.signal))).toMatchObject({ status: 'halted' });
    await later(30);
    expect(server.received).toEqual([]);
  });

  it('does not go on when the recorder cannot keep what it did', async () => {
    const server = await listenUdp(() => {});
    const { dial } = underTest({
      onDial: () => {
        throw new Error('disk full');
      },
    });
    const wire = await dial(udpTarget(server.port));
    expect(await failureOf(wire.send(Buffer.from('x')))).toMatchObject({ message: 'disk full' });
  });
});
