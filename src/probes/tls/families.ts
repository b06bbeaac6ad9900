/** Families of suites, told by the standard name. */
const families = {
  unencrypted: /_WITH_NULL_|^TLS_SHA(?:256|384)_SHA(?:256|384)$/,
  anonymous: /^TLS_(?:EC)?DH_anon_|^TLS_NULL_WITH_/,
  exportGrade: /_EXPORT/,
  rc4: /_RC4_/,
  /** DES and its triple, IDEA, RC2, Skipjack, and the ciphers of GOST R 34.12 with the old block. */
  block64: /_(?:3DES|DES|DES40|IDEA|RC2|FORTEZZA|28147|MAGMA)_(?!KEA)/,
  aead: /_(?:GCM|CCM|MGM)(?:_|$)|_POLY1305_|_AEGIS_/,
  /** Ephemeral and authenticated; export groups are too short to keep anything. */
  forwardSecret: /^TLS_(?:ECDHE|DHE|PSK_DHE|ECCPWD)_(?!.*EXPORT)/,
} as const satisfies Readonly<Record<string, RegExp>>;

export type Family = keyof typeof families;

/** Whether the suite of this standard name belongs to the family. */
export function isOf(family: Family, name: string): boolean {
  return families[family].test(name);
}
