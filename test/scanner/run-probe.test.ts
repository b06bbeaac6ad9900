import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createDialler } from '../../src/scanner/dialler.ts';
import { createPacing } from '../../src/scanner/pacing.ts';
import { ConversationError } from '../../src/scanner/probe.ts';
import {
  closedPort,
  deafPort,
  later,
  leaseOn,
  listen,
  probing,
  hastyProfile,
  patientProfile,
  targetAt,
} from './support.ts';

describe('running a probe', () => {
  it('observes facts, and closes what the probe left open', async () => {
    let closed = 0;
    const listener = await listen((socket) => {
      socket.on('close', () => (closed += 1)).on('end', () => socket.end());
      socket.write('hello\n');
    });
    const { observation } = await probing(listener.port, async (connection) => {
      const other = await connection.another();
      await other.readExactly(1);
      return { line: (await connection.readUntil('\n', 100)).toString(), received: connection.bytesReceived };
    });
    expect(observation).toMatchObject({
      address: '127.0.0.1',
      transport: 'tcp',
      port: listener.port,
      probe: 'any',
      status: 'answered',
      detail: null,
      facts: { line: 'hello\n', received: 6 },
      observedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    await expect.poll(() => closed).toBe(2);
  });

  it('says refused, and timed out, without facts', async () => {
    const refused = await probing(await closedPort(), async () => ({}));
    expect(refused.observation).toMatchObject({ status: 'refused', facts: null, detail: expect.any(String) });
    const silent = await probing(await deafPort(), async () => ({}), { profile: hastyProfile });
    expect(silent.observation).toMatchObject({ status: 'timed-out', facts: null });
  });

  it('says reset when the peer resets while it is read, and while it is written to', async () => {
    const listener = await listen((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const read = await probing(listener.port, async (connection) => {
      await connection.write('x');
      return { bytes: await connection.read() };
    });
    expect(read.observation.status).toBe('reset');
    const written = await probing(listener.port, async (connection) => {
      for (;;) {
        await connection.write('x');
        await later(5);
      }
    });
    expect(written.observation.status).toBe('reset');
  });

  it('ends a peer that drips at the deadline, although it is never idle', async () => {
    let reset = false;
    const listener = await listen((socket) => {
      const drip = setInterval(() => socket.write('.'), 10);
      socket.on('close', (hadError) => {
        clearInterval(drip);
        reset = hadError;
      });
    });
    const started = performance.now();
    const { observation } = await probing(
      listener.port,
      async (connection) => ({ line: (await connection.readUntil('\n', 60_000)).toString() }),
      { profile: hastyProfile },
    );
    expect(observation).toMatchObject({ status: 'timed-out', facts: null });
    expect(performance.now() - started).toBeGreaterThanOrEqual(690);
    expect(performance.now() - started).toBeLessThan(10_000);
    await expect.poll(() => reset).toBe(true);
  });

  it('ends a probe that waits for something else than its connection', async () => {
    const listener = await listen(() => {});
    const { observation } = await probing(listener.port, () => new Promise(() => {}), {
      profile: hastyProfile,
    });
    expect(observation.status).toBe('timed-out');
  });

  it('ends a peer that never reads at the deadline', async () => {
    const listener = await listen((socket) => socket.pause());
    const { observation } = await probing(
      listener.port,
      async (connection) => {
        await connection.write(Buffer.alloc(64 * 1024 * 1024));
        return {};
      },
      { profile: hastyProfile },
    );
    expect(observation.status).toBe('timed-out');
  });

  it('reads no more of an endless banner than it may', async () => {
    const listener = await listen((socket) => {
      const chunk = Buffer.alloc(64 * 1024, 'a');
      const pump = (): void => {
        while (socket.writable && socket.write(chunk));
      };
      socket.on('drain', pump);
      pump();
    });
    let received = 0;
    const { observation } = await probing(
      listener.port,
      async (connection) => {
        for (;;) received += (await connection.read()).length;
      },
      { rest: { maxBytes: 100_000 } },
    );
    expect(observation).toMatchObject({ status: 'too-large', facts: null });
    expect(received).toBeLessThanOrEqual(100_000);
  });

  it('counts the bytes of all connections together', async () => {
    const listener = await listen((socket) => void socket.end(Buffer.alloc(400)));
    const { observation } = await probing(
      listener.port,
      async (connection) => {
        for (let index = 0; index < 10; index += 1) {
          const other = await connection.another();
          await other.readExactly(300);
          other.close();
        }
        return {};
      },
      { rest: { maxBytes: 1_000 } },
    );
    expect(observation.status).toBe('too-large');
    expect(listener.accepted).toBe(5);
  });

  it('lets no probe take too much data for an answer', async () => {
    const listener = await listen((socket) => void socket.end(Buffer.alloc(4_000)));
    const { observation } = await probing(listener.port, async (connection) => {
      const length = 0xffff_fff0;
      return {
        read: await connection.readExactly(length).then(
          () => true,
          () => false,
        ),
      };
    });
    expect(observation).toMatchObject({ status: 'too-large', facts: null });
  });

  it('halts at once, and says so', async () => {
    const listener = await listen(() => {});
    const halt = new AbortController();
    setTimeout(() => halt.abort(), 50);
    const started = performance.now();
    const { observation } = await probing(
      listener.port,
      async (connection) => ({ got: await connection.read() }),
      {
        signal: halt.signal,
      },
    );
    expect(observation.status).toBe('halted');
    expect(performance.now() - started).toBeLessThan(10_000);

    const afterwards = await probing(listener.port, async () => ({}), { signal: halt.signal });
    expect(afterwards.observation.status).toBe('halted');
    expect(afterwards.dials).toEqual([]);
    expect(listener.accepted).toBe(1);
  });

  describe('when the lease runs out', () => {
    it('does not dial', async () => {
      const listener = await listen(() => {});
      const target = targetAt(listener.port, '127.0.0.1', leaseOn('127.0.0.1', 0));
      const { observation, dials } = await probing(listener.port, async () => ({}), { target });
      expect(observation).toMatchObject({ status: 'moved', facts: null });
      expect(dials).toEqual([]);
      await later(30);
      expect(listener.accepted).toBe(0);
    });

    it('sends nothing more on an open connection', async () => {
      let got = '';
      const listener = await listen((socket) => socket.on('data', (data) => (got += data.toString())));
      const lease = leaseOn('127.0.0.1');
      const { observation } = await probing(
        listener.port,
        async (connection) => {
          await connection.write('before');
          await expect.poll(() => got).toBe('before');
          lease.expiresAt = Date.now();
          await connection.write('after').catch(() => {});
          await connection.startTls().catch(() => {});
          await connection.request({ method: 'GET', path: '/' }).catch(() => {});
          await connection.another().catch(() => {});
          return { fine: true };
        },
        { target: targetAt(listener.port, '127.0.0.1', lease) },
      );
      expect(observation).toMatchObject({ status: 'moved', facts: null });
      await later(30);
      expect(got).toBe('before');
      expect(listener.accepted).toBe(1);
    });

    it('throws away an answer, and a refusal, that came after it', async () => {
      const listener = await listen((socket) => void socket.write('hello\n'));
      let clock = 0;
      const lease = { ...leaseOn('127.0.0.1'), expiresAt: 1_000 };
      const answered = await probing(
        listener.port,
        async (connection) => {
          const line = await connection.readUntil('\n', 10);
          clock = 1_000;
          return { line: line.toString() };
        },
        { target: targetAt(listener.port, '127.0.0.1', lease), now: () => clock },
      );
      expect(answered.observation).toMatchObject({ status: 'moved', facts: null });

      clock = 0;
      const dial = createDialler({
        now: () => clock,
        onDial: () => {
          clock = 1_000;
        },
      });
      const target = targetAt(await closedPort(), '127.0.0.1', lease);
      const refused = await probing(target.port, async () => ({}), { target, dial, now: () => clock });
      expect(refused.observation.status).toBe('moved');
    });

    it('goes on when the lease is renewed in place', async () => {
      const listener = await listen((socket) => void socket.write('hello\n'));
      const lease = leaseOn('127.0.0.1', 100);
      const { observation } = await probing(
        listener.port,
        async (connection) => {
          lease.expiresAt += 60_000;
          await later(150);
          await connection.write('still here');
          return { line: (await connection.readUntil('\n', 10)).toString() };
        },
        { target: targetAt(listener.port, '127.0.0.1', lease) },
      );
      expect(observation.status).toBe('answered');
    });
  });

  describe('with a probe that is wrong', () => {
    it('fails when the facts do not fit the schema', async () => {
      const listener = await listen(() => {});
      const facts = z.strictObject({ version: z.string() });
      for (const wrong of [{ version: 1 }, {}, { version: 'a', extra: true }]) {
        const { observation } = await probing(listener.port, async () => wrong, { rest: { facts } });
        expect(observation).toMatchObject({ status: 'failed', facts: null });
        expect(observation.detail).toContain('schema does not allow');
      }
    });

    it('fails when the facts are not data', async () => {
      const listener = await listen(() => {});
      for (const wrong of [{ at: new Date(0) }, { count: 1n }, { run: () => {} }]) {
        const { observation } = await probing(listener.port, async () => wrong);
        expect(observation).toMatchObject({ status: 'failed', facts: null });
      }
    });

    it('fails when the probe throws, and keeps terminal escapes out of the sentence', async () => {
      const listener = await listen(() => {});
      const { observation } = await probing(listener.port, () =>
        Promise.reject(new RangeError(`offset \u001b[2J\u202e ${'x'.repeat(1_000)}`)),
      );
      expect(observation.status).toBe('failed');
      expect(observation.detail).toMatch(/^RangeError: offset \\x1b\[2J\\u\{202e\} x+…$/);
      expect(observation.detail?.length).toBeLessThanOrEqual(300);
    });

    it('fails when the probe throws before it returns a promise', async () => {
      const listener = await listen(() => {});
      const { observation } = await probing(listener.port, () => {
        throw new TypeError('not even started');
      });
      expect(observation).toMatchObject({ status: 'failed', detail: 'TypeError: not even started' });
    });

    it('fails when the probe holds more connections than were set aside', async () => {
      const listener = await listen(() => {});
      const { observation } = await probing(listener.port, async (connection) => {
        await connection.another();
        await connection.another().catch(() => {});
        return {};
      });
      expect(observation.status).toBe('failed');
      expect(listener.accepted).toBe(2);
    });

    it('leaves nothing to a probe that goes on after its end', async () => {
      const listener = await listen(() => {});
      let afterwards: Promise<unknown> = Promise.resolve();
      await probing(listener.port, async (connection) => {
        afterwards = later(50).then(() => connection.another());
        afterwards.catch(() => {});
        return {};
      });
      await expect(afterwards).rejects.toBeInstanceOf(ConversationError);
      expect(listener.accepted).toBe(1);
    });
  });

  it('makes facts storable', async () => {
    const listener = await listen(() => {});
    const { observation } = await probing(listener.port, async () => ({
      nul: 'a\0b',
      half: 'x\ud800y',
      whole: '\u{1f600}',
      absent: undefined,
      deep: [{ list: ['\0'] }],
    }));
    expect(observation.facts).toEqual({
      nul: 'a\ufffdb',
      half: 'x\ufffdy',
      whole: '\u{1f600}',
      deep: [{ list: ['\ufffd'] }],
    });
  });

  it('gives the sockets back, and does not count our own waiting against the peer', async () => {
    const listener = await listen((socket) => void socket.write('x'));
    const pacing = createPacing();
    const profile = {
      ...hastyProfile,
      patientProfile,
      socketsPerHost: 2,
      connectionsPerSecondPerHost: 2,
      probeDeadlineMs: 500,
    };
    const run = () =>
      probing(
        listener.port,
        async (connection) => {
          const other = await connection.another();
          await other.readExactly(1);
          other.close();
          await (await connection.another()).readExactly(1);
          return {};
        },
        { pacing, profile },
      );
    const started = performance.now();
    const both = await Promise.all([run(), run()]);
    expect(both.map(({ observation }) => observation.status)).toEqual(['answered', 'answered']);
    expect(performance.now() - started).toBeGreaterThanOrEqual(2_000);
    await expect.poll(() => pacing.hosts, { timeout: 3_000 }).toBe(0);
  });
});
