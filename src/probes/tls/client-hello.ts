import { randomBytes } from 'node:crypto';
import type { KeyShares } from './key-shares.ts';
import { versionNumber, versions, type Version } from './versions.ts';

/**
 * How a hello is put. `full` has every extension that some server insists on, and asks for what is to be seen.
 * `bare` has none but the server name, for servers that take offence at extensions; in TLS 1.3, which cannot do
 * without, it brings keys along instead of asking for a retry with the right ones.
 */
export type Manner = 'full' | 'bare';

export interface Hello {
  readonly version: Version;
  /** Where lower versions will do as well, the lowest of them. */
  readonly lowest?: Version;
  readonly suites: readonly number[];
  /** Key exchange groups; without effect in a bare hello before TLS 1.3. */
  readonly groups: readonly number[];
  readonly serverName: string | null;
  readonly manner: Manner;
  readonly keyShares: KeyShares;
}

export const extensionType = {
  serverName: 0,
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  heartbeat: 15,
  padding: 21,
  encryptThenMac: 22,
  extendedMainSecret: 23,
  supportedVersions: 43,
  keyShare: 51,
  renegotiationInfo: 0xff01,
} as const;

/** Stands for an empty `renegotiation_info` where there are no extensions (RFC 5746, section 3.3). */
const renegotiationSignal = 0x00ff;

/** DEFLATE (RFC 3749), LZS (RFC 3943), none. */
const compressionMethods = [1, 64, 0];

/**
 * Every scheme in use, the old ones included: a server must not keep a suite back for want of a signature that we
 * like. ECDSA, EdDSA, RSA-PSS, RSA and DSA from the new hashes to the old, SM2, ML-DSA, GOST.
 */
const signatureSchemes = [
  0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501,
  0x0601, 0x081a, 0x081b, 0x081c, 0x0904, 0x0905, 0x0906, 0x0708, 0x0840, 0x0841, 0x0402, 0x0502, 0x0602,
  0x0303, 0x0301, 0x0302, 0x0203, 0x0201, 0x0202, 0x0101,
];

/** A ClientHello in its record (RFC 8446, section 4.1.2; RFC 5246, section 7.4.1.2; RFC 6101, section 5.6.1.2). */
export function clientHello(hello: Hello): Buffer {
  const { version, manner, suites } = hello;
  const modern = version === 'TLSv1.3';
  // Extensions came with TLS; who speaks SSL 3.0 only may not know that there can be any.
  const bare = (manner === 'bare' && !modern) || version === 'SSLv3';
  const offered = bare ? [...suites, renegotiationSignal] : suites;
  const start = Buffer.concat([
    uint16(Math.min(versionNumber(version), 0x0303)),
    randomBytes(32),
    block(1, Buffer.alloc(0)),
    block(2, uint16s(offered)),
    block(1, Buffer.from(modern ? [0] : compressionMethods)),
  ]);
  const extensions = bare ? serverName(hello) : [...serverName(hello), ...allExtensions(hello)];
  const length = start.length + extensions.reduce((sum, { length: size }) => sum + size, 2);
  const list = block(2, Buffer.concat([...extensions, ...padding(bare ? 0 : length)]));
  const body = Buffer.concat([start, ...(extensions.length === 0 ? [] : [list])]);
  const message = Buffer.concat([Buffer.from([1]), uint24(body.length), body]);
  // The oldest version that could be meant, for servers that look at the record first (RFC 5246, appendix E.1).
  return Buffer.concat([Buffer.from([22]), uint16(version === 'SSLv3' ? 0x0300 : 0x0301), block(2, message)]);
}

function allExtensions({ version, lowest, groups, manner, keyShares }: Hello): Buffer[] {
  const modern = version === 'TLSv1.3';
  const old = !modern || lowest !== undefined;
  const shares = manner === 'bare' ? keyShares.of(groups) : [];
  const all: (readonly [type: number, body: Buffer])[] = [
    [extensionType.supportedGroups, block(2, uint16s(groups))],
    [extensionType.signatureAlgorithms, block(2, uint16s(signatureSchemes))],
  ];
  if (old) {
    all.push(
      [extensionType.pointFormats, block(1, Buffer.from([0, 1, 2]))],
      [extensionType.renegotiationInfo, block(1, Buffer.alloc(0))],
      [extensionType.extendedMainSecret, Buffer.alloc(0)],
      [extensionType.encryptThenMac, Buffer.alloc(0)],
      // Not allowed to send us any (RFC 6520, section 2): only whether the server has it is of interest.
      [extensionType.heartbeat, Buffer.from([2])],
    );
  }
  if (modern) {
    all.push(
      [extensionType.supportedVersions, block(1, uint16s(versionNumbers(version, lowest)))],
      // None of the groups: the server names the one that it wants, which is all that is to be known.
      [extensionType.keyShare, block(2, Buffer.concat(shares.map(([group, key]) => keyed(group, key))))],
    );
  }
  return all.map(([type, body]) => keyed(type, body));
}

/** From the highest down. */
function versionNumbers(highest: Version, lowest: Version = highest): number[] {
  return versions
    .slice(versions.indexOf(lowest), versions.indexOf(highest) + 1)
    .map(versionNumber)
    .reverse();
}

function serverName({ serverName: name }: Hello): Buffer[] {
  if (name === null) return [];
  const host = Buffer.concat([Buffer.from([0]), block(2, Buffer.from(name, 'latin1'))]);
  return [keyed(extensionType.serverName, block(2, host))];
}

/** Some load balancers hang on hellos of 256 to 511 bytes, which this is for (RFC 7685). `length` is without header. */
function padding(length: number): Buffer[] {
  const message = length + 4;
  if (message < 256 || message > 511) return [];
  return [keyed(extensionType.padding, Buffer.alloc(Math.max(0, 512 - message - 4)))];
}

/** A type or group with what it carries. */
function keyed(type: number, body: Buffer): Buffer {
  return Buffer.concat([uint16(type), block(2, body)]);
}

/** With its length in front, in `size` bytes. */
function block(size: 1 | 2, body: Buffer): Buffer {
  return Buffer.concat([size === 1 ? Buffer.from([body.length]) : uint16(body.length), body]);
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

function uint24(value: number): Buffer {
  return Buffer.from([value >> 16, (value >> 8) & 0xff, value & 0xff]);
}

function uint16s(values: readonly number[]): Buffer {
  return Buffer.concat(values.map(uint16));
}
