import { z } from 'zod';
import { browserFacts } from './browser-facts.ts';
import { exposureFacts } from './exposure-facts.ts';
import { header } from './header-field.ts';

const redirect = z.strictObject({
  location: z.string().max(512).describe('Location as sent, without parameters, query and fragment'),
  scheme: z.string().max(16).describe('Scheme that the redirect leads to, in lower case'),
  sameHost: z.boolean().describe('Whether it stays at the address or name that was asked'),
});

/**
 * What the HTTP probe knows of a server, of the page at `path` unless a field says otherwise: the one that `/` is, or
 * redirects to without leaving the server.
 */
export const httpFacts = z.strictObject({
  encrypted: z.boolean().describe('Whether the requests went through TLS'),
  path: z.string().max(512).describe('Path of the page that was looked at, without parameters and query'),
  status: z.int().min(0).max(999).describe('Status code'),
  httpVersion: z.string().max(8).describe('Version of the response, as in 1.1'),
  html: z.boolean().describe('Whether the response is an HTML page with a 2xx status'),
  title: z.string().max(256).nullable().describe('Title of the HTML page; null without one'),
  generator: z.string().max(128).nullable().describe('The meta element generator; null without one'),
  contentType: header('Content-Type'),
  server: header('Server'),
  poweredBy: header('X-Powered-By'),
  aspNetVersion: header('X-AspNet-Version or X-AspNetMvc-Version'),
  errorPageServer: z
    .string()
    .max(64)
    .nullable()
    .describe('Server software with its version, as the page for a path that cannot exist names it'),
  redirect: redirect.nullable().describe('Where a 3xx response leads; null when it is not a redirect'),
  authSchemes: z.array(z.string().max(32)).max(16).describe('Schemes of WWW-Authenticate in lower case'),
  basicAuthRealm: z
    .string()
    .max(256)
    .nullable()
    .describe('Realm of Basic authentication; null when not asked for'),
  clientCertificateWanted: z
    .boolean()
    .describe('Whether the server turns away who has no client certificate'),
  passwordForm: z.boolean().describe('Whether the page has an input for a password'),
  ...browserFacts,
  ...exposureFacts,
});

export type HttpFacts = z.infer<typeof httpFacts>;
