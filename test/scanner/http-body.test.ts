import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../src/scanner/connection.ts';
import { ask, endless, get, httpServer, rawServer } from './http-support.ts';
import { patientProfile, probing } from './support.ts';

describe('a body', () => {
  it('keeps no more of an endless body than it was asked to, and stops taking it in', async () => {
    let count = { sent: 0 };
    let closed = false;
    const { port } = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      count = endless(socket, Buffer.from(`8000\r\n${'a'.repeat(0x8000)}\r\n`));
      socket.on('close', () => (closed = true));
    });
    const { facts, durationMs } = await ask(port, { ...get, maxBodyBytes: 10_000 });
    expect(facts).toMatchObject({ status: 200, truncated: true, body: 'a'.repeat(10_000) });
    expect(durationMs).toBeLessThan(5_000);
    await expect.poll(() => closed).toBe(true);
    // What the buffers of both kernels hold, not what a reader took in until its deadline.
    expect(count.sent).toBeLessThan(32 * 1024 * 1024);
  });

  it('keeps 64 KiB by default, a mebibyte at most, and never more than the probe may receive', async () => {
    const { port } = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      endless(socket, Buffer.alloc(64 * 1024, 'a'));
    });
    const kept = async (request: HttpRequest, maxBytes: number): Promise<number> => {
      const { observation } = await probing(
        port,
        async (connection) => {
          const { body, truncated } = await connection.request(request);
          return { length: body.length, truncated };
        },
        { rest: { maxBytes }, profile: patientProfile },
      );
      expect(observation).toMatchObject({ status: 'answered', facts: { truncated: true } });
      return Number(observation.facts?.length);
    };
    expect(await kept(get, 8 * 1024 * 1024)).toBe(64 * 1024);
    expect(await kept({ ...get, maxBodyBytes: 100 * 1024 * 1024 }, 8 * 1024 * 1024)).toBe(1024 * 1024);
    expect(await kept(get, 5_000)).toBeLessThanOrEqual(5_000);
    expect(await kept({ ...get, maxBodyBytes: 0 }, 5_000)).toBe(0);
  });

  it('does not unpack what is packed', async () => {
    const bomb = gzipSync(Buffer.alloc(48 * 1024 * 1024));
    const port = await httpServer((_, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb);
    });
    const { facts } = await ask(port, { ...get, maxBodyBytes: 128 * 1024 });
    expect(facts?.hex).toBe(bomb.toString('hex'));
  });

  it('does not wait for the end of a body that only the end of the connection would tell', async () => {
    const { port } = await rawServer((socket) => void socket.write('HTTP/1.0 200 OK\r\n\r\nall there is'));
    const { facts, durationMs } = await ask(port);
    expect(facts).toMatchObject({ status: 200, body: 'all there is', truncated: true });
    expect(durationMs).toBeLessThan(4_000);
  });

  it('waits longer for a body whose length it was told, and not for ever', async () => {
    const late = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nfour');
      const rest = setTimeout(() => socket.write('more'), 1_500);
      socket.on('close', () => clearTimeout(rest));
    });
    const never = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n');
    });
    const [complete, cut] = await Promise.all([ask(late.port), ask(never.port)]);
    expect(complete.facts).toMatchObject({ body: 'fourmore', truncated: false });
    expect(cut.facts).toMatchObject({ status: 200, body: 'four', truncated: true });
    expect(cut.durationMs).toBeLessThan(15_000);
  }, 20_000);

  it('holds on to no more than it was asked to, however a body is cut up', async () => {
    const tiny = Buffer.from('1\r\na\r\n'.repeat(10_000));
    const { port } = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      endless(socket, tiny);
    });
    let peak = 0;
    const before = process.memoryUsage().rss;
    const meter = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss - before)), 5);
    for (let round = 0; round < 2; round += 1) {
      const { observation } = await probing(
        port,
        async (connection) => {
          const { body, truncated } = await connection.request({ ...get, maxBodyBytes: 1024 * 1024 });
          return { truncated, length: body.length, same: body.every((byte) => byte === 0x61) };
        },
        { rest: { maxBytes: 8 * 1024 * 1024 }, profile: patientProfile },
      );
      expect(observation.facts).toEqual({ truncated: true, length: 1024 * 1024, same: true });
    }
    clearInterval(meter);
    // A list of a million chunks would be more than this each time.
    expect(peak).toBeLessThan(192 * 1024 * 1024);
  }, 30_000);

  it('keeps what came of a body that was cut short, and says so', async () => {
    const { port } = await rawServer((socket) => {
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf');
    });
    expect((await ask(port)).facts).toMatchObject({ status: 200, body: 'half', truncated: true });
  });
});
