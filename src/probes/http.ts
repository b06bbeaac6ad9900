import { randomBytes } from 'node:crypto';
import type { Connection, HttpRequest, HttpResponse } from '../scanner/connection.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { parseCsp } from './http/content-security-policy.ts';
import { exposedPaths, exposureFacts } from './http/exposed-paths.ts';
import { httpFacts, type HttpFacts } from './http/facts.ts';
import {
  headerFact,
  parseChallenges,
  parseCookies,
  parseHsts,
  parseRedirect,
  valuesOf,
} from './http/headers.ts';
import { isDebugPage, isHtml, isPlainRequestToTls, isSearchEngine, pageFacts, textOf } from './http/page.ts';

// HTTP/1.1 (RFC 9110, RFC 9112), ports 80, 443 and many others.
//
// Sends: eight GET requests, each on a connection of its own: `/`, `/` with an invented Origin, a random path, and
// fixed paths of files and status pages that should not be public; a ninth, `/` again, when one of them was broken
// off. Never another method, never a body, a credential or a cookie, and it never follows a redirect.

export default defineProbe({
  id: 'http',
  title: 'How a web server presents itself, and what it serves that it should not',
  transport: 'tcp',
  defaultPorts: [80, 443, 3000, 5000, 8000, 8080, 8443, 9100, 9200],
  layers: ['plain', 'tls'],
  facts: httpFacts,
  maxBytes: 1024 * 1024,
  connectionsAtOnce: 1,
  async run(connection) {
    const root = await connection.request({ method: 'GET', path: '/' });
    connection.close();
    if (!connection.encrypted && isPlainRequestToTls(root)) {
      throw new ConversationError('garbled', 'The server speaks HTTP at this port only inside TLS.');
    }
    const more = new Requests(connection);
    const control = await more.must(`/${randomBytes(12).toString('hex')}`);
    const origin = `https://${randomBytes(8).toString('hex')}.invalid`;
    const crossOrigin = await more.may('/', { origin });
    const exposed = new Map<string, HttpResponse>();
    for (const path of exposedPaths) {
      const response = await more.may(path);
      if (response !== null) exposed.set(path, response);
    }
    await more.finish();
    return {
      ...rootFacts(root, connection),
      ...corsFacts(crossOrigin, origin),
      softNotFound: control.status >= 200 && control.status < 300,
      debugPage: isDebugPage(control),
      ...exposureFacts(exposed, control),
    };
  },
});

/** Enough to know any of the files by. */
const SMALL_BODY = 8 * 1024;

/** Requests after the first, one after the other, each on a connection of its own. */
class Requests {
  readonly #first: Connection;
  #brokenOff = false;

  constructor(first: Connection) {
    this.#first = first;
  }

  async must(path: string, headers: NonNullable<HttpRequest['headers']> = {}): Promise<HttpResponse> {
    const connection = await this.#first.another();
    try {
      return await connection.request({ method: 'GET', path, headers, maxBodyBytes: SMALL_BODY });
    } finally {
      connection.close();
    }
  }

  /** Null when the server broke off instead of answering, as some do to requests that look like a search. */
  async may(path: string, headers: NonNullable<HttpRequest['headers']> = {}): Promise<HttpResponse | null> {
    try {
      return await this.must(path, headers);
    } catch (error) {
      if (!(error instanceof ConversationError) || (error.status !== 'reset' && error.status !== 'garbled')) {
        throw error;
      }
      this.#brokenOff = true;
      return null;
    }
  }

  /** A server that breaks off some requests must still answer others, or nothing was learnt from its silence. */
  async finish(): Promise<void> {
    if (this.#brokenOff) {
      await this.must('/');
    }
  }
}

type RootFacts = Omit<
  HttpFacts,
  keyof ReturnType<typeof corsFacts> | keyof ReturnType<typeof exposureFacts> | 'softNotFound' | 'debugPage'
>;

function rootFacts(response: HttpResponse, { encrypted, target }: Connection): RootFacts {
  const { headers, status } = response;
  const html = isHtml(response);
  const lower = (name: string) => headerFact(headers, name)?.toLowerCase() ?? null;
  return {
    encrypted,
    status,
    httpVersion: response.httpVersion.slice(0, 8),
    html: html && status >= 200 && status < 300,
    ...pageFacts(response),
    contentType: headerFact(headers, 'content-type'),
    server: headerFact(headers, 'server'),
    poweredBy: headerFact(headers, 'x-powered-by'),
    aspNetVersion: headerFact(headers, 'x-aspnet-version') ?? headerFact(headers, 'x-aspnetmvc-version'),
    redirect: parseRedirect(response, {
      scheme: encrypted ? 'https' : 'http',
      address: target.endpoint.address,
    }),
    hsts: parseHsts(headers),
    csp: parseCsp(headers, html ? textOf(response) : ''),
    xFrameOptions: headerFact(headers, 'x-frame-options')?.toUpperCase() ?? null,
    xContentTypeOptions: lower('x-content-type-options'),
    referrerPolicy: lower('referrer-policy'),
    cookies: parseCookies(headers),
    ...parseChallenges(headers),
    openApis: isSearchEngine(response) ? ['elasticsearch'] : [],
  };
}

function corsFacts(response: HttpResponse | null, origin: string) {
  const headers = response?.headers ?? [];
  return {
    corsReflectsOrigin: valuesOf(headers, 'access-control-allow-origin').includes(origin),
    corsAllowsCredentials: valuesOf(headers, 'access-control-allow-credentials').includes('true'),
  };
}
