import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsp } from '../../../src/probes/http/content-security-policy.ts';
import { httpFacts } from '../../../src/probes/http/facts.ts';
import {
  parseAllow,
  parseChallenges,
  parseCookies,
  parseHsts,
  parseRedirect,
} from '../../../src/probes/http/headers.ts';

type Headers = [string, string][];

describe('parseHsts', () => {
  it.each([
    [
      'max-age=31536000; includeSubDomains; preload',
      { maxAge: 31_536_000, includeSubDomains: true, preload: true },
    ],
    ['Max-Age = "300"', { maxAge: 300, includeSubDomains: false, preload: false }],
    ['includeSubDomains', { maxAge: null, includeSubDomains: true, preload: false }],
    ['max-age=1; max-age=2', { maxAge: null, includeSubDomains: false, preload: false }],
    ['max-age=-1', { maxAge: null, includeSubDomains: false, preload: false }],
    ['max-age=99999999999999999999', { maxAge: null, includeSubDomains: false, preload: false }],
  ])('%s', (value, expected) => {
    expect(parseHsts([['strict-transport-security', value]])).toEqual(expected);
  });

  it('is null without the header, and the first of two counts', () => {
    expect(parseHsts([])).toBeNull();
    const two: Headers = [
      ['strict-transport-security', 'max-age=1'],
      ['strict-transport-security', 'max-age=2'],
    ];
    expect(parseHsts(two)?.maxAge).toBe(1);
  });
});

describe('parseCookies', () => {
  it('keeps names and attributes, never values', () => {
    const cookies = parseCookies([
      ['set-cookie', 'theme=dark; SameSite=Lax'],
      ['set-cookie', 'SESSIONID=s3cret; Secure; HttpOnly; SameSite=bogus'],
      ['set-cookie', 'no-equals-sign'],
      ['set-cookie', '=nameless'],
    ]);
    expect(cookies).toEqual([
      { name: 'SESSIONID', secure: true, httpOnly: true, sameSite: null, sessionLike: true },
      { name: 'theme', secure: false, httpOnly: false, sameSite: 'Lax', sessionLike: false },
    ]);
    expect(JSON.stringify(cookies)).not.toContain('s3cret');
  });
});

describe('parseChallenges', () => {
  it.each<[string, string[], string | null]>([
    ['Basic realm="staff, only"', ['basic'], 'staff, only'],
    ['Basic', ['basic'], ''],
    ['Digest realm="d", nonce="x,Basic y", qop="auth", Basic realm="b"', ['digest', 'basic'], 'b'],
    ['Negotiate, NTLM', ['negotiate', 'ntlm'], null],
    ['Bearer error="invalid_token", realm="api"', ['bearer'], null],
    ['Basic realm="\u001b[31mred"', ['basic'], '\\x1b[31mred'],
  ])('%s', (value, authSchemes, basicAuthRealm) => {
    expect(parseChallenges([['www-authenticate', value]])).toEqual({ authSchemes, basicAuthRealm });
  });
});

describe('parseRedirect', () => {
  const origin = { url: 'http://shop.example.com:8080', hosts: ['shop.example.com', '127.0.0.5'] };
  const to = (location: string, status = 302) =>
    parseRedirect({ status, headers: [['location', location]] }, origin);

  it.each([
    ['/login?state=abc', { location: '/login', scheme: 'http', sameHost: true }],
    ['/login;jsessionid=4F?x', { location: '/login', scheme: 'http', sameHost: true }],
    ['https://127.0.0.5/#x', { location: 'https://127.0.0.5/', scheme: 'https', sameHost: true }],
    ['https://SHOP.example.com', { location: 'https://SHOP.example.com', scheme: 'https', sameHost: true }],
    ['https://www.example.com/', { location: 'https://www.example.com/', scheme: 'https', sameHost: false }],
    ['//169.254.169.254/latest', { location: '//169.254.169.254/latest', scheme: 'http', sameHost: false }],
    ['http://[', { location: 'http://[', scheme: '', sameHost: false }],
    ['javascript:alert(1)', { location: 'javascript:alert(1)', scheme: 'javascript', sameHost: false }],
  ])('%s', (location, expected) => {
    expect(to(location)).toEqual(expected);
  });

  it('needs a redirecting status and knows IPv6 hosts', () => {
    expect(to('/elsewhere', 201)).toBeNull();
    const headers: Headers = [['location', 'https://[2001:db8:0::1]/']];
    const six = { url: 'http://[2001:db8::1]', hosts: ['2001:db8::1'] };
    expect(parseRedirect({ status: 301, headers }, six)).toMatchObject({ scheme: 'https', sameHost: true });
  });
});

