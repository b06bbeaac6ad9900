import type { ScanClass } from '../../src/domain/authorisation.ts';
import type { ScannedEndpoint, ScannedHost } from './scanned.ts';
import type { TrueEndpoint, TrueHost } from './truth.ts';

export interface Comparison {
  /** What the scan was allowed to do. */
  readonly classes: readonly ScanClass[];
  /** All checks, each with the class of its probe. */
  readonly checks: Readonly<Record<string, ScanClass>>;
}

/** How what was seen at a host differs from the truth, as sentences; none when it is the same. */
export function differences(host: TrueHost, scanned: ScannedHost | undefined, by: Comparison): string[] {
  if (scanned === undefined) return ['it was not scanned'];
  const found = host.endpoints.flatMap((truth) => {
    const seen = scanned.endpoints.find(
      ({ transport, port }) => transport === truth.transport && port === truth.port,
    );
    const where = `${truth.transport}/${truth.port}`;
    return (seen === undefined ? ['it was not scanned'] : endpointDifferences(truth, seen, by)).map(
      (what) => `${where}: ${what}`,
    );
  });
  return [...found, ...scanned.failures];
}

function endpointDifferences(
  truth: TrueEndpoint,
  seen: ScannedEndpoint,
  { classes, checks }: Comparison,
): string[] {
  if (seen.state !== 'answered') return [`the port is open, and was seen as ${seen.state}`];
  const found: string[] = [];
  if (!seen.confirmed) found.push('the port is open, and was taken for a flicker');
  const protocols = truth.protocol === null ? 'nothing' : truth.protocol;
  const identified = seen.protocols.join(' and ') || 'nothing';
  if (identified !== protocols) found.push(`identified as ${identified}, is ${protocols}`);
  if (seen.tls !== truth.tls) found.push(`TLS was seen as ${seen.tls}, is ${truth.tls}`);

  const allowed = (check: string): boolean => classes.includes(checks[check] ?? 'read');
  const expected = expectedVerdicts(truth, allowed);
  const actual = new Set(seen.fires.map(({ check, name }) => verdict(truth, check, name)));
  for (const one of expected) if (!actual.has(one)) found.push(`${one} does not fire, and should`);
  for (const one of actual) if (!expected.has(one)) found.push(`${one} fires, and should not`);
  const failed = seen.observations.filter(({ status }) => status === 'failed');
  return [...found, ...failed.map(({ probe, detail }) => `the probe ${probe} failed: ${detail ?? ''}`)];
}

function expectedVerdicts(truth: TrueEndpoint, allowed: (check: string) => boolean): Set<string> {
  const all = truth.named === undefined ? { '': truth.fires } : truth.named;
  return new Set(
    Object.entries(all).flatMap(([name, ids]) => ids.filter(allowed).map((id) => verdict(truth, id, name))),
  );
}

/** Names count only where the truth speaks of them. */
function verdict({ named }: TrueEndpoint, check: string, name: string): string {
  return named === undefined || name === '' ? check : `${check} (as ${name})`;
}
