import { z } from 'zod';

const time = (what: string) => z.iso.datetime().describe(`${what}, ISO 8601`);
const text = (what: string) => z.string().max(512).describe(what);

/** What is told of every certificate that the server sends. */
const certificate = z.strictObject({
  subject: text('Distinguished name of the subject; empty when the certificate has none'),
  issuer: text('Distinguished name of the issuer'),
  notBefore: time('Start of the validity'),
  notAfter: time('End of the validity'),
  selfSigned: z.boolean().describe('Whether subject and issuer are the same and its own key signed it'),
  isCa: z.boolean().describe('Whether basic constraints make it a certificate authority'),
  keyType: z
    .string()
    .max(64)
    .describe('RSA, RSA-PSS, EC, DSA, Ed25519, Ed448, or the object identifier of another'),
  keyBits: z.int().min(0).describe('Size of the public key in bits; 0 when it cannot be told'),
  signatureAlgorithm: z
    .string()
    .max(64)
    .describe(
      'Signature algorithm, as in RSA-SHA256, ECDSA-SHA384, Ed25519, or the object identifier of another',
    ),
  signatureHash: z
    .string()
    .max(16)
    .describe(
      'Hash of the signature: MD2, MD4, MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512, or empty without one',
    ),
});

/** What is told of the server's own certificate. */
export const leafCertificate = z.strictObject({
  ...certificate.shape,
  commonName: z.string().max(256).nullable().describe('Common name of the subject; null without one'),
  serial: z.string().max(64).describe('Serial number, hexadecimal'),
  fingerprint: z.string().max(64).describe('SHA-256 of the certificate, hexadecimal'),
  publicKeySha256: z.string().max(64).describe('SHA-256 of the public key (SPKI), hexadecimal'),
  curve: z.string().max(64).nullable().describe('Name of the curve, as in P-256; null without one'),
  validityDays: z.int().describe('Whole days from the start to the end of the validity'),
  dnsNames: z.array(z.string().max(256)).max(256).describe('DNS names in subjectAltName'),
  ipAddresses: z.array(z.string().max(64)).max(256).describe('IP addresses in subjectAltName'),
  coversName: z
    .boolean()
    .nullable()
    .describe(
      'Whether it is valid for the name that was asked for. Asked for no name: whether it is valid for this address if addresses are all it has; null if it has names, of which any may be right, or neither',
    ),
  extendedKeyUsage: z
    .array(z.string().max(64))
    .max(32)
    .describe(
      'Extended key usages: serverAuth, clientAuth… or object identifiers; empty without the extension',
    ),
  hasScts: z
    .boolean()
    .describe('Whether it carries signed certificate timestamps, the receipts of public logs'),
});

const chainLink = z.strictObject({
  ...certificate.shape,
  onPath: z
    .boolean()
    .describe(
      'Whether it is part of the path from the server’s certificate towards a root, this one included',
    ),
});

/** Who vouches for a server's certificate. Dates, names and weak algorithms are judged by themselves. */
const trusts = [
  'platform',
  'operator',
  'self-signed',
  'incomplete',
  'unknown-authority',
  'no-certificate',
] as const;

/** What the certificate probe knows of a server. */
export const certificateFacts = z.strictObject({
  certificate: leafCertificate
    .nullable()
    .describe('The server’s own certificate; null when it has only anonymous suites and needs none'),
  chain: z.array(chainLink).max(16).describe('All certificates as sent, the server’s own first'),
  chainOrdered: z.boolean().describe('Whether each certificate in the chain is issued by the one after it'),
  trust: z
    .enum(trusts)
    .describe(
      'Who vouches for it, whatever the dates: platform (a root that ships with Node), operator (a CA of the settings), self-signed (only itself), incomplete (its issuer, certainly an intermediate authority, was not sent), unknown-authority (an authority that neither of the two trusts), no-certificate',
    ),
  pathEnd: z
    .string()
    .max(512)
    .nullable()
    .describe(
      'Where its path ends: distinguished name of the root, or of the issuer that is missing; null without a certificate',
    ),
  pathNotAfter: z.iso
    .datetime()
    .nullable()
    .describe(
      'When the first certificate of its path ends, roots left out, ISO 8601; null without a certificate',
    ),
});

export type CertificateFacts = z.infer<typeof certificateFacts>;
export type LeafCertificate = z.infer<typeof leafCertificate>;
export type Certificate = z.infer<typeof certificate>;
