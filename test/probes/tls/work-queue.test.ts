import { describe, expect, it } from 'vitest';
import { WorkQueue } from '../../../src/probes/tls/work-queue.ts';

/** Work that ends when it is told to. */
function held(log: string[], name: string) {
  let end: (error?: Error) => void = () => {};
  const work = () =>
    new Promise<void>((resolve, reject) => {
      log.push(name);
      end = (error) => (error === undefined ? resolve() : reject(error));
    });
  return { work, end: (error?: Error) => end(error) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a work queue', () => {
  it('has no more at work than there are workers, and is over when all is done', async () => {
    const log: string[] = [];
    const queue = new WorkQueue(2);
    const works = ['a', 'b', 'c'].map((name) => held(log, name));
    for (const { work } of works) queue.add(work);
    const drained = queue.drain().then(() => log.push('over'));
    expect(log).toEqual(['a', 'b']);
    works[1]?.end();
    await turn();
    expect(log).toEqual(['a', 'b', 'c']);
    works[0]?.end();
    works[2]?.end();
    await drained;
    expect(log).toEqual(['a', 'b', 'c', 'over']);
  });

  it('takes work that comes up meanwhile, and what is urgent before the rest', async () => {
    const log: string[] = [];
    const queue = new WorkQueue(1);
    queue.add(async () => {
      queue.add(async () => void log.push('later'));
      queue.addFirst(async () => void log.push('first'));
      await turn();
    });
    await queue.drain();
    expect(log).toEqual(['first', 'later']);
  });

  it('says how many have nothing to do', async () => {
    const queue = new WorkQueue(3);
    const seen: number[] = [];
    queue.add(async () => {
      seen.push(queue.idle);
      queue.add(turn as () => Promise<void>);
      seen.push(queue.idle);
    });
    await queue.drain();
    expect(seen).toEqual([2, 1]);
  });

  it('drops what waits when it is stopped', async () => {
    const log: string[] = [];
    const queue = new WorkQueue(1);
    queue.add(async () => queue.stop());
    queue.add(async () => void log.push('never'));
    await queue.drain();
    queue.add(async () => void log.push('never'));
    await queue.drain();
    expect(log).toEqual([]);
  });

  it('fails with the first error, once what is at work has ended', async () => {
    const log: string[] = [];
    const queue = new WorkQueue(2);
    const [failing, other] = [held(log, 'failing'), held(log, 'other')];
    queue.add(failing.work);
    queue.add(other.work);
    queue.add(async () => void log.push('never'));
    const drained = queue.drain().catch((error: unknown) => log.push(String(error)));
    failing.end(new Error('no'));
    await turn();
    expect(log).toEqual(['failing', 'other']);
    other.end();
    await drained;
    expect(log).toEqual(['failing', 'other', 'Error: no']);
  });
});
