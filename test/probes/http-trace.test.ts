import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import trace from '../../src/probes/http-trace.ts';
import { serve } from './http/serving.ts';
import { answering, listen, observe, rawServer } from './probing.ts';

const look = (port: number) => observe(trace, port, 'plain', {}, { classes: ['read', 'method'] });

/** As Apache answers: the request as it came. */
const echoing = () =>
  rawServer((socket) =>
    socket.once('data', (request) =>
      socket.end(`HTTP/1.1 200 OK\r\nContent-Type: message/http\r\n\r\n${request.toString('latin1')}`),
    ),
  );

describe('http-trace', () => {
  it('sees a request come back, and has sent no credential in it', async () => {
    const { port, received } = await echoing();
    expect(await look(port)).toMatchObject({ status: 'answered', facts: { traceEchoes: true } });
    const request = (await received()).toString('latin1');
    expect(request).toMatch(/^TRACE \/ HTTP\/1\.1\r\n/);
    expect(request).toMatch(/\r\nX-Picket-Trace: [0-9a-f]{24}\r\n/);
    expect(request).not.toMatch(/authorization|cookie/i);
  });

  it.each([
    ['refuses the method', 'HTTP/1.1 405 Not Allowed\r\nContent-Length: 0\r\n\r\n'],
    ['gives its page for every method', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
    ['gives a header of another', 'HTTP/1.1 200 OK\r\n\r\nTRACE / HTTP/1.1\r\nX-Picket-Trace: aa\r\n'],
  ])('is not fooled by a server that %s', async (_what, answer) => {
    const { port } = await answering(answer);
    expect(await look(port)).toMatchObject({ status: 'answered', facts: { traceEchoes: false } });
  });

  it('takes a broken connection for a refusal when another request is answered', async () => {
    const { port, requests } = await serve(({ method, socket }, response) =>
      method === 'TRACE' ? void socket.resetAndDestroy() : void response.end(),
    );
    expect(await look(port)).toMatchObject({ status: 'answered', facts: { traceEchoes: false } });
    expect(requests.map(({ method }) => method)).toEqual(['TRACE', 'GET']);
  });

  it('takes silence for a refusal when another request is answered', async () => {
    const { port, requests } = await serve(({ method }, response) => {
      if (method !== 'TRACE') response.end();
    });
    expect(await look(port)).toMatchObject({ status: 'answered', facts: { traceEchoes: false } });
    expect(requests.map(({ method }) => method)).toEqual(['TRACE', 'GET']);
  }, 10_000);

  it.each([
    ['breaks off everything', 'reset', (): void => {}],
    ['is too busy', 'garbled', (): string => 'HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n'],
  ])('proves nothing at a server that %s', async (_what, status, answer) => {
    const { port } = await rawServer((socket) =>
      socket.once('data', () => {
        const words = answer();
        if (typeof words === 'string') socket.end(words);
        else socket.resetAndDestroy();
      }),
    );
    expect(await look(port)).toMatchObject({ status, facts: null });
  });

  it('sends nothing without the authorisation’s word', async () => {
    let connections = 0;
    const port = await listen(createServer().on('connection', () => (connections += 1)));
    const seen = await observe(trace, port);
    expect(seen).toMatchObject({ status: 'failed', facts: null });
    expect(seen.detail).toContain('method');
    expect(connections).toBe(0);
  });
});
