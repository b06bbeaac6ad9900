import { describe, expect, it } from 'vitest';
import { createPacer } from '../../src/securityhub/pacer.ts';
import type { PacerClock } from '../../src/securityhub/pacer.ts';

/** Time that passes only while somebody sleeps. */
function fakeClock(): PacerClock & { pass(ms: number): void } {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms) => {
      await Promise.resolve();
      now += ms;
    },
    pass: (ms) => {
      now += ms;
    },
  };
}

describe('createPacer', () => {
  it('lets the burst through at once and then keeps the rate', async () => {
    const clock = fakeClock();
    const pacer = createPacer({ perSecond: 10, burst: 30 }, clock);
    for (let call = 0; call < 30; call += 1) await pacer.take();
    expect(clock.now()).toBe(0);
    for (let call = 0; call < 100; call += 1) await pacer.take();
    expect(clock.now()).toBe(10_000);
  });

  it('stays by default just under what BatchImportFindings allows: 10 a second, 30 at once', async () => {
    const clock = fakeClock();
    const pacer = createPacer(undefined, clock);
    for (let call = 0; call < 28; call += 1) await pacer.take();
    expect(clock.now()).toBe(0);
    for (let call = 0; call < 50; call += 1) await pacer.take();
    expect(clock.now()).toBe(5_000);
  });

  it('fills up again, to the burst and no further', async () => {
    const clock = fakeClock();
    const pacer = createPacer({ perSecond: 10, burst: 3 }, clock);
    for (let call = 0; call < 3; call += 1) await pacer.take();
    clock.pass(60_000);
    for (let call = 0; call < 3; call += 1) await pacer.take();
    expect(clock.now()).toBe(60_000);
    await pacer.take();
    expect(clock.now()).toBe(60_100);
  });

  it('lets those who ask at the same time through one after the other', async () => {
    const sleeps: number[] = [];
    const pacer = createPacer(
      { perSecond: 10, burst: 1 },
      {
        now: () => 0,
        sleep: (ms) => {
          sleeps.push(ms);
          return Promise.resolve();
        },
      },
    );
    await Promise.all([pacer.take(), pacer.take(), pacer.take(), pacer.take()]);
    expect(sleeps).toEqual([100, 200, 300]);
  });

  it('stops waiting when aborted', async () => {
    const pacer = createPacer({ perSecond: 0.01, burst: 1 });
    await pacer.take();
    const waiting = pacer.take(AbortSignal.timeout(20));
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await expect(pacer.take(AbortSignal.abort(new Error('halted')))).rejects.toThrow('halted');
  });
});
