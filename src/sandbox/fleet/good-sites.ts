import type { Page, Site } from './web-service.ts';

const HARDENED = {
  'Content-Security-Policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

const HARDENED_OVER_TLS = {
  ...HARDENED,
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
} as const;

const HTML = { 'Content-Type': 'text/html; charset=utf-8' } as const;
const TEXT = { 'Content-Type': 'text/plain; charset=utf-8' } as const;

/** For HTTPS: every security header, a cookie with all its flags, and nothing else to be found. */
export function hardenedSite(name: string): Site {
  return ({ method, path }) => {
    if (method !== 'GET' && method !== 'HEAD') {
      return {
        status: 405,
        headers: { ...HARDENED_OVER_TLS, ...TEXT, Allow: 'GET, HEAD' },
        body: 'Not allowed.\n',
      };
    }
    return hardenedPage(name, path);
  };
}

function hardenedPage(name: string, path: string): Page {
  if (path === '/') {
    return {
      status: 200,
      headers: {
        ...HARDENED_OVER_TLS,
        ...HTML,
        'Set-Cookie': ['__Host-session=sandbox; Path=/; Secure; HttpOnly; SameSite=Lax'],
      },
      body: `<!doctype html><html lang="en"><title>${name}</title><p>This is ${name} of the sandbox.</p></html>\n`,
    };
  }
  if (path === '/.well-known/security.txt') {
    return {
      status: 200,
      headers: { ...HARDENED_OVER_TLS, ...TEXT },
      body: 'Contact: mailto:security@example.com\nExpires: 2099-01-01T00:00:00Z\n',
    };
  }
  return { status: 404, headers: { ...HARDENED_OVER_TLS, ...TEXT }, body: 'Not found.\n' };
}

/** For plain HTTP: sends everybody to the front page over HTTPS at the same address. */
export function redirectToHttps(address: string, httpsPort: number): Site {
  const location = `https://${address}:${httpsPort}/`;
  return () => ({ status: 301, headers: { ...HARDENED, Location: location } });
}
