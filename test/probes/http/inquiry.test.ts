import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import http from '../../../src/probes/http.ts';
import { observe, rawServer } from '../probing.ts';
import { factsOf, serve } from './serving.ts';

const git = 'ref: refs/heads/main\n';

describe('a server that does not answer everything at once', () => {
  it('is asked again when it breaks off once', async () => {
    const broken = new Set<string | undefined>();
    const facts = await factsOf(({ url, socket }, response) => {
      if (url !== '/' && !broken.has(url)) {
        broken.add(url);
        return void socket.resetAndDestroy();
      }
      response.end(url === '/.git/HEAD' ? git : 'fine');
    });
    expect(facts).toMatchObject({ gitExposed: true, softNotFound: true });
  });

  it('is believed when it breaks off what looks like a search, for good', async () => {
    const facts = await factsOf(({ url, socket }, response) =>
      url === '/.env' || url?.length === 25 ? void socket.resetAndDestroy() : void response.end('fine'),
    );
    expect(facts).toMatchObject({ status: 200, envFileExposed: false, softNotFound: false });
  });

  it('proves nothing when it breaks off everything from then on', async () => {
    let blocked = false;
    const { port } = await serve(({ url, socket }, response) => {
      blocked ||= url === '/.git/HEAD';
      if (blocked) socket.resetAndDestroy();
      else response.end('fine');
    });
    await expect(observe(http, port)).resolves.toMatchObject({ status: 'reset', facts: null });
  });

  it('proves nothing when it turns everybody away from then on', async () => {
    let blocked = false;
    const { port } = await serve(({ url }, response) => {
      blocked ||= url === '/.env';
      response.writeHead(blocked ? 403 : 200).end();
    });
    const seen = await observe(http, port);
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
    expect(seen.detail).toContain('200 became 403');
  });

  it.each([429, 503])('is asked more slowly when it says %d, until it answers', async (status) => {
    let budget = 10;
    const refill = setInterval(() => (budget += 1), 30);
    const facts = await factsOf(({ url }, response) => {
      if (budget <= 0) return void response.writeHead(status).end();
      budget -= 1;
      response.writeHead(url === '/' || url === '/.git/HEAD' ? 200 : 404).end(git);
    }).finally(() => clearInterval(refill));
    expect(facts.gitExposed).toBe(true);
  });

  it('is taken at its word when only some paths are unavailable', async () => {
    const facts = await factsOf(
      ({ url }, response) => void response.writeHead(url === '/' ? 200 : 503).end(),
      {},
    );
    expect(facts).toMatchObject({ status: 200, gitExposed: false });
  });

  it('proves nothing when it is too much for it to the end', async () => {
    let asked = 0;
    const { port } = await serve((_request, response) => {
      asked += 1;
      response.writeHead(asked > 8 ? 429 : 404).end();
    });
    const seen = await observe(http, port, 'plain', { probeDeadlineMs: 20_000 });
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
    expect(seen.detail).toContain('404 became 429');
  }, 30_000);

  it('may have nothing to say to a method that it does not know, one request at a time', async () => {
    // As openssl s_server -www does: it goes through lines until one begins with GET, and serves nobody meanwhile.
    const waiting: Socket[] = [];
    const heard = new Map<Socket, string>();
    const serveNext = (): void => {
      const [served] = waiting;
      if (served !== undefined && heard.get(served)?.startsWith('GET ') === true) {
        served.end('HTTP/1.0 200 OK\r\n\r\nfine');
      }
    };
    const { port } = await rawServer((socket) => {
      waiting.push(socket);
      socket.on('data', (data) => {
        heard.set(socket, (heard.get(socket) ?? '') + data.toString('latin1'));
        serveNext();
      });
      socket.once('close', () => {
        waiting.splice(waiting.indexOf(socket), 1);
        serveNext();
      });
    });
    const seen = await observe(http, port, 'plain', { probeDeadlineMs: 15_000, socketsPerHost: 4 });
    expect(seen).toMatchObject({ status: 'answered', facts: { softNotFound: true, allowedMethods: [] } });
    expect(seen.durationMs).toBeLessThan(8000);
  }, 20_000);

  it('proves nothing when it falls silent at what it should know', async () => {
    const { port } = await serve(({ url }, response) => {
      if (url !== '/.env') response.writeHead(404).end();
    });
    const seen = await observe(http, port, 'plain', { probeDeadlineMs: 700 });
    expect(seen).toMatchObject({ status: 'timed-out', facts: null });
  });

  it('may turn away strangers’ origins without that proving anything else', async () => {
    const facts = await factsOf(({ headers, url }, response) => {
      if (headers.origin !== undefined) return void response.writeHead(403).end();
      response.end(url === '/.git/HEAD' ? git : 'fine');
    });
    expect(facts).toMatchObject({ gitExposed: true, corsReflectsOrigin: false });
  });
});
