import { evaluate } from '../checks/evaluate.ts';
import type { CompiledCheck } from '../checks/compile.ts';
import type { Derivation } from '../derivations/derivation.ts';
import type { Verdict } from '../domain/check.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { PermanentError } from '../domain/errors.ts';
import { reachability, type Transport } from '../domain/exposure.ts';
import type { PortEvidence } from '../domain/finding-life.ts';
import type { Observation } from '../domain/observation.ts';
import type { PlannedPort } from '../domain/port-plan.ts';
import type { Intelligence } from '../vulnerabilities/intelligence.ts';

export interface ClassifyInput {
  readonly checks: readonly CompiledCheck[];
  readonly derivations: readonly Derivation[];
  readonly endpoint: Endpoint;
  readonly observations: readonly Observation[];
  readonly flickers: readonly PlannedPort[];
  /** Whether the operator approves of the port at this endpoint; null where nothing is said of it. */
  readonly approved: (transport: Transport, port: number) => boolean | null;
  readonly intelligence: Intelligence;
}

export interface Classified {
  readonly evidence: readonly PortEvidence[];
  /** Checks that could not be evaluated; they have no verdict. */
  readonly failures: readonly PermanentError[];
}

/** Turns what was seen at one endpoint into verdicts, port by port. Pure: sends nothing, stores nothing. */
export function classify(input: ClassifyInput): Classified {
  const { checks, endpoint, observations, flickers } = input;
  const failures: PermanentError[] = [];
  const evidence: PortEvidence[] = [];
  const flickering = new Set(flickers.map(({ transport, port }) => `${transport}/${port}`));
  for (const ofPort of byPort(observations).values()) {
    const state = ofPort.find(isPortState);
    if (state === undefined) continue;
    const { transport, port } = state;
    const confirmed = !flickering.has(`${transport}/${port}`);
    const reach = reachability(endpoint.exposure, endpoint.family, transport, port);
    const verdicts: Verdict[] = [];
    for (const observation of [...ofPort, ...derived(input, state, ofPort, reach)]) {
      const evaluation = evaluate(checks, observation);
      verdicts.push(...evaluation.verdicts);
      failures.push(...evaluation.failures.map(({ error }) => error));
    }
    evidence.push({
      transport,
      port,
      connection: state.status,
      confirmed,
      reachability: reach,
      verdicts: withoutEchoes(verdicts),
    });
  }
  return { evidence, failures };
}

/** Whether the observation is about the port itself, not about a protocol at it. */
export function isPortState({ probe, transport }: Observation): boolean {
  return probe === transport;
}

function derived(
  { derivations, endpoint, approved, intelligence }: ClassifyInput,
  state: Observation,
  observations: readonly Observation[],
  reach: PortEvidence['reachability'],
): Observation[] {
  if (state.status !== 'answered') return [];
  const { transport, port } = state;
  return derivations.flatMap((derivation) => {
    const facts = derivation.derive({
      endpoint,
      transport,
      port,
      observations,
      reachability: reach,
      approved: approved(transport, port),
      intelligence,
    });
    return facts === null
      ? []
      : [{ ...state, probe: derivation.id, name: null, facts: facts as Observation['facts'] }];
  });
}

/**
 * Without what fires under a name just as it does at the address alone: one server that answers to four names has one
 * fault, not five.
 */
function withoutEchoes(verdicts: readonly Verdict[]): Verdict[] {
  const atAddress = new Set(
    verdicts
      .filter(({ fires, observation }) => fires && observation.name === null)
      .map(({ check }) => check.id),
  );
  return verdicts.filter(
    ({ fires, observation, check }) => !fires || observation.name === null || !atAddress.has(check.id),
  );
}

/** The observations of each port of each endpoint, in the order in which they come. */
export function byPort(observations: readonly Observation[]): Map<string, Observation[]> {
  const ports = new Map<string, Observation[]>();
  for (const observation of observations) {
    const key = `${observation.endpointId} ${observation.transport}/${observation.port}`;
    const group = ports.get(key);
    if (group === undefined) ports.set(key, [observation]);
    else group.push(observation);
  }
  return ports;
}
