import type { HttpResponse } from '../../scanner/connection.ts';
import { printable } from '../../scanner/printable.ts';
import type { HttpFacts } from './facts.ts';

type Headers = HttpResponse['headers'];

/** The values of a header in the order received; `name` in lower case. */
export function valuesOf(headers: Headers, name: string): string[] {
  return headers.filter(([candidate]) => candidate === name).map(([, value]) => value.trim());
}

/** The first value of a header as a fact, or null. */
export function headerFact(headers: Headers, name: string): string | null {
  const value = valuesOf(headers, name)[0];
  return value === undefined ? null : printable(value, 256);
}

/** Strict-Transport-Security (RFC 6797): only the first header counts, and a repeated directive spoils it. */
export function parseHsts(headers: Headers): HttpFacts['hsts'] {
  const value = valuesOf(headers, 'strict-transport-security')[0];
  if (value === undefined) {
    return null;
  }
  const directives = value
    .slice(0, 1024)
    .split(';')
    .map((directive) => directive.trim().toLowerCase());
  const ages = directives.filter((directive) => /^max-age\s*=/.test(directive));
  const seconds = ages.length === 1 ? /^max-age\s*=\s*"?(\d{1,15})"?$/.exec(ages[0] ?? '')?.[1] : undefined;
  return {
    maxAge: seconds === undefined ? null : Number(seconds),
    includeSubDomains: directives.includes('includesubdomains'),
    preload: directives.includes('preload'),
  };
}

const SAME_SITE = { strict: 'Strict', lax: 'Lax', none: 'None' } as const;
const SESSION_LIKE = /sess|sid$|^sid|auth|token|jwt/i;

/** Set-Cookie (RFC 6265), one entry for each name; the values are dropped here. */
export function parseCookies(headers: Headers): HttpFacts['cookies'] {
  const byName = new Map<string, HttpFacts['cookies'][number]>();
  for (const value of valuesOf(headers, 'set-cookie')) {
    const [pair = '', ...attributes] = value.slice(0, 8192).split(';');
    const equals = pair.indexOf('=');
    const name = printable(pair.slice(0, Math.max(equals, 0)).trim(), 128);
    if (name === '') {
      continue;
    }
    const parsed = attributes.map((attribute) => attribute.trim().toLowerCase());
    const sameSite = parsed
      .findLast((attribute) => /^samesite\s*=/.test(attribute))
      ?.replace(/^samesite\s*=\s*/, '');
    byName.set(name, {
      name,
      secure: parsed.includes('secure'),
      httpOnly: parsed.includes('httponly'),
      sameSite: isSameSite(sameSite) ? SAME_SITE[sameSite] : null,
      sessionLike: SESSION_LIKE.test(name),
    });
  }
  const cookies = [...byName.values()].slice(0, 32);
  return cookies.toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

function isSameSite(value: string | undefined): value is keyof typeof SAME_SITE {
  return value !== undefined && Object.hasOwn(SAME_SITE, value);
}

/** WWW-Authenticate (RFC 9110, section 11.6.1): one header may hold several challenges. */
export function parseChallenges(headers: Headers): Pick<HttpFacts, 'authSchemes' | 'basicAuthRealm'> {
  const schemes = new Set<string>();
  let realm: string | null = null;
  for (const value of valuesOf(headers, 'www-authenticate')) {
    let scheme = '';
    // Commas part challenges as well as their parameters, but not within quotes.
    for (const part of value.slice(0, 4096).match(/(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g) ?? []) {
      const [, name, rest = ''] = /^\s*([A-Za-z][\w-]{0,31})(?:\s+(.*))?$/s.exec(part) ?? [];
      if (name !== undefined && !rest.startsWith('=')) {
        scheme = name.toLowerCase();
        schemes.add(scheme);
      }
      const quoted = /(?:^|\s)realm\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/i.exec(part);
      if (scheme === 'basic' && realm === null && quoted !== null) {
        realm = printable(quoted[1] ?? quoted[2] ?? '', 256);
      }
    }
  }
  return {
    authSchemes: [...schemes].slice(0, 16),
    basicAuthRealm: realm ?? (schemes.has('basic') ? '' : null),
  };
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Who is being asked: the origin of a request's URL, and the names and addresses that are all the same endpoint. */
export interface Origin {
  /** As in `https://192.0.2.1:8443`, without a port that is the scheme's own. */
  readonly url: string;
  readonly hosts: readonly string[];
}

/** Where a response leads. Nothing here follows it. */
export function parseRedirect(
  response: Pick<HttpResponse, 'status' | 'headers'>,
  origin: Origin,
): HttpFacts['redirect'] {
  const url = locationOf(response, `${origin.url}/`);
  if (url === undefined) return null;
  const sent = valuesOf(response.headers, 'location')[0] ?? '';
  // What comes after may be another one each time.
  const location = printable(sent.slice(0, 4096).replace(/[?#;].*$/s, ''), 512);
  return url === null
    ? { location, scheme: '', sameHost: false }
    : {
        location,
        scheme: url.protocol.replace(':', '').slice(0, 16),
        sameHost: origin.hosts.some(
          (host) => url.hostname === URL.parse(`http://${bracketed(host)}/`)?.hostname,
        ),
      };
}

/** Where a response leads, null when that cannot be read; undefined when it is not a redirect. */
export function locationOf(
  { status, headers }: Pick<HttpResponse, 'status' | 'headers'>,
  base: string,
): URL | null | undefined {
  const sent = valuesOf(headers, 'location')[0];
  return sent === undefined || !REDIRECTS.has(status) ? undefined : URL.parse(sent.slice(0, 4096), base);
}

/** A host as it is written in a URL. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Methods of Allow (RFC 9110, section 10.2.1) over several responses, in capitals, sorted. */
export function parseAllow(responses: readonly Pick<HttpResponse, 'headers'>[]): string[] {
  const methods = responses
    .flatMap(({ headers }) => valuesOf(headers, 'allow'))
    .flatMap((value) => value.slice(0, 1024).split(','))
    .map((method) => printable(method.trim().toUpperCase(), 24))
    .filter((method) => /^[A-Z][A-Z-]*$/.test(method));
  return [...new Set(methods)].toSorted().slice(0, 32);
}
