import { z } from 'zod';

const header = (what: string) => z.string().max(256).nullable().describe(`${what}; null when absent`);

const redirect = z.strictObject({
  location: z.string().max(512).describe('Location as sent, without query and fragment'),
  scheme: z.string().max(16).describe('Scheme that the redirect leads to, in lower case'),
  sameHost: z.boolean().describe('Whether it stays at the endpoint’s own address'),
});

const hsts = z.strictObject({
  maxAge: z.int().min(0).nullable().describe('max-age in seconds; null when it is missing or malformed'),
  includeSubDomains: z.boolean().describe('Whether includeSubDomains is set'),
  preload: z.boolean().describe('Whether preload is set'),
});

const csp = z.strictObject({
  policy: z.string().max(2048).describe('The policy, without the values of nonces'),
  frameAncestors: z.boolean().describe('Whether it has frame-ancestors'),
  unsafeInline: z
    .boolean()
    .describe("Whether scripts may be inline: 'unsafe-inline' without nonce, hash or strict-dynamic"),
  unsafeEval: z.boolean().describe("Whether scripts may use eval: 'unsafe-eval'"),
  anyScriptSource: z.boolean().describe('Whether scripts may come from anywhere: *, http:, https: or data:'),
});

const cookie = z.strictObject({
  name: z.string().max(128).describe('Name; the value is never kept'),
  secure: z.boolean().describe('Whether it has Secure'),
  httpOnly: z.boolean().describe('Whether it has HttpOnly'),
  sameSite: z.enum(['Strict', 'Lax', 'None']).nullable().describe('SameSite; null when absent or malformed'),
  sessionLike: z.boolean().describe('Whether its name looks like that of a session or of a token'),
});

/** What the HTTP probe knows of a server, all from `/` unless a field says otherwise. */
export const httpFacts = z.strictObject({
  encrypted: z.boolean().describe('Whether the requests went through TLS'),
  status: z.int().min(0).max(999).describe('Status code'),
  httpVersion: z.string().max(8).describe('Version of the response, as in 1.1'),
  html: z.boolean().describe('Whether the response is an HTML page with a 2xx status'),
  title: z.string().max(256).nullable().describe('Title of the HTML page; null without one'),
  contentType: header('Content-Type'),
  server: header('Server'),
  poweredBy: header('X-Powered-By'),
  aspNetVersion: header('X-AspNet-Version or X-AspNetMvc-Version'),
  redirect: redirect.nullable().describe('Where a 3xx response leads; null when it is not a redirect'),
  hsts: hsts.nullable().describe('Strict-Transport-Security; null when absent'),
  csp: csp.nullable().describe('Content-Security-Policy of header or meta element; null when absent'),
  xFrameOptions: header('X-Frame-Options in upper case'),
  xContentTypeOptions: header('X-Content-Type-Options in lower case'),
  referrerPolicy: header('Referrer-Policy in lower case'),
  cookies: z.array(cookie).max(32).describe('Cookies that were set, by name'),
  authSchemes: z.array(z.string().max(32)).max(16).describe('Schemes of WWW-Authenticate in lower case'),
  basicAuthRealm: z
    .string()
    .max(256)
    .nullable()
    .describe('Realm of Basic authentication; null when not asked for'),
  passwordForm: z.boolean().describe('Whether the page has an input for a password'),
  directoryListing: z.boolean().describe('Whether the page is a generated list of files'),
  bucketListing: z.boolean().describe('Whether the page lists the objects of a storage bucket'),
  corsReflectsOrigin: z.boolean().describe('Whether an invented Origin is allowed by name'),
  corsAllowsCredentials: z.boolean().describe('Whether credentials are allowed to an invented Origin'),
  softNotFound: z.boolean().describe('Whether a path that cannot exist is answered with a 2xx status'),
  debugPage: z
    .boolean()
    .describe('Whether a path that cannot exist is answered with a stack trace or a debug page'),
  gitExposed: z.boolean().describe('Whether /.git/HEAD is served and is one of git’s'),
  envFileExposed: z
    .boolean()
    .describe('Whether /.env is served and sets variables; their values are never kept'),
  statusPages: z
    .array(z.string().max(64))
    .max(16)
    .describe('Paths that serve a status page or metrics: /server-status, /nginx_status, /metrics'),
  openApis: z
    .array(z.string().max(64))
    .max(16)
    .describe('Administrative interfaces that answer without authentication, as in elasticsearch'),
});

export type HttpFacts = z.infer<typeof httpFacts>;
