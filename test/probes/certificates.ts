import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const { subtle } = webcrypto;

/** A key with a certificate, as `node:tls` takes them. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

export interface CertificateParameters {
  readonly subject: string;
  readonly issuer?: Identity;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly algorithm?: 'EC' | 'RSA-1024' | 'RSA-2048';
  readonly hash?: 'SHA-1' | 'SHA-256' | 'SHA-384';
  readonly names?: readonly { readonly type: 'dns' | 'ip'; readonly value: string }[];
  readonly ca?: boolean;
  readonly pathLength?: number;
  /** A key pair that there is already; a new one without. */
  readonly keys?: webcrypto.CryptoKeyPair;
  readonly extensions?: readonly x509.Extension[];
}

/** Makes a certificate, self-signed without an issuer. */
export async function issue(parameters: CertificateParameters): Promise<Identity> {
  const { issuer, algorithm = 'EC', hash = 'SHA-256', ca = false, pathLength } = parameters;
  const keys =
    parameters.keys ?? (await subtle.generateKey(keyAlgorithm(algorithm, hash), true, ['sign', 'verify']));
  const signer = issuer?.keys.privateKey ?? keys.privateKey;
  const certificate = await x509.X509CertificateGenerator.create({
    subject: parameters.subject,
    issuer: issuer?.certificate.subject ?? parameters.subject,
    serialNumber: '0a1b2c',
    notBefore: parameters.notBefore ?? new Date(Date.now() - 86_400_000),
    notAfter: parameters.notAfter ?? new Date(Date.now() + 90 * 86_400_000),
    publicKey: keys.publicKey,
    signingKey: signer,
    signingAlgorithm: { name: signer.algorithm.name, hash },
    extensions: [
      new x509.BasicConstraintsExtension(ca, pathLength, true),
      ...(parameters.names === undefined
        ? []
        : [new x509.SubjectAlternativeNameExtension([...parameters.names])]),
      ...(parameters.extensions ?? []),
    ],
  });
  const pkcs8 = Buffer.from(await subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`,
    cert: certificate.toString('pem'),
    certificate,
    keys,
  };
}

function keyAlgorithm(algorithm: 'EC' | 'RSA-1024' | 'RSA-2048', hash: string) {
  return algorithm === 'EC'
    ? { name: 'ECDSA', namedCurve: 'P-256' }
    : {
        name: 'RSASSA-PKCS1-v1_5',
        modulusLength: Number(algorithm.slice(4)),
        publicExponent: new Uint8Array([1, 0, 1]),
        hash,
      };
}
