import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { describe, expect, it } from 'vitest';
import type { HttpFacts } from '../../src/probes/http/facts.ts';
import http from '../../src/probes/http.ts';
import { issue } from './certificates.ts';
import { answering, listen, observe } from './probing.ts';

async function serve(handler: RequestListener) {
  const requests: IncomingMessage[] = [];
  const port = await listen(
    createServer((request, response) => {
      requests.push(request);
      handler(request, response);
    }),
  );
  return { port, requests };
}

const page = (response: ServerResponse, html: string, headers: Record<string, string | string[]> = {}) =>
  response.writeHead(200, { 'Content-Type': 'text/html', ...headers }).end(html);

async function factsOf(handler: RequestListener): Promise<HttpFacts> {
  const { port } = await serve(handler);
  const seen = await observe(http, port);
  expect(seen.detail).toBeNull();
  return seen.facts as unknown as HttpFacts;
}

describe('http', () => {
  it('describes a bare server', async () => {
    const facts = await factsOf(({ url }, response) =>
      url === '/'
        ? page(response, '<title>Hello</title>', { Server: 'nginx/1.18.0', 'Set-Cookie': 'sid=1' })
        : void response.writeHead(404).end('nothing'),
    );
    expect(facts).toEqual({
      encrypted: false,
      status: 200,
      httpVersion: '1.1',
      html: true,
      title: 'Hello',
      contentType: 'text/html',
      server: 'nginx/1.18.0',
      poweredBy: null,
      aspNetVersion: null,
      redirect: null,
      hsts: null,
      csp: null,
      xFrameOptions: null,
      xContentTypeOptions: null,
      referrerPolicy: null,
      cookies: [{ name: 'sid', secure: false, httpOnly: false, sameSite: null, sessionLike: true }],
      authSchemes: [],
      basicAuthRealm: null,
      passwordForm: false,
      directoryListing: false,
      bucketListing: false,
      corsReflectsOrigin: false,
      corsAllowsCredentials: false,
      softNotFound: false,
      debugPage: false,
      gitExposed: false,
      envFileExposed: false,
      statusPages: [],
      openApis: [],
    });
  });

  it('describes a hardened server inside TLS', async () => {
    const { key, cert } = await issue({ subject: 'CN=x' });
    const port = await listen(
      createHttpsServer({ key, cert, minVersion: 'TLSv1.2' }, (_request, response) =>
        page(response, '<p>', {
          'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
          'Content-Security-Policy': "default-src 'self'; frame-ancestors 'none'",
          'X-Frame-Options': 'deny',
          'X-Content-Type-Options': 'NoSniff',
        }),
      ),
    );
    const seen = await observe(http, port, 'tls');
    expect(seen.detail).toBeNull();
    expect(seen.facts).toMatchObject({
      encrypted: true,
      hsts: { maxAge: 31_536_000, includeSubDomains: true, preload: false },
      csp: { frameAncestors: true, unsafeInline: false },
      xFrameOptions: 'DENY',
      xContentTypeOptions: 'nosniff',
      softNotFound: true,
    });
  });

  it('finds exposed files, and keeps nothing of what is in them', async () => {
    const facts = await factsOf(({ url }, response) => {
      if (url === '/.git/HEAD') return void response.end('ref: refs/heads/main\n');
      if (url === '/.env') return void response.end('DB_HOST=db\nDB_PASSWORD=hunter2\n');
      if (url === '/metrics') return void response.end('# TYPE up gauge\nup 1\n');
      response.writeHead(404).end();
    });
    expect(facts).toMatchObject({ gitExposed: true, envFileExposed: true, statusPages: ['/metrics'] });
    expect(JSON.stringify(facts)).not.toContain('hunter2');
  });

  it('is not fooled by a server that answers every path with one page', async () => {
    const facts = await factsOf((_request, response) => void response.end('A=1\nB=2\n'));
    expect(facts).toMatchObject({
      softNotFound: true,
      gitExposed: false,
      envFileExposed: false,
      statusPages: [],
    });
  });

  it('follows no redirect', async () => {
    const elsewhere = await serve((_request, response) => void response.end('secret'));
    const location = `http://127.0.0.1:${elsewhere.port}/latest/meta-data?token=1`;
    const facts = await factsOf(
      (_request, response) => void response.writeHead(302, { Location: location }).end(),
    );
    expect(facts.redirect).toEqual({
      location: `http://127.0.0.1:${elsewhere.port}/latest/meta-data`,
      scheme: 'http',
      sameHost: true,
    });
    expect(elsewhere.requests).toHaveLength(0);
  });

  it('sees an Origin reflected, with credentials', async () => {
    const facts = await factsOf(({ headers }, response) => {
      if (headers.origin !== undefined) {
        response.setHeader('Access-Control-Allow-Origin', headers.origin);
        response.setHeader('Access-Control-Allow-Credentials', 'true');
      }
      response.end();
    });
    expect(facts).toMatchObject({ corsReflectsOrigin: true, corsAllowsCredentials: true });
  });

  it('sends eight GET requests without credentials, each on its own connection', async () => {
    const { port, requests } = await serve((_request, response) => void response.writeHead(404).end());
    await observe(http, port);
    expect(requests).toHaveLength(8);
    expect(new Set(requests.map(({ socket }) => socket)).size).toBe(8);
    expect(new Set(requests.map(({ method }) => method))).toEqual(new Set(['GET']));
    for (const { headers } of requests) {
      expect(headers).not.toHaveProperty('authorization');
      expect(headers).not.toHaveProperty('cookie');
    }
    expect(requests.map(({ url }) => url).filter((url) => !/^\/[0-9a-f]{24}$/.test(url ?? ''))).toEqual([
      '/',
      '/',
      '/.git/HEAD',
      '/.env',
      '/server-status',
      '/nginx_status',
      '/metrics',
    ]);
  });

  it('is the same from one scan to the next', async () => {
    const { port } = await serve(({ url }, response) => void response.writeHead(404).end(`no ${url}`));
    const first = await observe(http, port);
    expect((await observe(http, port)).facts).toEqual(first.facts);
  });

  it('goes on when a firewall breaks off what looks like a search', async () => {
    const facts = await factsOf(({ url, socket }, response) =>
      url === '/.env' ? void socket.resetAndDestroy() : void response.end('fine'),
    );
    expect(facts).toMatchObject({ status: 200, envFileExposed: false });
  });

  it('draws no conclusion from a server that breaks off everything after that', async () => {
    let blocked = false;
    const { port } = await serve(({ url, socket }, response) => {
      blocked ||= url === '/.git/HEAD';
      if (blocked) socket.resetAndDestroy();
      else response.end('fine');
    });
    await expect(observe(http, port)).resolves.toMatchObject({ status: 'reset', facts: null });
  });

  it('leaves to TLS what is only spoken inside TLS', async () => {
    const { port } = await serve(
      (_request, response) =>
        void response.writeHead(400).end('The plain HTTP request was sent to HTTPS port'),
    );
    await expect(observe(http, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });

  it('takes a status below 100 for what it is', async () => {
    const { port } = await answering('HTTP/1.1 007 Bond\r\nContent-Length: 0\r\n\r\n');
    const seen = await observe(http, port);
    expect(['answered', 'garbled']).toContain(seen.status);
  });
});
