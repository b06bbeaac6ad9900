import { registeredSuites } from './cipher-suites.ts';
import { ssl2Suites, unregisteredSuites } from './other-suites.ts';
import type { Version } from './versions.ts';

const names = new Map([...registeredSuites, ...unregisteredSuites, ...ssl2Suites]);

/** The standard name; every suite that is offered has one. */
export function suiteName(code: number): string {
  return names.get(code) ?? `0x${code.toString(16).padStart(4, '0')}`;
}

/** TLS 1.3's suites say nothing of the key exchange, but those of RFC 9367 do. */
function isOfTls13(name: string): boolean {
  return !name.includes('_WITH_') || name.includes('_MGM_');
}

const numbered = [...registeredSuites, ...unregisteredSuites].toSorted(([left], [right]) => left - right);
const ofTls13 = numbered.filter(([, name]) => isOfTls13(name)).map(([code]) => code);
const beforeTls13 = numbered.filter(([, name]) => !isOfTls13(name)).map(([code]) => code);

/** All suites that can be offered in the version, by code point. Some servers take newer ones in old versions too. */
export function suitesOf(version: Version): readonly number[] {
  return version === 'TLSv1.3' ? ofTls13 : beforeTls13;
}

/** What comes before `_WITH_`, as in `ECDHE_RSA` or `RSA_EXPORT`; empty in TLS 1.3. */
export function keyExchangeOf(code: number): string {
  const name = suiteName(code);
  const end = name.indexOf('_WITH_');
  return end === -1 ? '' : name.slice(4, end);
}

/** The cipher without its sizes, as in `AES_GCM`, `AES_CBC` or `RC4`. */
export function cipherOf(code: number): string {
  const cipher = suiteName(code).split('_WITH_')[1] ?? '';
  const mode = ['GCM', 'CCM', 'CBC'].find((word) => cipher.includes(`_${word}`));
  return [cipher.split('_', 1)[0], mode].filter((word) => word !== undefined).join('_');
}

/** Whether the server sends a finite-field Diffie-Hellman group with this suite. */
export function isDhe(code: number): boolean {
  return /^(?:DHE_|DH_anon|PSK_DHE)/.test(keyExchangeOf(code));
}

/** Whether the server chooses a curve for this suite. */
export function isEcdhe(code: number): boolean {
  return /^(?:ECDHE_|ECDH_anon)/.test(keyExchangeOf(code));
}

/** Whether the server's own point must be on a curve that the client names, too. */
export function isEcdsa(code: number): boolean {
  return keyExchangeOf(code).endsWith('_ECDSA');
}

/** Whether the key exchange message begins with a hint for the pre-shared key (RFC 4279, RFC 5489). */
export function hasPskHint(code: number): boolean {
  return keyExchangeOf(code).includes('PSK');
}

/** How the server comes to a secret with the client, which is where it can turn out to lack something. */
export function secretOf(suite: number): string {
  const name = keyExchangeOf(suite);
  return ['PSK', 'anon', 'SRP', 'ECDHE', 'DHE', 'RSA'].find((kind) => name.includes(kind)) ?? 'other';
}
