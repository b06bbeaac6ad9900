import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { SecureVersion } from 'node:tls';
import type { Identity } from './certificates.ts';
import type { Service } from './front-door.ts';

export interface TlsSettings {
  readonly identity: Identity;
  readonly minVersion: SecureVersion;
  /** OpenSSL cipher string; Node's own when absent. */
  readonly ciphers?: string;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;

/** TLS 1.2 and 1.3 with Node's own choice of suites. */
export function modernTls(identity: Identity): TlsSettings {
  return { identity, minVersion: 'TLSv1.2' };
}

/**
 * TLS 1.0 to 1.3. OpenSSL 3 signs the old handshakes with SHA-1, which needs security level 0.
 */
export function legacyTls(identity: Identity): TlsSettings {
  return { identity, minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' };
}

export function httpService(site: Site): Service {
  const server = createServer(listenerFor(site));
  return { accept: (socket) => void server.emit('connection', socket), close: async () => {} };
}

export function httpsService(settings: TlsSettings, site: Site): Service {
  const server = createTlsServer(
    {
      ...settings.identity,
      minVersion: settings.minVersion,
      ...(settings.ciphers === undefined ? {} : { ciphers: settings.ciphers }),
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    },
    listenerFor(site),
  );
  return { accept: (socket) => void server.emit('connection', socket), close: async () => {} };
}

/** What a site says to one request. Repeated headers are arrays, as in Node. */
export interface Page {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
}

/** A whole site as a function of method, path without query, and the Origin header. */
export type Site = (request: {
  readonly method: string;
  readonly path: string;
  readonly origin: string | undefined;
}) => Page;

function listenerFor(site: Site): RequestListener {
  return (request, response) => {
    // Bodies are of no interest to any site, but unread they would keep the connection from its next request.
    request.resume();
    answer(request, response, site);
  };
}

function answer(request: IncomingMessage, response: ServerResponse, site: Site): void {
  const method = request.method ?? 'GET';
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const page = site({ method, path, origin: request.headers.origin });
  for (const [name, value] of Object.entries(page.headers ?? {})) {
    response.setHeader(name, value);
  }
  response.statusCode = page.status;
  response.setHeader('Content-Length', Buffer.byteLength(page.body ?? ''));
  response.end(method === 'HEAD' ? undefined : page.body);
}
