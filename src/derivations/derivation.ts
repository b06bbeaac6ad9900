import type { z } from 'zod';
import type { Endpoint } from '../domain/endpoint.ts';
import type { Reachability, Transport } from '../domain/exposure.ts';
import type { Observation } from '../domain/observation.ts';
import type { Intelligence } from '../vulnerabilities/intelligence.ts';

/** All that is known of one open port of an endpoint. */
export interface DerivationInput {
  readonly endpoint: Endpoint;
  readonly transport: Transport;
  readonly port: number;
  /** Every observation of the port in this run, its state included. */
  readonly observations: readonly Observation[];
  readonly reachability: Reachability;
  /** Whether the operator has approved that the port is open; null where nothing is said of the endpoint. */
  readonly approved: boolean | null;
  readonly intelligence: Intelligence;
}

/**
 * Facts that no probe sees because they follow from what several have seen, or from what the control plane and the
 * operator say. Pure: checks over them can be run again without a packet.
 */
export interface Derivation<Facts extends z.ZodObject = z.ZodObject> {
  /** Checks name it as their probe, so it is no probe's id. */
  readonly id: string;
  readonly title: string;
  readonly facts: Facts;
  /** Null when there is nothing to say of the port; then no check is evaluated. */
  derive(input: DerivationInput): z.infer<Facts> | null;
}

/** Gives a derivation its types. */
export function defineDerivation<Facts extends z.ZodObject>(
  derivation: Derivation<Facts>,
): Derivation<Facts> {
  return derivation;
}
