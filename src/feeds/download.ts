import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import ipaddr from 'ipaddr.js';
import { PermanentError } from '../domain/errors.ts';
import { invalidFeed, unreachableFeed } from './feed-error.ts';

const MOST_REDIRECTS = 5;
/** Without a byte for this long a download is given up. */
const IDLE_MS = 30_000;
/** A year of vulnerabilities takes seconds; this is for the slowest of lines. */
const WHOLE_MS = 15 * 60_000;

/**
 * The base of the feeds' URLs, with a slash at its end. Raises `feed-source-invalid` for anything but https, and for
 * http to another machine than this one: who could change the feeds on their way could hide vulnerabilities.
 */
export function vetBase(from: string): URL {
  const base = URL.canParse(from) ? new URL(from) : null;
  const secure = base?.protocol === 'https:' || (base?.protocol === 'http:' && isLoopback(base.hostname));
  if (base === null || !secure || base.username !== '' || base.password !== '') {
    throw new PermanentError('feed-source-invalid', {
      what: 'Feeds are not fetched from there',
      // Not what was written: it may hold a password.
      got: base === null ? 'something that is no URL' : `${base.protocol}//… of ${base.host}`,
      expected: 'a URL https://…, or http://… on this machine, without user and password',
    });
  }
  base.search = '';
  base.hash = '';
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return base;
}

/**
 * Opens a file by its URL, following redirects only within the same host. Null when it is not there. Raises
 * `feed-unreachable` (retryable) for what may pass, and `feed-invalid` for a redirect that leads away.
 */
export async function openUrl(url: URL): Promise<AsyncIterable<Buffer> | null> {
  let current = url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const response = await get(current);
    const status = response.statusCode ?? 0;
    if (status === 200) return response;
    response.destroy();
    if (status === 404 || status === 410) return null;
    const location = response.headers.location;
    if (status < 300 || status > 399 || location === undefined) {
      throw unreachableFeed(current.href, `the status ${status}`);
    }
    const next = URL.canParse(location, current.href) ? new URL(location, current) : null;
    if (next?.protocol !== url.protocol || next.host !== url.host) {
      throw invalidFeed(
        current.href,
        'a redirect that leads to another host',
        `one that stays at ${url.host}`,
      );
    }
    current = next;
  }
  throw unreachableFeed(url.href, `more than ${MOST_REDIRECTS} redirects`);
}

function get(url: URL): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      agent: false,
      timeout: IDLE_MS,
      signal: AbortSignal.timeout(WHOLE_MS),
      headers: { 'accept-encoding': 'identity', 'user-agent': 'picket-feeds' },
    });
    const refuse = (error: Error): void => reject(unreachableFeed(url.href, error.message, error));
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no byte for ${IDLE_MS / 1000} s`)));
    outgoing.on('error', refuse);
    outgoing.on('response', resolve);
    outgoing.end();
  });
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || (ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback');
}
