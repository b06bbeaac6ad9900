import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeKey, sign, type Issuer, type KeyKind } from './openssl.ts';
import { hasAllUsers, NOBODY } from './processes.ts';

export interface CertificateRequest {
  readonly commonName: string;
  /** Subject alternative names; the common name by default. */
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  /** EC on P-256 by default. */
  readonly key?: KeyKind;
  /** From when until when, in days from now; from now for 45 days by default, within all limits to come. */
  readonly days?: readonly [from: number, until: number];
  readonly digest?: 'sha256' | 'sha1';
  readonly issuer?: 'intermediate' | 'itself' | 'stranger';
  /** Whether the file of the chain has the intermediate; it does by default. */
  readonly withIntermediate?: boolean;
  /** More of OpenSSL's lines for the extensions, which come in place of the usual ones. */
  readonly extensions?: readonly string[];
}

/** Paths of PEM files. */
export interface CertificateFiles {
  readonly chain: string;
  readonly key: string;
  /** Key and chain in one. */
  readonly both: string;
}

/** The fleet's private authority. */
export interface Certificates {
  /** Path of the root's certificate (PEM). */
  readonly root: string;
  issue(request: CertificateRequest): Promise<CertificateFiles>;
}

const CA_EXTENSIONS = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign'];
const LEAF_EXTENSIONS = [
  'basicConstraints=critical,CA:FALSE',
  'keyUsage=critical,digitalSignature,keyEncipherment',
  'extendedKeyUsage=serverAuth',
];

/** Makes a root and an intermediate in the directory; certificates are made there one folder each, as asked for. */
export async function createCertificates(directory: string): Promise<Certificates> {
  const keys = new Map<string, Promise<string>>();
  // Keys take longest; those of one kind share one.
  const keyOf = (kind: KeyKind): Promise<string> => {
    const known = keys.get(kind);
    if (known !== undefined) return known;
    const made = makeKey(path.join(directory, `${kind}.pem`), kind);
    keys.set(kind, made);
    return made;
  };
  const authority = async (name: string, commonName: string, issuer: Issuer | null): Promise<Issuer> => {
    const folder = path.join(directory, name);
    await mkdir(folder);
    const key = await makeKey(path.join(folder, 'key.pem'), 'ec');
    const subject = `/O=Picket/CN=${commonName}`;
    return sign(folder, {
      subject,
      key,
      digest: 'sha256',
      days: [0, 2000],
      issuer,
      extensions: CA_EXTENSIONS,
    });
  };
  const root = await authority('root', 'Picket Fleet Root', null);
  const intermediate = await authority('intermediate', 'Picket Fleet Issuing CA', root);
  // Of another house; its root is nowhere to be seen.
  const stranger = await authority(
    'stranger',
    'Unknown Issuing CA',
    await authority('unseen', 'Unknown Root', null),
  );

  let made = 0;
  return {
    root: root.certificate,
    async issue(request) {
      made += 1;
      const folder = path.join(directory, String(made));
      await mkdir(folder);
      const issuer = { intermediate, itself: null, stranger }[request.issuer ?? 'intermediate'];
      const { certificate, key } = await sign(folder, {
        subject: `/CN=${request.commonName}`,
        key: await keyOf(request.key ?? 'ec'),
        digest: request.digest ?? 'sha256',
        days: request.days ?? [0, 45],
        issuer,
        extensions: leafExtensions(request),
      });
      const sent = issuer === null || request.withIntermediate === false ? [] : [issuer.certificate];
      const parts = [certificate, ...sent];
      const chain = (await Promise.all(parts.map((file) => readFile(file, 'utf8')))).join('');
      const files = { chain: path.join(folder, 'chain.pem'), key, both: path.join(folder, 'both.pem') };
      await writeFile(files.chain, chain);
      await writeFile(files.both, (await readFile(key, 'utf8')) + chain, { mode: 0o600 });
      if (hasAllUsers) await chown(files.both, NOBODY, NOBODY);
      return files;
    },
  };
}

function leafExtensions(request: CertificateRequest): string[] {
  const names = [
    ...(request.dnsNames ?? [request.commonName]).map((name) => `DNS:${name}`),
    ...(request.ipAddresses ?? []).map((address) => `IP:${address}`),
  ];
  const usual =
    names.length === 0 ? LEAF_EXTENSIONS : [...LEAF_EXTENSIONS, `subjectAltName=${names.join(',')}`];
  const lines = [...usual, ...(request.extensions ?? [])];
  return [...new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line])).values()];
}
