import { z } from 'zod';

const version = z.enum(['SSLv2', 'SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']);
const suiteName = z.string().max(64);
/** More than there are suites. */
const maxSuites = 512;

const family = (what: string) =>
  z
    .array(suiteName)
    .max(maxSuites)
    .describe(`Names of the accepted suites ${what}, each once, whatever the version`);

/** What the TLS probe knows of a server. */
export const tlsFacts = z.strictObject({
  startTls: z
    .string()
    .max(64)
    .nullable()
    .describe('The protocol whose STARTTLS leads to TLS; null where TLS begins with the connection'),
  complete: z
    .boolean()
    .describe('Whether everything was offered and answered; if not, more may be accepted than is listed'),
  incompleteReason: z
    .string()
    .max(256)
    .nullable()
    .describe('Why something may be missing, as a sentence; null when nothing is'),
  protocols: z.array(version).max(6).describe('Versions in which a suite was accepted, oldest first'),
  suites: z
    .array(
      z.strictObject({
        protocol: version.describe('Version, spelt as in protocols'),
        name: suiteName.describe('Standard name of the suite'),
        dhBits: z
          .int()
          .nullable()
          .describe('Size of the prime of finite-field Diffie-Hellman with this suite; null without one'),
      }),
    )
    .max(maxSuites * 6)
    .describe('All suites that the server accepts in each version, by code point'),
  nullSuites: family('without encryption'),
  anonymousSuites: family('without authentication'),
  exportSuites: family('of export grade'),
  rc4Suites: family('with RC4'),
  block64Suites: family('with a cipher whose blocks have 64 bits'),
  aeadInTls12: z
    .boolean()
    .nullable()
    .describe('Whether TLS 1.2 was accepted with authenticated encryption; null when TLS 1.2 is not spoken'),
  forwardSecrecy: z
    .boolean()
    .describe('Whether an authenticated ephemeral key exchange was accepted, as TLS 1.3 always has'),
  groups: z
    .array(
      z.strictObject({
        protocol: version.describe('The version in which the group was accepted, spelt as in protocols'),
        name: z.string().max(32).describe('Name of the group, as in x25519 or ffdhe2048'),
        kind: z
          .enum(['curve', 'binary-curve', 'finite-field', 'post-quantum'])
          .describe('What kind of group; a hybrid of a curve and a post-quantum method is of the latter'),
        bits: z
          .int()
          .nullable()
          .describe('Size of the field or prime in bits; null for a post-quantum method without a curve'),
      }),
    )
    .max(256)
    .describe(
      'Named groups that the server agrees to in TLS 1.3 and in the newest version before that has any',
    ),
  postQuantum: z.boolean().describe('Whether a post-quantum group was accepted'),
  smallestDhBits: z
    .int()
    .nullable()
    .describe(
      'Size of the smallest prime of finite-field Diffie-Hellman before TLS 1.3; null when none was seen',
    ),
  clientOrder: z
    .array(version)
    .max(6)
    .describe("Versions before TLS 1.3 in which the client's favourite suite decides, not the server's"),
  compression: z
    .array(z.enum(['DEFLATE', 'LZS', 'other']))
    .max(3)
    .describe('Compression methods that the server chose before TLS 1.3'),
  secureRenegotiation: z
    .boolean()
    .nullable()
    .describe(
      'Whether the server has renegotiation_info (RFC 5746); null when it speaks only TLS 1.3 or SSL 2.0',
    ),
  heartbeat: z
    .boolean()
    .nullable()
    .describe(
      'Whether the server has the heartbeat extension (RFC 6520); null when it speaks no TLS 1.0 to 1.2',
    ),
  fallbackRefused: z
    .boolean()
    .nullable()
    .describe(
      'Whether TLS_FALLBACK_SCSV (RFC 7507) is heeded; null when there are not two versions before TLS 1.3 to tell by',
    ),
});

export type TlsFacts = z.infer<typeof tlsFacts>;
