/** Suites by version, in the names of IANA's registry; versions as the checks write them. */
export type SuitesByVersion = ReadonlyMap<string, readonly string[]>;

/** The checks that follow from nothing but which suites a server takes in which version. */
export const suiteChecks = [
  'ssl-2',
  'ssl-3',
  'tls-1-0',
  'tls-1-1',
  'tls-no-modern-version',
  'tls-1-3-missing',
  'tls-null-suites',
  'tls-anonymous-suites',
  'tls-export-suites',
  'tls-rc4-suites',
  'tls-64-bit-block-suites',
  'tls-no-aead',
  'tls-no-forward-secrecy',
] as const;

/** Judges a peer's list as an auditor would, independently of how Picket does it. */
export function judgeSuites(suites: SuitesByVersion): string[] {
  const spoken = [...suites].filter(([, names]) => names.length > 0).map(([version]) => version);
  if (spoken.length === 0) return [];
  const names = [...new Set([...suites.values()].flat())];
  const any = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  const modern = suites.get('TLSv1.3')?.length ?? 0;
  const of12 = suites.get('TLSv1.2') ?? [];
  const verdicts: [string, boolean][] = [
    ['ssl-2', spoken.includes('SSLv2')],
    ['ssl-3', spoken.includes('SSLv3')],
    ['tls-1-0', spoken.includes('TLSv1')],
    ['tls-1-1', spoken.includes('TLSv1.1')],
    ['tls-no-modern-version', !spoken.includes('TLSv1.2') && !spoken.includes('TLSv1.3')],
    ['tls-1-3-missing', modern === 0],
    ['tls-null-suites', any(/_WITH_NULL_/)],
    ['tls-anonymous-suites', any(/_anon_/i)],
    ['tls-export-suites', any(/_EXPORT/)],
    ['tls-rc4-suites', any(/_RC4_/)],
    ['tls-64-bit-block-suites', any(/_(?:3DES|DES|DES40|IDEA|RC2)_/)],
    ['tls-no-aead', of12.length > 0 && !of12.some((name) => /_(?:GCM|CCM|CCM_8|POLY1305)/.test(name))],
    ['tls-no-forward-secrecy', modern === 0 && !any(/^TLS_(?:ECDHE|DHE)_/)],
  ];
  return verdicts.filter(([, fires]) => fires).map(([id]) => id);
}
