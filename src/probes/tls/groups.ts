/** A group of the registry "TLS Supported Groups" of IANA's TLS parameters, or of a draft that servers speak. */
export interface Group {
  readonly code: number;
  readonly name: string;
  /** Size of the field or prime; null for key encapsulation without a classical part. */
  readonly bits: number | null;
  readonly kind: 'curve' | 'binary-curve' | 'finite-field' | 'post-quantum';
}

type Row = readonly [code: number, name: string, bits: number | null];

const binaryCurves: readonly Row[] = [
  [1, 'sect163k1', 163],
  [2, 'sect163r1', 163],
  [3, 'sect163r2', 163],
  [4, 'sect193r1', 193],
  [5, 'sect193r2', 193],
  [6, 'sect233k1', 233],
  [7, 'sect233r1', 233],
  [8, 'sect239k1', 239],
  [9, 'sect283k1', 283],
  [10, 'sect283r1', 283],
  [11, 'sect409k1', 409],
  [12, 'sect409r1', 409],
  [13, 'sect571k1', 571],
  [14, 'sect571r1', 571],
];

const oldCurves: readonly Row[] = [
  [15, 'secp160k1', 160],
  [16, 'secp160r1', 160],
  [17, 'secp160r2', 160],
  [18, 'secp192k1', 192],
  [19, 'secp192r1', 192],
  [20, 'secp224k1', 224],
  [21, 'secp224r1', 224],
  [22, 'secp256k1', 256],
];

const curves: readonly Row[] = [
  [23, 'secp256r1', 256],
  [24, 'secp384r1', 384],
  [25, 'secp521r1', 521],
  [29, 'x25519', 255],
  [30, 'x448', 448],
];

const brainpool: readonly Row[] = [
  [26, 'brainpoolP256r1', 256],
  [27, 'brainpoolP384r1', 384],
  [28, 'brainpoolP512r1', 512],
];

/** TLS 1.3 has code points of its own for them (RFC 8734). */
const brainpoolTls13: readonly Row[] = [
  [31, 'brainpoolP256r1tls13', 256],
  [32, 'brainpoolP384r1tls13', 384],
  [33, 'brainpoolP512r1tls13', 512],
];

const gost: readonly Row[] = [
  [34, 'GC256A', 256],
  [35, 'GC256B', 256],
  [36, 'GC256C', 256],
  [37, 'GC256D', 256],
  [38, 'GC512A', 512],
  [39, 'GC512B', 512],
  [40, 'GC512C', 512],
];

const sm2: readonly Row[] = [[41, 'curveSM2', 256]];

const finiteFields: readonly Row[] = [
  [256, 'ffdhe2048', 2048],
  [257, 'ffdhe3072', 3072],
  [258, 'ffdhe4096', 4096],
  [259, 'ffdhe6144', 6144],
  [260, 'ffdhe8192', 8192],
];

const postQuantum: readonly Row[] = [
  [0x0200, 'MLKEM512', null],
  [0x0201, 'MLKEM768', null],
  [0x0202, 'MLKEM1024', null],
  [0x11eb, 'SecP256r1MLKEM768', 256],
  [0x11ec, 'X25519MLKEM768', 255],
  [0x11ed, 'SecP384r1MLKEM1024', 384],
  [0x11ee, 'curveSM2MLKEM768', 256],
  // Before ML-KEM was a standard.
  [0x6399, 'X25519Kyber768Draft00', 255],
  [0x639a, 'SecP256r1Kyber768Draft00', 256],
];

const kinds: readonly (readonly [kind: Group['kind'], rows: readonly Row[]])[] = [
  ['binary-curve', binaryCurves],
  ['curve', [...oldCurves, ...curves, ...brainpool, ...brainpoolTls13, ...gost, ...sm2]],
  ['finite-field', finiteFields],
  ['post-quantum', postQuantum],
];

export const groups: readonly Group[] = kinds.flatMap(([kind, rows]) =>
  rows.map(([code, name, bits]) => ({ code, name, bits, kind })),
);

const byCode = new Map(groups.map((group) => [group.code, group]));

/** Undefined for a code point that is not among those that are offered. */
export function groupOf(code: number): Group | undefined {
  return byCode.get(code);
}

const codesOf = (rows: readonly Row[]): number[] => rows.map(([code]) => code);

/** The curves that a certificate of today may have its key on. */
export const certificateCurves: readonly number[] = [23, 24, 25];

/** For TLS 1.3, in lots that are asked for one by one. */
export const groupsOfTls13: readonly (readonly number[])[] = [
  [...codesOf(curves), ...codesOf(finiteFields)],
  [...codesOf(postQuantum), ...codesOf(brainpoolTls13), ...codesOf(gost), ...codesOf(sm2)],
];

/**
 * For the versions before, likewise. Without the finite fields: a server that knows those may no longer use its own
 * prime once a client names any (RFC 7919, section 4), and its own prime is what is to be seen.
 */
export const groupsBeforeTls13: readonly (readonly number[])[] = [
  [...codesOf(binaryCurves), ...codesOf(oldCurves)],
  [...codesOf(curves), ...codesOf(brainpool), ...codesOf(gost), ...codesOf(sm2)],
];