describe('parseAllow', () => {
  it('gathers the methods of several headers and responses', () => {
    const one: Headers = [
      ['allow', 'GET, head,,'],
      ['allow', 'PUT'],
    ];
    expect(parseAllow([{ headers: one }, { headers: [['allow', 'GET,MKCOL']] }])).toEqual([
      'GET',
      'HEAD',
      'MKCOL',
      'PUT',
    ]);
    expect(parseAllow([{ headers: [['allow', '']] }, { headers: [] }])).toEqual([]);
    expect(parseAllow([{ headers: [['allow', '<b>, \u001b[31m, GET']] }])).toEqual(['GET']);
  });
});

describe('parseCsp', () => {
  const policy = (value: string) => parseCsp([['content-security-policy', value]], '');

  it('is null without a policy', () => {
    expect(parseCsp([], '<html>')).toBeNull();
    expect(policy(' ; ')).toBeNull();
  });

  it.each([
    ["default-src 'self'; frame-ancestors 'none'", [true, false, false, false]],
    ["script-src 'unsafe-inline' 'unsafe-eval' *", [false, true, true, true]],
    ["script-src 'unsafe-inline' 'nonce-r4nd0m'", [false, false, false, false]],
    ["script-src https: 'strict-dynamic' 'nonce-r4nd0m'", [false, false, false, false]],
    ['img-src *', [false, true, true, true]],
    ["default-src *, script-src 'self'", [false, false, false, false]],
  ])('%s', (value, expected) => {
    const csp = policy(value);
    expect([csp?.frameAncestors, csp?.unsafeInline, csp?.unsafeEval, csp?.anyScriptSource]).toEqual(expected);
  });

  it('leaves out the values of nonces', () => {
    expect(policy("script-src 'nonce-r4nd0m'")?.policy).toBe("script-src 'nonce'");
  });

  it('reads a meta element when there is no header, where frame-ancestors has no effect', () => {
    const html = `<meta http-equiv="Content-Security-Policy" content="default-src 'self'; frame-ancestors 'none'">`;
    expect(parseCsp([], html)).toMatchObject({ unsafeInline: false, frameAncestors: false });
  });
});

it('makes of any headers what the schema allows', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .array(
        fc.constantFrom(
          '"',
          ',',
          ';',
          '=',
          '\\',
          ' ',
          'Basic',
          'realm',
          'max-age',
          '*',
          "'nonce-",
          'http://[',
          '?',
        ),
      )
      .map((parts) => parts.join('')),
  );
  const schema = httpFacts.pick({
    hsts: true,
    csp: true,
    cookies: true,
    redirect: true,
    authSchemes: true,
    basicAuthRealm: true,
    allowedMethods: true,
  });
  const origin = { url: 'http://127.0.0.1', hosts: ['127.0.0.1'] };
  fc.assert(
    fc.property(value, (text) => {
      const facts = {
        hsts: parseHsts([['strict-transport-security', text]]),
        csp: parseCsp([['content-security-policy', text]], text),
        cookies: parseCookies([['set-cookie', text]]),
        redirect: parseRedirect({ status: 301, headers: [['location', text]] }, origin),
        ...parseChallenges([['www-authenticate', text]]),
        allowedMethods: parseAllow([{ headers: [['allow', text]] }]),
      };
      expect(schema.safeParse(facts).error?.issues ?? []).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});
