import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { PermanentError } from '../domain/errors.ts';
import type { TrustedAuthority } from '../domain/trusted-authority.ts';
import { configProblem, found } from './config-problem.ts';
import type { PicketFile } from './picket-file.ts';
import type { YamlFile } from './yaml-file.ts';

/** A bundle of all public authorities is smaller; a wrong path may lead to anything. */
const MAX_BYTES = 1024 * 1024;
const MAX_CERTIFICATES = 256;
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/**
 * Reads the certificates that `trust` names. Never rejects for what is in the files: a list with problems is left out,
 * and the problems say why.
 *
 * @param folder of the configuration, where relative paths begin
 */
export async function readTrust(
  folder: string,
  { value, yaml }: { readonly value: PicketFile; readonly yaml: YamlFile },
): Promise<{ trust: TrustedAuthority[]; problems: PermanentError[] }> {
  const trust: TrustedAuthority[] = [];
  const problems: PermanentError[] = [];
  for (const [index, { id, ca, covers }] of value.trust.entries()) {
    const read = await readAuthorities(path.resolve(folder, ca));
    if (read.ok)
      trust.push({ id, certificates: read.certificates, ...(covers === undefined ? {} : { covers }) });
    else {
      problems.push(
        configProblem(yaml.place(['trust', index, 'ca']), {
          what: `trust[${index}].ca names a file that cannot be used, ${found(ca)}`,
          got: read.got,
          expected: read.expected,
        }),
      );
    }
  }
  return { trust, problems };
}

type Read =
  | { readonly ok: true; readonly certificates: readonly string[] }
  | { readonly ok: false; readonly got: string; readonly expected: string };

const unusable = (got: string, expected: string): Read => ({ ok: false, got, expected });

async function readAuthorities(file: string): Promise<Read> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return unusable(code, 'a readable PEM file, its path relative to the configuration folder');
  }
  if (bytes.length > MAX_BYTES) return unusable(`${bytes.length} bytes`, `at most ${MAX_BYTES}`);
  const text = bytes.toString('latin1');
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    return unusable('a private key', 'certificates only: Picket has no use for the key of an authority');
  }
  const blocks = text.match(PEM_CERTIFICATE) ?? [];
  if (blocks.length === 0) return unusable('no certificate', 'PEM with at least one CERTIFICATE block');
  if (blocks.length > MAX_CERTIFICATES) {
    return unusable(`${blocks.length} certificates`, `at most ${MAX_CERTIFICATES}`);
  }
  const objection = blocks.map(objectionTo).find((one) => one !== null);
  return (
    objection ?? { ok: true, certificates: blocks.map((block) => new X509Certificate(block).toString()) }
  );
}

function objectionTo(block: string, index: number): Read | null {
  const which = `certificate ${index + 1}`;
  try {
    const certificate = new X509Certificate(block);
    // A server's own self-signed certificate may be trusted as it is.
    const selfIssued = certificate.subject === certificate.issuer;
    return certificate.ca || selfIssued
      ? null
      : unusable(
          `${which}, of ${found(certificate.subject.replaceAll('\n', ', '))}, which may not issue others`,
          'certificates of authorities (basic constraints CA:TRUE), or self-signed ones',
        );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return unusable(`${which}, which is not readable (${reason})`, 'X.509 certificates in PEM');
  }
}
