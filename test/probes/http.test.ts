import { createServer as createHttpsServer } from 'node:https';
import { describe, expect, it } from 'vitest';
import http from '../../src/probes/http.ts';
import { issue } from './certificates.ts';
import { factsOf, page, paths, serve } from './http/serving.ts';
import { answering, listen, observe, rawServer } from './probing.ts';

describe('http', () => {
  it('describes a bare server', async () => {
    const facts = await factsOf(({ url }, response) =>
      url === '/'
        ? page(response, '<title>Hello</title>', { Server: 'nginx/1.18.0', 'Set-Cookie': 'sid=1' })
        : void response.writeHead(404).end('nothing'),
    );
    expect(facts).toEqual({
      encrypted: false,
      path: '/',
      status: 200,
      httpVersion: '1.1',
      html: true,
      title: 'Hello',
      generator: null,
      contentType: 'text/html',
      server: 'nginx/1.18.0',
      poweredBy: null,
      aspNetVersion: null,
      errorPageServer: null,
      redirect: null,
      authSchemes: [],
      basicAuthRealm: null,
      clientCertificateWanted: false,
      passwordForm: false,
      hsts: null,
      csp: null,
      xFrameOptions: null,
      xContentTypeOptions: null,
      referrerPolicy: null,
      cookies: [{ name: 'sid', secure: false, httpOnly: false, sameSite: null, sessionLike: true }],
      scriptsWithoutIntegrity: [],
      corsReflectsOrigin: false,
      corsAllowsCredentials: false,
      softNotFound: false,
      debugPage: false,
      defaultPage: null,
      directoryListing: false,
      bucketListing: false,
      allowedMethods: [],
      webDav: false,
      gitExposed: false,
      envFileExposed: false,
      envFileVariables: [],
      backupFiles: [],
      statusPages: [],
      apiDocumentation: [],
      securityTxt: false,
      searchEngine: null,
      openApis: [],
      monitoring: [],
      brokerConsoles: [],
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
    const seen = await observe(http, port, 'tls', { socketsPerHost: 4 });
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

  it('says so when the server demands a certificate of the client', async () => {
    const { key, cert } = await issue({ subject: 'CN=x' });
    const port = await listen(
      createHttpsServer(
        { key, cert, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' },
        () => {},
      ),
    );
    const seen = await observe(http, port, 'tls');
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
    expect(seen.detail).toContain('demands a certificate of the client');
  });

  it('finds exposed files, and keeps nothing of what is in them', async () => {
    const facts = await factsOf(
      paths({
        '/.git/HEAD': 'ref: refs/heads/main\n',
        '/.env': 'DB_PASSWORD=hunter2\nexport DB_HOST=db\n',
        '/metrics': '# TYPE up gauge\nup 1\n',
        '/openapi.json': '{"openapi":"3.1.0"}',
        '/dump.sql': '-- MySQL dump 10.13\n',
        '/.well-known/security.txt': 'Contact: mailto:security@example.com\n',
      }),
    );
    expect(facts).toMatchObject({
      gitExposed: true,
      envFileExposed: true,
      envFileVariables: ['DB_HOST', 'DB_PASSWORD'],
      statusPages: ['/metrics'],
      apiDocumentation: ['/openapi.json'],
      backupFiles: ['/dump.sql'],
      securityTxt: true,
    });
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

  it('finds what is unmistakable at a server that answers every path with one page, too', async () => {
    const facts = await factsOf(({ url }, response) => {
      if (url === '/.git/HEAD') return void response.end('ref: refs/heads/main\n');
      if (url === '/backup.zip') return void response.end('PK\u0003\u0004rest');
      page(response, '<title>App</title>');
    });
    expect(facts).toMatchObject({ softNotFound: true, gitExposed: true, backupFiles: ['/backup.zip'] });
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

  it('reads what is allowed, at / and where nothing is', async () => {
    const facts = await factsOf(({ method, url }, response) => {
      if (method !== 'OPTIONS') return void response.writeHead(404).end();
      const headers =
        url === '/' ? { Allow: 'GET,HEAD, post' } : { Allow: 'OPTIONS,MKCOL,PUT,LOCK', DAV: '1,2' };
      response.writeHead(200, headers).end();
    });
    expect(facts.allowedMethods).toEqual(['GET', 'HEAD', 'LOCK', 'MKCOL', 'OPTIONS', 'POST', 'PUT']);
    expect(facts.webDav).toBe(true);
  });

  it('leaves to others what is only spoken inside TLS, and what is no web server', async () => {
    for (const [status, body] of [
      [400, 'The plain HTTP request was sent to HTTPS port'],
      [200, 'It looks like you are trying to access MongoDB over HTTP on the native driver port.\r\n'],
    ] as const) {
      const { port, requests } = await serve(
        (_request, response) => void response.writeHead(status).end(body),
      );
      await expect(observe(http, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
      expect(requests).toHaveLength(1);
    }
  });

  it('is answered by a server that never closes a connection, and never says how long its pages are', async () => {
    const { port } = await rawServer((socket) =>
      socket.once('data', (data) => {
        const path = data.toString('latin1').split(' ')[1];
        socket.write(
          path === '/'
            ? 'HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<title>Old</title>'
            : 'HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n',
        );
      }),
    );
    const seen = await observe(http, port, 'plain', { socketsPerHost: 4 });
    expect(seen).toMatchObject({ status: 'answered', facts: { httpVersion: '1.0', title: 'Old' } });
  });

  it('takes a status below 100 for what it is', async () => {
    const { port } = await answering('HTTP/1.1 007 Bond\r\nContent-Length: 0\r\n\r\n');
    const seen = await observe(http, port);
    expect(['answered', 'garbled']).toContain(seen.status);
  });
});
