import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { describe, expect, it, onTestFinished } from 'vitest';
import postgres from '../../src/probes/postgres.ts';
import { handshakeAfter, inTurn } from './in-turn.ts';
import { answering, observe } from './probing.ts';

describe('postgres', () => {
  it('sees that PGlite behind its socket has no TLS', { timeout: 30_000 }, async () => {
    const db = await PGlite.create();
    const server = new PGLiteSocketServer({ db, port: 0, host: '127.0.0.1' });
    onTestFinished(async () => {
      await server.stop();
      await db.close();
    });
    await server.start();
    const port = Number(/:(\d+)$/.exec(server.getServerConn())?.[1]);
    const seen = await observe(postgres, port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ startTlsOffered: false });
  });

  it('sees that TLS is offered, and sends SSLRequest alone', async () => {
    const server = await answering('S');
    const seen = await observe(postgres, server.port);
    expect(seen.facts).toEqual({ startTlsOffered: true });
    expect((await server.received()).toString('hex')).toBe('0000000804d2162f');
  });

  it('leads into TLS by SSLRequest', async () => {
    const { port, heard } = await inTurn({ turns: [{ startTls: 'S', asked: 8 }] });
    const seen = await handshakeAfter(postgres, port);
    expect(seen.facts).toEqual({ protocol: 'TLSv1.3' });
    expect((await heard())[0]?.[0]).toBe('0000000804d2162f');
  });

  it('declines to lead into TLS where it is not offered', async () => {
    const { port } = await answering('N');
    const seen = await handshakeAfter(postgres, port);
    expect(seen).toMatchObject({ status: 'garbled', detail: 'The server does not offer TLS.' });
  });

  it.each([
    ['an identification of SSH', 'SSH-2.0-x\r\n'],
    ['an error', 'ENope\0'],
    ['a negative answer in words', 'NO\r\n'],
    ['an alert of TLS', Buffer.from([0x15, 3, 1, 0, 2, 2, 70])],
  ])('refuses %s', async (_what, answer) => {
    const { port } = await answering(answer);
    await expect(observe(postgres, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });
});
