import { PermanentError } from '../domain/errors.ts';
import type { PortEntry, Profile } from '../domain/profile.ts';
import type { Probe } from './probe.ts';
import type { Probes } from './registry.ts';

/** The probe that every TCP port begins with; without its answer there is nobody to speak to. */
export const portStateProbe = 'tcp';
/** The probe whose answer means that the others are to speak inside TLS. */
export const tlsProbe = 'tls';

export interface OpenPort {
  readonly probes: Probes;
  readonly portCatalogue: readonly PortEntry[];
  readonly profile: Profile;
  readonly port: number;
}

/** The probes that the catalogue advises at the port, TLS before what may be inside it. */
export function advised({ probes, portCatalogue, port }: OpenPort): Probe[] {
  const ids = portCatalogue
    .filter((entry) => entry.transport === 'tcp' && entry.port === port)
    .flatMap((entry) => entry.probes);
  return named(probes, ids).toSorted(
    (left, right) => Number(right.id === tlsProbe) - Number(left.id === tlsProbe),
  );
}

/** The profile's guesses for ports of which nothing else is known, in its order. */
export function guesses({ probes, profile }: OpenPort): Probe[] {
  return named(probes, profile.probesOnUnknownPorts).filter(({ follows }) => follows === undefined);
}

/** The probes whose protocol these words are: a greeting, or a complaint about a line of HTTP. */
export function recognised(probes: Probes, words: Buffer): Probe[] {
  if (words.length === 0) return [];
  return tcpProbes(probes).filter((probe) => probe.follows === undefined && recognises(probe, words));
}

/** The probes that ask more of what another one has found. */
export function followers(probes: Probes, id: string): Probe[] {
  return tcpProbes(probes).filter(({ follows }) => follows === id);
}

function tcpProbes(probes: Probes): Probe[] {
  return [...probes.values()].filter((probe) => probe.transport === 'tcp');
}

function named(probes: Probes, ids: readonly string[]): Probe[] {
  return [...new Set(ids)]
    .filter((id) => id !== portStateProbe)
    .map((id) => {
      const probe = probes.get(id);
      return probe?.transport === 'tcp' ? probe : unknownProbe(id);
    });
}

function recognises(probe: Probe, words: Buffer): boolean {
  try {
    return probe.recognises?.(words) === true;
  } catch {
    // Its `run` is handed the same bytes, and what it makes of them becomes an observation with a sentence.
    return true;
  }
}

function unknownProbe(id: string): never {
  throw new PermanentError('probe-unknown', {
    what: 'The port catalogue or the scan profile names a probe that does not exist there',
    got: JSON.stringify(id),
    expected: 'the name of a file among the probes, of the same transport',
  });
}
