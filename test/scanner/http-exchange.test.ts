import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { exchange } from '../../src/scanner/http-exchange.ts';
import { ConversationError } from '../../src/scanner/probe.ts';
import { ask, endless, get, httpServer, rawServer } from './http-support.ts';
import { later, listen, probing, hastyProfile } from './support.ts';

describe('an HTTP exchange', () => {
  it('sends what it should and nothing else', async () => {
    let received = '';
    const { port } = await rawServer((socket, request) => {
      received = request;
      socket.end('HTTP/1.1 204 No Content\r\n\r\n');
    });
    await ask(port, { method: 'GET', path: '/a?b=c', headers: { Origin: 'https://a.invalid' } });
    expect(received.split('\r\n')).toEqual([
      'GET /a?b=c HTTP/1.1',
      `Host: 127.0.0.1:${port}`,
      'User-Agent: Picket/test',
      'Accept: */*',
      'Accept-Encoding: identity',
      'Origin: https://a.invalid',
      'Connection: close',
      '',
      '',
    ]);
    await ask(port, { method: 'OPTIONS', path: '*', host: 'www.example.com' });
    expect(received).toMatch(/^OPTIONS \* HTTP\/1\.1\r\nHost: www\.example\.com\r\n/);
  });

  it('keeps repeated headers apart and in order, with names in lower case', async () => {
    const { port } = await rawServer((socket) => {
      socket.end(
        'HTTP/1.0 200 OK\r\nSet-Cookie: a=1\r\nX-One: \xe9\r\nset-cookie: b=2\r\nServer: x\r\nServer: y\r\n\r\nbody',
        'latin1',
      );
    });
    const { facts } = await ask(port);
    expect(facts).toMatchObject({
      status: 200,
      httpVersion: '1.0',
      headers: [
        ['set-cookie', 'a=1'],
        ['x-one', '\xe9'],
        ['set-cookie', 'b=2'],
        ['server', 'x'],
        ['server', 'y'],
      ],
      body: 'body',
      truncated: false,
    });
  });

  it('reads a chunked body, and none for HEAD', async () => {
    const port = await httpServer((request, response) => {
      response.setHeader('X-Method', String(request.method));
      response.write('one ');
      response.end('two');
    });
    expect((await ask(port)).facts).toMatchObject({ status: 200, body: 'one two', truncated: false });
    expect((await ask(port, { method: 'HEAD', path: '/' })).facts).toMatchObject({ status: 200, body: '' });
  });

  it('does not follow a redirect', async () => {
    const elsewhere = await listen(() => {});
    const port = await httpServer((_, response) => {
      response.writeHead(302, { Location: `http://127.0.0.1:${elsewhere.port}/secret` }).end();
    });
    const { facts, dials } = await ask(port);
    expect(facts).toMatchObject({ status: 302 });
    expect(dials).toHaveLength(1);
    await later(30);
    expect(elsewhere.accepted).toBe(0);
  });

  it('counts what it received', async () => {
    const answer = 'HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 5\r\n\r\n12345';
    const { port } = await rawServer((socket) => void socket.end(answer));
    const { facts } = await ask(port);
    expect(Number(facts?.received)).toBeGreaterThan(20);
    expect(Number(facts?.received)).toBeLessThanOrEqual(answer.length);
  });

  it.each([
    ['one endless header', Buffer.from(`HTTP/1.1 200 OK\r\nX: `), Buffer.alloc(16 * 1024, 'a')],
    ['headers without end', Buffer.from('HTTP/1.1 200 OK\r\n'), Buffer.from('X-A: b\r\n'.repeat(1_000))],
    [
      'trailers without end',
      Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n'),
      Buffer.from('X-A: b\r\n'.repeat(1_000)),
    ],
    [
      'an endless chunk extension',
      Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a='),
      Buffer.alloc(16 * 1024, 'a'),
    ],
  ])('stops at %s', async (_, start, more) => {
    const { port } = await rawServer((socket) => {
      socket.write(start);
      endless(socket, more);
    });
    const { status, durationMs } = await ask(port);
    expect(status).toBe('too-large');
    expect(durationMs).toBeLessThan(5_000);
  });

  it('accepts a few interim responses, and stops at a flood of them', async () => {
    const few = await rawServer((socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n'.repeat(3));
      socket.end('HTTP/1.1 200 OK\r\n\r\nfine');
    });
    expect((await ask(few.port)).facts).toMatchObject({ status: 200, body: 'fine' });
    const flood = await rawServer((socket) => {
      endless(socket, Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'.repeat(100)));
    });
    const { status, detail, durationMs } = await ask(flood.port);
    expect(status).toBe('garbled');
    expect(detail).toContain('interim');
    expect(durationMs).toBeLessThan(5_000);
  });

  it('ends a slow header, and a slow body, at the deadline', async () => {
    for (const start of ['HTTP/1.1 200 OK\r\nX: ', 'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n']) {
      const { port } = await rawServer((socket) => {
        socket.write(start);
        const drip = setInterval(() => socket.write('a'), 20);
        socket.on('close', () => clearInterval(drip));
      });
      const { status, durationMs } = await ask(port, get, 256 * 1024, hastyProfile);
      expect(status).toBe('timed-out');
      expect(durationMs).toBeLessThan(5_000);
    }
  });

  it('gives up on one request before the probe does, and leaves the others their time', async () => {
    const { port } = await rawServer((socket, request) => {
      if (request.startsWith('GET / ')) socket.end('HTTP/1.1 204 No Content\r\n\r\n');
    });
    const { observation } = await probing(port, async (connection) => {
      const error: unknown = await connection
        .request({ method: 'GET', path: '/silent', timeoutMs: 100 })
        .catch((reason: unknown) => reason);
      const { status } = await (await connection.another()).request(get);
      return { status, said: error instanceof ConversationError ? [error.status, error.message] : [] };
    });
    expect(observation.facts).toEqual({
      status: 204,
      said: ['timed-out', 'no complete answer within 100 ms'],
    });
  });

  it('takes the first response only', async () => {
    const first = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nfirst';
    const second = 'HTTP/1.1 500 Oops\r\nContent-Length: 6\r\n\r\nsecond';
    let ended = 0;
    const { port } = await rawServer((socket) => {
      socket.on('end', () => (ended += 1)).write(first + second);
    });
    const { facts } = await ask(port);
    expect(facts).toMatchObject({ status: 200, body: 'first' });
    const { observation } = await probing(port, async (connection) => {
      const one = await connection.request(get);
      const two = await (await connection.another()).request(get);
      return { statuses: [one.status, two.status] };
    });
    expect(observation.facts).toEqual({ statuses: [200, 200] });
    await expect.poll(() => ended).toBe(3);
  });

  it('sends nothing on a connection after its one request', async () => {
    const { port } = await rawServer((socket) => void socket.write('HTTP/1.1 204 No Content\r\n\r\n'));
    const { observation } = await probing(port, async (connection) => {
      await connection.request(get);
      await connection.request(get);
      return {};
    });
    expect(observation.status).toBe('failed');
  });

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.2p1\r\n'],
    ['HTTP without a version', '<html>hello</html>'],
    ['both lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc'],
    ['a chunk without a size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'],
    ['NUL in a header', 'HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n'],
    [
      'a switch of protocols',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    ],
    ['nothing at all', ''],
    ['half a header', 'HTTP/1.1 200 OK\r\nServ'],
  ])('calls %s garbled', async (_, answer) => {
    const { port } = await rawServer((socket) => void socket.end(answer, 'latin1'));
    expect(await ask(port)).toMatchObject({ status: 'garbled', facts: null });
  });

  it('calls a peer that speaks before it is asked garbled', async () => {
    const { port } = await listen((socket) => void socket.write('220 mail.invalid ESMTP\r\n'));
    expect(await ask(port)).toMatchObject({ status: 'garbled' });
  });

  it('says reset when the peer resets', async () => {
    const { port } = await rawServer((socket) => socket.resetAndDestroy());
    expect(await ask(port)).toMatchObject({ status: 'reset' });
  });

  it('opens no socket of its own', async () => {
    const written: string[] = [];
    const stream = new Duplex({
      read() {},
      write(chunk: Buffer, _, done) {
        written.push(chunk.toString());
        this.push('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        done();
      },
    });
    // Whatever is named here, the bytes go to the stream.
    const { response } = await exchange(stream, {
      request: get,
      host: '192.0.2.1',
      userAgent: 'Picket/test',
      maxBodyBytes: 100,
      signal: new AbortController().signal,
    });
    expect(response.body.toString()).toBe('ok');
    expect(written.join('')).toContain('Host: 192.0.2.1');
  });
});
