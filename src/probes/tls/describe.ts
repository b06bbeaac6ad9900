import { extensionType } from './client-hello.ts';
import type { TlsFacts } from './facts.ts';
import { isOf, type Family } from './families.ts';
import { groupOf } from './groups.ts';
import type { Seen } from './scan.ts';
import type { SuiteEnumeration } from './suite-enumeration.ts';
import { suiteName } from './suites.ts';

/** The facts, in an order that does not depend on which answer came first. */
export function describe(seen: Seen, startTls: string | null): TlsFacts {
  const suites = describeSuites(seen);
  const tls12 = seen.suites.find(({ version }) => version === 'TLSv1.2');
  const groups = seen.groups.flatMap(({ version, accepted }) =>
    ascending([...accepted])
      .flatMap((code) => groupOf(code) ?? [])
      .map(({ name, kind, bits }) => ({ protocol: version, name, kind, bits })),
  );
  const primes = suites.flatMap(({ dhBits }) => dhBits ?? []);
  const names = [...new Set(suites.map(({ name }) => name))];
  const family = (which: Family): string[] => names.filter((name) => isOf(which, name));
  return {
    startTls,
    complete: seen.incomplete === null,
    incompleteReason: seen.incomplete,
    protocols: [
      ...(seen.ssl2 === null ? [] : ['SSLv2' as const]),
      ...seen.suites.map(({ version }) => version),
    ],
    suites,
    nullSuites: family('unencrypted'),
    anonymousSuites: family('anonymous'),
    exportSuites: family('exportGrade'),
    rc4Suites: family('rc4'),
    block64Suites: family('block64'),
    aeadInTls12:
      tls12 === undefined ? null : [...tls12.accepted.keys()].some((code) => isOf('aead', suiteName(code))),
    forwardSecrecy: suites.some(
      ({ protocol, name }) => protocol === 'TLSv1.3' || isOf('forwardSecret', name),
    ),
    groups: groups.toSorted((left, right) => left.protocol.localeCompare(right.protocol)),
    postQuantum: groups.some(({ kind }) => kind === 'post-quantum'),
    smallestDhBits: primes.length === 0 ? null : Math.min(...primes),
    clientOrder: [...seen.clientOrder],
    ...describeExtensions(seen.suites),
    fallbackRefused: seen.fallbackRefused,
  };
}

function describeSuites({ ssl2, suites }: Seen): TlsFacts['suites'] {
  const old = ascending([...new Set(ssl2)]).map((code) => ({
    protocol: 'SSLv2' as const,
    name: suiteName(code),
    dhBits: null,
  }));
  const others = suites.flatMap(({ version, accepted }) =>
    ascending([...accepted.keys()]).map((code) => ({
      protocol: version,
      name: suiteName(code),
      dhBits: accepted.get(code) ?? null,
    })),
  );
  return [...old, ...others];
}

function describeExtensions(
  suites: readonly SuiteEnumeration[],
): Pick<TlsFacts, 'compression' | 'secureRenegotiation' | 'heartbeat'> {
  const beforeTls13 = suites.filter(({ version }) => version !== 'TLSv1.3');
  const tls = beforeTls13.filter(({ version }) => version !== 'SSLv3');
  const hellosOf = (enumerations: readonly SuiteEnumeration[]) =>
    enumerations.flatMap(({ answers }) => answers.map(({ hello }) => hello));
  // SSL 3.0 has no extensions but by way of the signalling suite, which not all of its servers look for.
  const renegotiating = hellosOf(tls.length > 0 ? tls : beforeTls13);
  return {
    compression: [
      ...new Set(
        hellosOf(beforeTls13).flatMap(({ compression }) =>
          compression === 0 ? [] : (compressionNames.get(compression) ?? 'other'),
        ),
      ),
    ].toSorted(),
    secureRenegotiation:
      renegotiating.length === 0
        ? null
        : renegotiating.every(({ extensions }) => extensions.has(extensionType.renegotiationInfo)),
    heartbeat:
      tls.length === 0
        ? null
        : hellosOf(tls).some(({ extensions }) => extensions.has(extensionType.heartbeat)),
  };
}

const compressionNames = new Map<number, 'DEFLATE' | 'LZS'>([
  [1, 'DEFLATE'],
  [64, 'LZS'],
]);

function ascending(codes: readonly number[]): number[] {
  return codes.toSorted((left, right) => left - right);
}
