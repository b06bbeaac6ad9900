import { describe, expect, it } from 'vitest';
import beanstalkd from '../../src/probes/beanstalkd.ts';
import { answering, observe } from './probing.ts';

const listing = (stats: string): string => `OK ${stats.length}\r\n${stats}\r\n`;

describe('beanstalkd', () => {
  it('reads the version and nothing that changes', async () => {
    const stats = '---\ncurrent-jobs-urgent: 0\nuptime: 17\nversion: "1.12"\nid: 2f\nhostname: "db"\n';
    const server = await answering(listing(stats));
    const seen = await observe(beanstalkd, server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ version: '1.12' });
    expect((await server.received()).toString()).toBe('stats\r\nquit\r\n');
  });

  it('does without a version', async () => {
    const { port } = await answering(listing('---\npid: 1\n'));
    await expect(observe(beanstalkd, port)).resolves.toMatchObject({ facts: { version: null } });
  });

  it.each([
    ['statistics of memcached', 'STAT pid 1\r\n'],
    ['an echo', 'stats\r\n'],
    ['an answer without an end', 'OK 99999\r\n'],
    ['another answer', 'OK 6\r\nhello\n\r\n'],
    ['an error', 'INTERNAL_ERROR\r\n'],
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ])('refuses %s', async (_what, answer) => {
    const { port } = await answering(answer);
    await expect(observe(beanstalkd, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });

  it('recognises its complaint about HTTP', () => {
    expect(beanstalkd.recognises?.(Buffer.from('UNKNOWN_COMMAND\r\nUNKNOWN_COMMAND\r\n'))).toBe(true);
    expect(beanstalkd.recognises?.(Buffer.from('UNKNOWN_COMMAND GET\r\n'))).toBe(false);
    expect(beanstalkd.recognises?.(Buffer.from('ERROR\r\n'))).toBe(false);
  });
});
