/** The versions whose hello is in a TLS record, with their number on the wire. SSL 2.0 has a form of its own. */
const numbers = {
  SSLv3: 0x0300,
  TLSv1: 0x0301,
  'TLSv1.1': 0x0302,
  'TLSv1.2': 0x0303,
  'TLSv1.3': 0x0304,
} as const;

export type Version = keyof typeof numbers;

/** Oldest first. */
export const versions: readonly Version[] = ['SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

export function versionNumber(version: Version): number {
  return numbers[version];
}

/** Undefined for a number that is no version. */
export function versionOf(number: number): Version | undefined {
  return versions.find((version) => numbers[version] === number);
}
