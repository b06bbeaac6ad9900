import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { gzipSync } from 'node:zlib';
import { vetBase } from '../../src/feeds/download.ts';
import { openSource } from '../../src/feeds/source.ts';
import { syncFeeds } from '../../src/feeds/sync.ts';
import { selfSigned } from '../scanner/certificates.ts';
import { MemoryStore } from './memory-store.ts';
import { publishedFiles } from './published.ts';

type Handler = (path: string, request: IncomingMessage, response: ServerResponse) => void;

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return (server.address() as AddressInfo).port;
}

/** A server of files below /feeds/, which asks the handler first. */
async function serve(
  files: Readonly<Record<string, Buffer>>,
  handler?: Handler,
): Promise<{ base: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    handler?.(path, request, response);
    if (response.headersSent || response.writableEnded || response.destroyed) return;
    const body = files[path.replace('/feeds/', '')];
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/octet-stream' });
    response.end(body);
  });
  return { base: `http://127.0.0.1:${await listen(server)}/feeds`, asked };
}

async function sync(from: string, store = new MemoryStore()) {
  const outcomes = await syncFeeds({
    source: await openSource(from),
    store,
    now: new Date('2026-03-02T00:00:00Z'),
  });
  return { store, outcomes: outcomes.map(({ name, outcome, detail }) => ({ name, outcome, detail })) };
}

describe('the synchronisation with a URL', () => {
  it('asks for the files by their names, and takes those that are there', async () => {
    const { base, asked } = await serve(publishedFiles());
    const { outcomes, store } = await sync(base);
    expect(outcomes).toEqual([
      { name: 'nvdcve-2.0-2024', outcome: 'loaded', detail: null },
      { name: 'known_exploited_vulnerabilities', outcome: 'loaded', detail: null },
      { name: 'epss_scores', outcome: 'loaded', detail: null },
    ]);
    expect(store.current.get('epss_scores')?.source).toBe(`${base}/`);
    expect(asked).toContain('/feeds/nvdcve-2.0-2002.meta');
    expect(asked).toContain('/feeds/nvdcve-2.0-2026.meta');
    expect(asked).toContain('/feeds/nvdcve-2.0-modified.meta');
  });

  it('asks only for the checksum when it is the same as before', async () => {
    const { base, asked } = await serve(publishedFiles());
    const { store } = await sync(base);
    asked.length = 0;
    const { outcomes } = await sync(base, store);
    expect(outcomes[0]).toMatchObject({ outcome: 'unchanged' });
    expect(asked).not.toContain('/feeds/nvdcve-2.0-2024.json.gz');
  });

  it('follows redirects within the host', async () => {
    const { base } = await serve(publishedFiles(), (path, _, response) => {
      if (path.endsWith('.csv.gz') && !path.includes('?'))
        response.writeHead(302, { location: `${path}?moved=1` }).end();
      if (path.includes('?')) response.end(publishedFiles()['epss_scores-current.csv.gz']);
    });
    expect((await sync(base)).outcomes.map(({ outcome }) => outcome)).toEqual(['loaded', 'loaded', 'loaded']);
  });

  it.each([
    ['another host', 'http://127.0.0.2:1/x', /leads to another host/],
    ['another port', 'http://127.0.0.1:1/x', /leads to another host/],
    ['another scheme', 'https://127.0.0.1/x', /leads to another host/],
    ['a file', 'file:///etc/passwd', /leads to another host/],
    ['itself', '/feeds/epss_scores-current.csv.gz', /more than 5 redirects/],
    ['nothing that is a URL', 'http://[', /leads to another host/],
  ])('does not follow a redirect to %s', async (_, location, sentence) => {
    const { base } = await serve(publishedFiles(), (path, __, response) => {
      if (path.endsWith('.csv.gz')) response.writeHead(301, { location }).end();
    });
    const { outcomes, store } = await sync(base);
    expect(outcomes.at(-1)).toEqual({
      name: 'epss_scores',
      outcome: 'failed',
      detail: expect.stringMatching(sentence) as string,
    });
    expect([...store.current.keys()]).not.toContain('epss_scores');
  });

  it.each([
    [
      'an error of the server',
      (response: ServerResponse) => void response.writeHead(503).end(),
      /the status 503/,
    ],
    ['a refusal', (response: ServerResponse) => void response.writeHead(403).end(), /the status 403/],
    [
      'a connection that breaks off',
      (response: ServerResponse) => void response.destroy(),
      /could not be read/,
    ],
    [
      'an answer that breaks off',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-length': '100000' });
        response.write(gzipSync('cve,epss'), () => response.destroy());
      },
      /could not be read|broken compressed data/,
    ],
  ])('calls %s an outcome', async (_, answer, sentence) => {
    const { base } = await serve(publishedFiles(), (path, __, response) => {
      if (path.endsWith('.csv.gz')) answer(response);
    });
    const { outcomes } = await sync(base);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['loaded', 'loaded', 'failed']);
    expect(outcomes.at(-1)?.detail).toMatch(sentence);
  });

  it('stops at the size that the checksum says, however much comes', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, 0x20));
    const { base } = await serve({ ...publishedFiles(), 'nvdcve-2.0-2024.json.gz': bomb });
    const { outcomes, store } = await sync(base);
    expect(outcomes[0]).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(/too large/) as string,
    });
    expect(store.loading.size).toBe(0);
  });

  it('trusts no certificate that nobody vouches for', async () => {
    const { pem, key } = await selfSigned('localhost');
    const server = createTlsServer({ cert: pem, key }, (_, response) => response.end('x'));
    const port = await listen(server);
    const { outcomes } = await sync(`https://localhost:${port}/`);
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['failed']));
    expect(outcomes[0]?.detail).toMatch(/self-signed/);
  });
});

describe('the URL of a source', () => {
  it.each([
    ['https://feeds.example.com/nvd', 'https://feeds.example.com/nvd/'],
    ['https://feeds.example.com', 'https://feeds.example.com/'],
    ['https://feeds.example.com/a/?token=1#x', 'https://feeds.example.com/a/'],
    ['http://127.0.0.1:8080/x', 'http://127.0.0.1:8080/x/'],
    ['http://[::1]/', 'http://[::1]/'],
    ['http://localhost/', 'http://localhost/'],
  ])('%s is %s', (from, expected) => {
    expect(vetBase(from).href).toBe(expected);
  });

  it.each([
    'http://feeds.example.com/',
    'http://127.0.0.1.example.com/',
    'ftp://feeds.example.com/',
    'file:///var/feeds',
    'https://user:secret@feeds.example.com/',
    'https://',
  ])('is not %s', async (from) => {
    const error = await openSource(from).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'feed-source-invalid' });
    expect(String(error)).not.toContain('secret');
  });
});
