import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { expect } from 'vitest';
import type { HttpFacts } from '../../../src/probes/http/facts.ts';
import http from '../../../src/probes/http.ts';
import type { HttpResponse } from '../../../src/scanner/connection.ts';
import { listen, observe, type ProbingExtra } from '../probing.ts';

/** A web server on a free port until the test is over; `requests` has what it was asked, in order. */
export async function serve(handler: RequestListener) {
  const requests: IncomingMessage[] = [];
  const port = await listen(
    createServer((request, response) => {
      requests.push(request);
      handler(request, response);
    }),
  );
  return { port, requests };
}

/** What the probe `http` says of a server. */
export async function factsOf(handler: RequestListener, extra: ProbingExtra = {}): Promise<HttpFacts> {
  const { port } = await serve(handler);
  const seen = await observe(http, port, 'plain', { socketsPerHost: 4 }, extra);
  expect(seen.detail).toBeNull();
  return http.facts.parse(seen.facts);
}

/** Serves some paths, and for all others says that there is nothing. */
export const paths =
  (pages: Readonly<Record<string, string | Buffer>>, headers: Record<string, string> = {}): RequestListener =>
  ({ url = '' }, response) => {
    const body = Object.hasOwn(pages, url) ? pages[url] : undefined;
    response.writeHead(body === undefined ? 404 : 200, headers).end(body ?? 'nothing');
  };

export function page(
  response: ServerResponse,
  html: string,
  headers: Readonly<Record<string, string | string[]>> = {},
): void {
  response.writeHead(200, { 'Content-Type': 'text/html', ...headers }).end(html);
}

/** A response as the scanner gives it. */
export function response(
  body: string | Buffer,
  type: string | null = 'text/html; charset=utf-8',
  status = 200,
  headers: readonly (readonly [string, string])[] = [],
): HttpResponse {
  return {
    status,
    httpVersion: '1.1',
    headers: [...(type === null ? [] : [['content-type', type] as const]), ...headers],
    body: Buffer.from(body),
    truncated: false,
  };
}

export const notFound = response('<h1>Not Found</h1>', 'text/html', 404);
