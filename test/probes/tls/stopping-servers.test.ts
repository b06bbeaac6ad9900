import { connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { TlsFacts } from '../../../src/probes/tls/facts.ts';
import { listen } from '../probing.ts';
import { factsAt, factsOf } from './looking.ts';
import { scriptedTls, type Asked, type Reply } from './scripted-server.ts';
import { everyday, mannered } from './scripted-versions.ts';

describe('a server that stops answering', () => {
  const found = (facts: TlsFacts): void => {
    expect(facts.protocols).toContain('TLSv1.3');
    expect(facts.complete).toBe(false);
  };

  it.each(['hang-up', 'silence', 40, Buffer.from('HTTP/1.1 429 Too Many Requests\r\n\r\n')] as const)(
    'with %s after some hellos has not been seen completely',
    async (last) => {
      const answer = mannered(everyday);
      const facts = await factsOf((asked, count) => (count > 6 ? last : answer(asked)));
      found(facts);
      expect(facts.incompleteReason).not.toBeNull();
    },
    30_000,
  );

  it('by closing the port has not been seen completely', async () => {
    const answer = mannered(everyday);
    const facts = await factsAt(await closingAfter(8, answer));
    found(facts);
    expect(facts.incompleteReason).toBe('The server stopped answering before everything had been offered.');
  });
});

/** A server whose port closes after so many connections. */
async function closingAfter(connections: number, answer: (asked: Asked) => Reply): Promise<number> {
  const behind = await scriptedTls(answer);
  let count = 0;
  const server = createServer((socket) => {
    count += 1;
    if (count >= connections) server.close();
    const upstream = connect(behind.port, '127.0.0.1');
    upstream.on('error', () => {});
    socket.pipe(upstream).pipe(socket);
    socket.once('close', () => upstream.destroy());
  });
  return listen(server);
}
