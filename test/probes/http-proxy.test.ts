import { createServer, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import proxy from '../../src/probes/http-proxy.ts';
import { startCanary, type Canary } from '../../src/scanner/canary.ts';
import { serve } from './http/serving.ts';
import { answering, listen, observe, rawServer } from './probing.ts';

async function canary(): Promise<Canary> {
  const started = await startCanary({ listen: { address: '127.0.0.1', port: 0 } });
  onTestFinished(() => started.close());
  return started;
}

const look = async (port: number, at?: Canary | null) =>
  observe(
    proxy,
    port,
    'plain',
    { probeDeadlineMs: 8000 },
    { classes: ['read', 'relay'], canary: at === undefined ? await canary() : at },
  );

/** A forward proxy for whoever asks, which tunnels, forwards, or does both. */
async function openProxy({ tunnels = true, forwards = true } = {}) {
  const targets: string[] = [];
  const server = createServer((incoming, response) => {
    targets.push(`${incoming.method} ${incoming.url}`);
    if (!forwards || incoming.url?.startsWith('http://') !== true) return void response.writeHead(403).end();
    httpRequest(incoming.url, { agent: false }, (answer) => answer.pipe(response)).end();
  });
  server.on('connect', ({ url = '' }, socket: Socket) => {
    targets.push(`CONNECT ${url}`);
    if (!tunnels) return void socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    const [host, port] = url.split(':');
    const onward = connect(Number(port), host ?? '', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    socket.on('error', () => onward.destroy()).on('close', () => onward.destroy());
  });
  return { port: await listen(server), targets };
}

describe('http-proxy', () => {
  it.each([
    { tunnels: true, forwards: true },
    { tunnels: true, forwards: false },
    { tunnels: false, forwards: true },
    { tunnels: false, forwards: false },
  ])('sees what a proxy passes on: %j', async (way) => {
    const { port, targets } = await openProxy(way);
    const at = await canary();
    expect(await look(port, at)).toMatchObject({ status: 'answered', facts: way });
    expect(targets).toEqual([`CONNECT 127.0.0.1:${at.port}`, `GET http://127.0.0.1:${at.port}/`]);
  });

  it('names nobody but its own listener', async () => {
    const { port, received } = await rawServer((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')),
    );
    const at = await canary();
    await look(port, at);
    const sent = (await received()).toString('latin1');
    const hosts = [...sent.matchAll(/(?:^CONNECT |http:\/\/|^Host: )([^/\s]+)/gm)].map(([, host]) => host);
    expect(new Set(hosts)).toEqual(new Set([`127.0.0.1:${at.port}`]));
    expect(sent).not.toMatch(/authorization/i);
    expect(sent).not.toContain(at.token);
  });

  it.each([
    ['a web server’s page for everything', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
    ['a server that knows no such method', 'HTTP/1.1 405 Not Allowed\r\nContent-Length: 0\r\n\r\n'],
  ])('is not fooled by %s', async (_what, answer) => {
    const { port } = await rawServer((socket) => socket.on('data', () => socket.write(answer)));
    expect(await look(port)).toMatchObject({
      status: 'answered',
      facts: { tunnels: false, forwards: false },
    });
  });

  it('takes a server that hangs up for one that does not pass anything on', async () => {
    const { port } = await serve((_request, response) => void response.writeHead(404).end());
    expect(await look(port)).toMatchObject({
      status: 'answered',
      facts: { tunnels: false, forwards: false },
    });
  });

  it('proves nothing at a server that is gone by then', async () => {
    const { port } = await rawServer((socket) => void socket.resetAndDestroy());
    const seen = await look(port);
    expect(seen.facts).toBeNull();
    expect(['reset', 'garbled']).toContain(seen.status);
  });

  it('is not put off by one broken connection', async () => {
    const { port } = await openProxy();
    let connections = 0;
    const flaky = await rawServer((socket) => {
      connections += 1;
      if (connections % 2 === 1) return void socket.resetAndDestroy();
      const onward = connect(port, '127.0.0.1');
      onward.on('error', () => socket.destroy()).on('close', () => socket.destroy());
      socket
        .on('close', () => onward.destroy())
        .pipe(onward)
        .pipe(socket);
    });
    expect(await look(flaky.port)).toMatchObject({ facts: { tunnels: true, forwards: true } });
  });

  it.each([
    ['failed to reach the listener', 'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n'],
    ['leads into a filter', 'HTTP/1.1 200 Connection established\r\n\r\n'],
  ])('proves nothing where a proxy %s', async (_what, answer) => {
    const { port } = await answering(answer);
    expect(await look(port)).toMatchObject({ status: 'garbled', facts: null });
  });

  it('proves nothing where CONNECT is met with silence', async () => {
    const { port } = await rawServer((socket) =>
      socket.once('data', (data) => {
        if (data.toString('latin1').startsWith('GET')) socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
      }),
    );
    expect(await look(port)).toMatchObject({ status: 'garbled', facts: null });
  }, 10_000);

  it('judges nothing without a canary, and sends nothing', async () => {
    const { port, received } = await answering('');
    const seen = await look(port, null);
    expect(seen).toMatchObject({ status: 'garbled', detail: 'no canary is configured', facts: null });
    expect(await received()).toHaveLength(0);
  });

  it('sends nothing without the authorisation’s word', async () => {
    const { port, targets } = await openProxy();
    expect(await observe(proxy, port, 'plain', {}, { canary: await canary() })).toMatchObject({
      status: 'failed',
    });
    expect(targets).toEqual([]);
  });
});
