import { execFile } from 'node:child_process';
import { chown, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { hasAllUsers, NOBODY } from './processes.ts';

const KEY_OPTIONS = {
  ec: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'rsa-2048': ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  'rsa-1024': ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'],
} as const;

export type KeyKind = keyof typeof KEY_OPTIONS;

/** Paths of PEM files. */
export interface Issuer {
  readonly certificate: string;
  readonly key: string;
}

export interface Signing {
  readonly subject: string;
  readonly key: string;
  readonly digest: string;
  readonly days: readonly [from: number, until: number];
  readonly issuer: Issuer | null;
  readonly extensions: readonly string[];
}

async function openssl(folder: string, args: readonly string[]): Promise<void> {
  await promisify(execFile)('openssl', args, { cwd: folder });
}

/** Makes a private key, which belongs to nobody. */
export async function makeKey(file: string, kind: KeyKind): Promise<string> {
  await openssl(path.dirname(file), ['genpkey', ...KEY_OPTIONS[kind], '-out', file]);
  if (hasAllUsers) await chown(file, NOBODY, NOBODY);
  return file;
}

/** Makes a certificate in a folder of its own, signed by an issuer or by itself. */
export async function sign(folder: string, wanted: Signing): Promise<Issuer> {
  const { subject, key, digest, issuer } = wanted;
  const [from, until] = wanted.days;
  await writeFile(path.join(folder, 'openssl.cnf'), configuration(wanted.extensions));
  const certificate = path.join(folder, 'certificate.pem');
  const config = ['-config', 'openssl.cnf'];
  const request = ['req', '-new', ...config, '-utf8', '-key', key, '-subj', subject, `-${digest}`];
  if (from === 0) {
    const signer = issuer === null ? [] : ['-CA', issuer.certificate, '-CAkey', issuer.key];
    const days = ['-days', String(until), '-extensions', 'extensions'];
    await openssl(folder, [...request, '-x509', ...signer, ...days, '-out', certificate]);
  } else {
    // The only command of version 3.0 that takes both dates.
    const signer =
      issuer === null
        ? ['-selfsign', '-keyfile', key]
        : ['-cert', issuer.certificate, '-keyfile', issuer.key];
    const dates = ['-startdate', timeIn(from), '-enddate', timeIn(until)];
    await writeFile(path.join(folder, 'index.txt'), '');
    await openssl(folder, [...request, '-out', 'request.pem']);
    await openssl(folder, [
      'ca',
      '-batch',
      '-notext',
      ...config,
      ...signer,
      '-md',
      digest,
      ...dates,
      '-in',
      'request.pem',
      '-out',
      certificate,
    ]);
  }
  return { certificate, key };
}

function configuration(extensions: readonly string[]): string {
  return [
    '[req]',
    'distinguished_name=subject',
    '[subject]',
    '[ca]',
    'default_ca=here',
    '[here]',
    'new_certs_dir=.',
    'database=index.txt',
    'rand_serial=yes',
    'policy=anything',
    'x509_extensions=extensions',
    '[anything]',
    'organizationName=optional',
    'commonName=supplied',
    '[extensions]',
    ...extensions,
    '',
  ].join('\n');
}

/** A time as `openssl ca` reads it, in days from now. */
function timeIn(days: number): string {
  const [date = '', time = ''] = new Date(Date.now() + days * 86_400_000).toISOString().split(/[T.]/);
  return `${date.replaceAll('-', '')}${time.replaceAll(':', '')}Z`;
}
