import { once } from 'node:events';
import { createSocket } from 'node:dgram';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { DatagramExchange } from '../../src/scanner/datagram-exchange.ts';
import { createDatagramDialler } from '../../src/scanner/datagram-dialler.ts';
import { createPacing } from '../../src/scanner/pacing.ts';
import { freeUdpPort, listenUdp, probingUdp, udpTarget } from './datagram-support.ts';
import { hastyProfile, later, leaseOn } from './support.ts';

const question = Buffer.from('what?');
const askOnce = async (exchange: DatagramExchange) => ({ answer: (await exchange.ask(question)).toString() });

describe('running a probe over UDP', () => {
  it('observes facts', async () => {
    const server = await listenUdp((datagram, reply) => reply(Buffer.from(`${datagram.toString()}!`)));
    const { observation, dials } = await probingUdp(server.port, async (exchange) => ({
      port: exchange.target.port,
      first: (await exchange.ask(Buffer.from('a'))).toString(),
      second: (await exchange.ask(Buffer.from('b'))).toString(),
    }));
    expect(observation).toMatchObject({
      address: '127.0.0.1',
      transport: 'udp',
      port: server.port,
      probe: 'any',
      name: null,
      status: 'answered',
      detail: null,
      facts: { port: server.port, first: 'a!', second: 'b!' },
    });
    expect(dials).toHaveLength(2);
  });

  it('asks twice, with the same bytes from the same port, and no third time', async () => {
    const server = await listenUdp(() => {});
    const changing = Buffer.from(question);
    const { observation, dials } = await probingUdp(server.port, async (exchange) => {
      const asked = exchange.ask(changing);
      changing.fill(0);
      return { answer: (await asked).toString() };
    });
    expect(observation).toMatchObject({
      status: 'timed-out',
      facts: null,
      detail: 'no answer to 2 datagrams within 100 ms each',
    });
    expect(observation.durationMs).toBeGreaterThanOrEqual(195);
    expect(server.received.map(({ datagram }) => datagram)).toEqual([question, question]);
    expect(new Set(server.received.map(({ from }) => from)).size).toBe(1);
    expect(dials).toHaveLength(2);
  });

  it('is answered when only the first datagram was lost', async () => {
    let count = 0;
    const server = await listenUdp((_datagram, reply) => {
      count += 1;
      if (count === 2) reply(Buffer.from('here'));
    });
    const { observation } = await probingUdp(server.port, askOnce);
    expect(observation.facts).toEqual({ answer: 'here' });
  });

  it('says refused where nobody listens', async () => {
    const { observation, dials } = await probingUdp(await freeUdpPort(), askOnce);
    expect(observation).toMatchObject({ status: 'refused', facts: null, detail: expect.any(String) });
    expect(dials).toHaveLength(1);
  });

  it('drops what is no answer, and says so when nothing else came', async () => {
    const server = await listenUdp((_datagram, reply) => {
      reply(Buffer.from('noise'));
      reply(Buffer.alloc(0));
      reply(Buffer.from('answer'));
    });
    const wanting = (wanted: string) => (exchange: DatagramExchange) =>
      exchange
        .ask(question, (reply) => reply.toString() === wanted)
        .then((reply) => ({ answer: reply.toString() }));
    const { observation } = await probingUdp(server.port, wanting('answer'));
    expect(observation.facts).toEqual({ answer: 'answer' });
    const { observation: garbled } = await probingUdp(server.port, wanting('something else'));
    expect(garbled).toMatchObject({
      status: 'garbled',
      detail: '6 datagrams came, and none answers what was asked',
    });
  });

  it('is not told anything by another port', async () => {
    const stranger = createSocket('udp4');
    stranger.bind(0, '127.0.0.1');
    await once(stranger, 'listening');
    onTestFinished(() => void stranger.close());
    const server = await listenUdp((_datagram, _reply, { port, address }) =>
      stranger.send('lie', port, address),
    );
    const { observation } = await probingUdp(server.port, askOnce);
    expect(observation.status).toBe('timed-out');
  });

  it.each([
    ['full ones', 8192, 8],
    // 28 bytes of headers each.
    ['empty ones', 0, 2341],
  ])('takes in no more than 64 KiB of %s', async (_what, size, most) => {
    const server = await listenUdp((_datagram, reply) => {
      // In portions: what does not fit into the receiver's queue is lost.
      const pump = setInterval(() => {
        for (let index = 0; index < 50; index += 1) reply(Buffer.alloc(size));
      }, 1);
      onTestFinished(() => clearInterval(pump));
    });
    let seen = 0;
    const { observation } = await probingUdp(
      server.port,
      async (exchange) => {
        await exchange.ask(question, () => {
          seen += 1;
          return false;
        });
        return {};
      },
      { profile: { ...hastyProfile, datagramWaitMs: 5000, probeDeadlineMs: 10_000 } },
    );
    expect(observation).toMatchObject({ status: 'too-large', facts: null });
    expect(seen).toBeLessThanOrEqual(most);
  });

  it('lets no probe take too much for an answer', async () => {
    const server = await listenUdp((_datagram, reply) => {
      for (let index = 0; index < 50; index += 1) reply(Buffer.alloc(8192));
    });
    const { observation } = await probingUdp(server.port, async (exchange) => {
      const answered = await exchange
        .ask(question, () => false)
        .then(
          () => true,
          () => false,
        );
      return { answered };
    });
    expect(observation).toMatchObject({ status: 'too-large', facts: null });
  });

  it('takes one datagram of thousands that answer', async () => {
    const server = await listenUdp((_datagram, reply) => {
      for (let index = 0; index < 3000; index += 1) reply(Buffer.alloc(400, String(index)));
    });
    const { observation } = await probingUdp(server.port, askOnce);
    expect(observation).toMatchObject({ status: 'answered', facts: { answer: '0'.repeat(400) } });
    expect(server.received).toHaveLength(1);
  });

  it('ends at the deadline, whatever the probe waits for', async () => {
    const server = await listenUdp(() => {});
    const { observation } = await probingUdp(server.port, () => new Promise(() => {}));
    expect(observation).toMatchObject({ status: 'timed-out', facts: null });
    const { observation: patient } = await probingUdp(server.port, askOnce, {
      profile: { ...hastyProfile, datagramWaitMs: 60_000 },
    });
    expect(patient.status).toBe('timed-out');
    expect(patient.detail).toContain('did not end within 700 ms');
  });

  it('halts at once, and says so', async () => {
    const server = await listenUdp(() => {});
    const halt = new AbortController();
    setTimeout(() => halt.abort(), 50);
    const profile = { ...hastyProfile, datagramWaitMs: 60_000, probeDeadlineMs: 60_000 };
    const { observation } = await probingUdp(server.port, askOnce, { signal: halt.signal, profile });
    expect(observation.status).toBe('halted');
    const { observation: afterwards, dials } = await probingUdp(server.port, askOnce, {
      signal: halt.signal,
    });
    expect(afterwards.status).toBe('halted');
    expect(dials).toEqual([]);
    expect(server.received).toHaveLength(1);
  });

  it('has a turn for every datagram, which is not the time of the peer', async () => {
    const server = await listenUdp(() => {});
    const profile = {
      ...hastyProfile,
      datagramWaitMs: 50,
      probeDeadlineMs: 300,
      connectionsPerSecondPerHost: 1,
    };
    const started = performance.now();
    const { observation } = await probingUdp(server.port, askOnce, { profile, pacing: createPacing() });
    expect(observation.detail).toContain('no answer to 2 datagrams');
    expect(performance.now() - started).toBeGreaterThanOrEqual(990);
  });

  describe('when the lease runs out', () => {
    it('does not dial', async () => {
      const server = await listenUdp(() => {});
      const target = udpTarget(server.port, '127.0.0.1', leaseOn('127.0.0.1', 0));
      const { observation, dials } = await probingUdp(server.port, askOnce, { target });
      expect(observation).toMatchObject({ status: 'moved', facts: null });
      expect(dials).toEqual([]);
    });

    it('does not ask a second time, whatever the probe makes of it', async () => {
      const lease = leaseOn('127.0.0.1');
      const server = await listenUdp(() => (lease.expiresAt = Date.now()));
      const { observation } = await probingUdp(
        server.port,
        async (exchange) => {
          await exchange.ask(question).catch(() => {});
          await exchange.ask(question).catch(() => {});
          return { fine: true };
        },
        { target: udpTarget(server.port, '127.0.0.1', lease) },
      );
      expect(observation).toMatchObject({ status: 'moved', facts: null });
      await later(30);
      expect(server.received).toHaveLength(1);
    });

    it('throws away an answer that came after it', async () => {
      const lease = leaseOn('127.0.0.1');
      const server = await listenUdp((_datagram, reply) => {
        lease.expiresAt = Date.now();
        reply(Buffer.from('hello'));
      });
      const target = udpTarget(server.port, '127.0.0.1', lease);
      const { observation } = await probingUdp(server.port, askOnce, { target });
      expect(observation).toMatchObject({ status: 'moved', facts: null });
    });
  });

  it('sends nothing of a class that the authorisation does not name', async () => {
    const server = await listenUdp(() => {});
    const { observation, dials } = await probingUdp(server.port, askOnce, { rest: { scanClass: 'method' } });
    expect(observation).toMatchObject({ status: 'failed', facts: null });
    expect(observation.detail).toContain('which the authorisation does not allow');
    expect(dials).toEqual([]);
  });

  it('fails without a dialler for datagrams', async () => {
    const { observation } = await probingUdp(9, askOnce, {
      // What a caller that scans TCP only leaves out.
      ...({ dialDatagram: undefined } as object),
    });
    expect(observation).toMatchObject({ status: 'failed', detail: expect.stringContaining('speaks UDP') });
  });

  it('fails when the probe is wrong: its facts, its judgement of answers, two questions at once', async () => {
    const server = await listenUdp((datagram, reply) => reply(datagram));
    const { observation: facts } = await probingUdp(server.port, async () => ({ version: 1 }), {
      rest: { facts: z.strictObject({ version: z.string() }) },
    });
    expect(facts).toMatchObject({ status: 'failed', facts: null });
    const { observation: judgement } = await probingUdp(server.port, async (exchange) => {
      await exchange.ask(question, (reply) => reply.readUInt32BE(100) === 1);
      return {};
    });
    expect(judgement).toMatchObject({ status: 'failed', detail: expect.stringMatching(/^RangeError/) });
    const { observation: both } = await probingUdp(server.port, async (exchange) => {
      await Promise.allSettled([exchange.ask(question), exchange.ask(question)]);
      return {};
    });
    expect(both).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('before the one before'),
    });
  });

  it('never rejects, and does not go on when the recorder fails', async () => {
    const server = await listenUdp((datagram, reply) => reply(datagram));
    const dialDatagram = createDatagramDialler({
      now: Date.now,
      onDial: () => {
        throw new Error('disk full');
      },
    });
    const { observation } = await probingUdp(server.port, askOnce, { dialDatagram });
    expect(observation).toMatchObject({ status: 'failed', detail: 'disk full', facts: null });
  });
});
