import { z } from 'zod';
import { header } from './header-field.ts';

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

/** Fields of the facts that tell what the server lets, and makes, browsers do. */
export const browserFacts = {
  hsts: hsts.nullable().describe('Strict-Transport-Security; null when absent'),
  csp: csp.nullable().describe('Content-Security-Policy of header or meta element; null when absent'),
  xFrameOptions: header('X-Frame-Options in upper case'),
  xContentTypeOptions: header('X-Content-Type-Options in lower case'),
  referrerPolicy: header('Referrer-Policy in lower case'),
  cookies: z.array(cookie).max(32).describe('Cookies that were set on the way to the page, by name'),
  scriptsWithoutIntegrity: z
    .array(z.string().max(255))
    .max(16)
    .describe('Hosts of others from which the page takes scripts without an integrity attribute'),
  corsReflectsOrigin: z.boolean().describe('Whether an invented Origin is allowed by name'),
  corsAllowsCredentials: z.boolean().describe('Whether credentials are allowed to an invented Origin'),
};
