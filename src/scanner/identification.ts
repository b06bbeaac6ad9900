import { PermanentError } from '../domain/errors.ts';
import type { PortEntry, Profile } from '../domain/profile.ts';
import type { Probe } from './probe.ts';
import type { Probes } from './registry.ts';

/** The probe that every port begins with; without its answer there is nobody to speak to. */
export const portStateProbe = 'tcp';
/** The probe whose answer means that the others are to speak inside TLS. */
export const tlsProbe = 'tls';

export interface Candidate {
  readonly probe: Probe;
  /** Whether the catalogue names it for the port; what it finds is told either way. */
  readonly advised: boolean;
}

export interface OpenPort {
  readonly probes: Probes;
  readonly portCatalogue: readonly PortEntry[];
  readonly profile: Pick<Profile, 'probesOnUnknownPorts'>;
  readonly port: number;
  /** What the server said unasked; empty when it waits for the client. */
  readonly greeting: Buffer;
}

/**
 * The probes to try at an open TCP port, most likely first: those that recognise the greeting, those that the
 * catalogue advises, then the profile's guesses.
 */
export function candidates({ probes, portCatalogue, profile, port, greeting }: OpenPort): Candidate[] {
  const named = (ids: readonly string[]): Probe[] =>
    ids.filter((id) => id !== portStateProbe).map((id) => probes.get(id) ?? unknownProbe(id));
  const spoke = greeting.length > 0;

  const recognised = [...probes.values()].filter((probe) => spoke && recognises(probe, greeting));
  const advised = named(
    portCatalogue
      .filter((entry) => entry.transport === 'tcp' && entry.port === port)
      .flatMap((entry) => entry.probes),
  );
  // TLS before what may be inside it; servers that speak first, in the clear, have no TLS around them.
  if (!spoke) advised.sort((left, right) => Number(right.id === tlsProbe) - Number(left.id === tlsProbe));
  const guesses = named(profile.probesOnUnknownPorts).filter(
    (probe) => !spoke || probe.recognises !== undefined,
  );

  const ordered = new Set([...recognised, ...advised, ...guesses]);
  return [...ordered].map((probe) => ({ probe, advised: advised.includes(probe) }));
}

function recognises(probe: Probe, greeting: Buffer): boolean {
  try {
    return probe.recognises?.(greeting) === true;
  } catch {
    // Its `run` is handed the same bytes, and what it makes of them becomes an observation with a sentence.
    return true;
  }
}

function unknownProbe(id: string): never {
  throw new PermanentError('probe-unknown', {
    what: 'The port catalogue or the scan profile names a probe that does not exist',
    got: JSON.stringify(id),
    expected: 'the name of a file among the probes',
  });
}
