import type { Authorisation } from './authorisation.ts';
import type { PlannedPort } from './port-plan.ts';

/** Ports that the operator approves of at the endpoints that it covers. */
export interface ApprovedPorts {
  readonly id: string;
  readonly covers: Authorisation['covers'];
  readonly ports: readonly PlannedPort[];
}
