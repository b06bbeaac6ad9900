import { setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createPacing, type HostLimits, type PacingClock } from '../../src/scanner/pacing.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);

/** A clock that stands still until it is told to go on. */
class TestClock implements PacingClock {
  #now = 0;
  #calls: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const call = { at: this.#now + ms, callback };
    this.#calls.push(call);
    return () => {
      this.#calls = this.#calls.filter((other) => other !== call);
    };
  }

  get pending(): number {
    return this.#calls.length;
  }

  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      await settled();
      const next = this.#calls.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#calls = this.#calls.filter((call) => call !== next);
      this.#now = next.at;
      next.callback();
    }
    this.#now = until;
    await settled();
  }
}

/** Lets everything that is already decided come to those who wait for it. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function limits(socketsPerHost: number, connectionsPerSecondPerHost = 1_000): HostLimits {
  return { socketsPerHost, connectionsPerSecondPerHost };
}

describe('turns to connect', () => {
  it.each([1, 2, 7, 20, 2.5, 0.5])('are never more than the limit in any second: %d', async (rate) => {
    const clock = new TestClock();
    const pacing = createPacing(clock);
    const at: number[] = [];
    const total = 60;
    for (let index = 0; index < total; index += 1) {
      void pacing.turn('192.0.2.1', limits(8, rate), never).then(() => at.push(clock.now()));
      if (index % 3 === 0) await clock.advance(7);
    }
    const needed = (total / Math.max(rate >= 1 ? Math.floor(rate) : rate)) * 1_100;
    await clock.advance(needed);
    expect(at).toHaveLength(total);

    const windowMs = rate >= 1 ? 1_000 : 1_000 / rate;
    const most = Math.max(
      ...at.map((start) => at.filter((one) => one >= start && one < start + windowMs).length),
    );
    expect(most).toBe(Math.max(1, Math.floor(rate)));
  });

  it('are given in order, and to each host by itself', async () => {
    const clock = new TestClock();
    const pacing = createPacing(clock);
    const order: string[] = [];
    for (const name of ['a1', 'a2', 'a3', 'b1']) {
      void pacing.turn(name.slice(0, 1), limits(8, 1), never).then(() => order.push(name));
    }
    await settled();
    expect(order).toEqual(['a1', 'b1']);
    await clock.advance(5_000);
    expect(order).toEqual(['a1', 'b1', 'a2', 'a3']);
  });

  it('are left by those who give up, without loss to the others', async () => {
    const clock = new TestClock();
    const pacing = createPacing(clock);
    const halt = new AbortController();
    await pacing.turn('a', limits(8, 1), never);
    const given = pacing.turn('a', limits(8, 1), halt.signal);
    let second = false;
    void pacing.turn('a', limits(8, 1), never).then(() => (second = true));
    halt.abort();
    await expect(given).rejects.toMatchObject({ status: 'halted' });
    await expect(pacing.turn('a', limits(8, 1), halt.signal)).rejects.toMatchObject({ status: 'halted' });
    await clock.advance(1_100);
    expect(second).toBe(true);
  });
});

describe('room at a host', () => {
  it('is never more than the limit, and goes to whoever came first', async () => {
    const pacing = createPacing(new TestClock());
    const order: number[] = [];
    let held = 0;
    let most = 0;
    const work = Array.from({ length: 40 }, async (_, index) => {
      const sockets = 1 + (index % 3);
      const release = await pacing.reserve('a', sockets, limits(4), never);
      order.push(index);
      held += sockets;
      most = Math.max(most, held);
      await settled();
      held -= sockets;
      release();
      release();
    });
    await Promise.all(work);
    expect(order).toEqual(Array.from({ length: 40 }, (_, index) => index));
    expect(most).toBe(4);
  });

  it('is cut to the limit for those who want more', async () => {
    const pacing = createPacing(new TestClock());
    const release = await pacing.reserve('a', 10, limits(2), never);
    let next = false;
    const other = pacing.reserve('a', 1, limits(2), never).then((give) => {
      next = true;
      give();
    });
    await settled();
    expect(next).toBe(false);
    release();
    await other;
  });

  it('is left by those who give up, also by the first in line', async () => {
    const pacing = createPacing(new TestClock());
    const release = await pacing.reserve('a', 2, limits(3), never);
    const halt = new AbortController();
    const big = pacing.reserve('a', 3, limits(3), halt.signal);
    const small = pacing.reserve('a', 1, limits(3), never);
    halt.abort();
    await expect(big).rejects.toMatchObject({ status: 'halted' });
    (await small)();
    release();
    expect(pacing.hosts).toBe(0);
  });
});

describe('memory', () => {
  it('does not grow with the hosts ever seen', async () => {
    const clock = new TestClock();
    const pacing = createPacing(clock);
    let most = 0;
    for (let index = 0; index < 2_000; index += 1) {
      const host = `host-${index}`;
      const release = await pacing.reserve(host, 1, limits(4, 10), never);
      await pacing.turn(host, limits(4, 10), never);
      release();
      most = Math.max(most, pacing.hosts);
      if (index % 20 === 19) await clock.advance(500);
    }
    expect(most).toBeLessThanOrEqual(80);
    await clock.advance(2_000);
    expect(pacing.hosts).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('still counts the last second against a host that was idle', async () => {
    const clock = new TestClock();
    const pacing = createPacing(clock);
    await pacing.turn('a', limits(8, 1), never);
    await clock.advance(500);
    let next = false;
    void pacing.turn('a', limits(8, 1), never).then(() => (next = true));
    await clock.advance(400);
    expect(next).toBe(false);
    await clock.advance(200);
    expect(next).toBe(true);
  });
});
