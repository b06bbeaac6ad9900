import { z } from 'zod';

const time = (what: string) => z.iso.datetime().describe(`${what}, ISO 8601`);
const text = (what: string) => z.string().max(512).describe(what);

/** What is told of every certificate that the server sends. */
const chainCertificate = z.strictObject({
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
    .describe('Hash of the signature: MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512, or empty without one'),
});

/** What is told of the server's own certificate. */
export const leafCertificate = z.strictObject({
  ...chainCertificate.shape,
  commonName: z.string().max(256).nullable().describe('Common name of the subject; null without one'),
  serial: z.string().max(64).describe('Serial number, hexadecimal'),
  fingerprint: z.string().max(64).describe('SHA-256 of the certificate, hexadecimal'),
  publicKeySha256: z.string().max(64).describe('SHA-256 of the SubjectPublicKeyInfo, hexadecimal'),
  curve: z.string().max(64).nullable().describe('Named curve of an EC key, as in P-256; null for other keys'),
  validityDays: z.int().describe('Whole days from notBefore to notAfter'),
  dnsNames: z.array(z.string().max(256)).max(256).describe('DNS names of subjectAltName'),
  ipAddresses: z.array(z.string().max(64)).max(256).describe('IP addresses of subjectAltName'),
  matchesAddress: z.boolean().describe('Whether subjectAltName has the endpoint’s own public address'),
  extendedKeyUsage: z
    .array(z.string().max(64))
    .max(32)
    .describe(
      'Extended key usages: serverAuth, clientAuth… or object identifiers; empty without the extension',
    ),
  hasScts: z.boolean().describe('Whether it carries signed certificate timestamps'),
});

/** What the TLS probe knows of a server. */
export const tlsFacts = z.strictObject({
  protocols: z
    .array(z.enum(['SSLv2', 'SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']))
    .describe('Versions in which a handshake was completed, oldest first; SSLv2 and SSLv3 are not tried yet'),
  suites: z
    .array(
      z.strictObject({
        protocol: z.string().max(8).describe('Version, spelt as in protocols'),
        name: z.string().max(64).describe('IANA name of the suite'),
      }),
    )
    .max(1024)
    .describe('Suites that the server was seen to choose, by version; not all that it would accept'),
  forwardSecrecy: z
    .boolean()
    .describe('Whether the server agrees to an ephemeral key exchange, as TLS 1.3 always does'),
  anonymousSuites: z.boolean().describe('Whether the server agrees to a suite without authentication'),
  nullSuites: z.boolean().describe('Whether the server agrees to a suite without encryption'),
  certificate: leafCertificate
    .nullable()
    .describe('The server’s certificate; null when it has only anonymous suites'),
  chain: z.array(chainCertificate).max(16).describe('All certificates as sent, the server’s own first'),
  chainOrdered: z.boolean().describe('Whether each certificate in the chain is issued by the one after it'),
  chainComplete: z
    .boolean()
    .describe('Whether the chain leads to a self-signed certificate or to a root of the platform'),
  trustedByPlatform: z.boolean().describe('Whether the platform’s roots vouch for the chain at this time'),
  trustError: z
    .string()
    .max(64)
    .nullable()
    .describe('Code of the first objection, as in CERT_HAS_EXPIRED; null when trusted'),
});

export type TlsFacts = z.infer<typeof tlsFacts>;
export type LeafCertificate = z.infer<typeof leafCertificate>;
export type ChainCertificate = z.infer<typeof chainCertificate>;
