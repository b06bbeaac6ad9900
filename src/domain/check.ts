import type { Facts, Observation } from './observation.ts';

export const severities = ['INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export type Severity = (typeof severities)[number];

/** How `left` compares with `right`: negative when milder, 0 when equal, positive when graver. */
export function compareSeverity(left: Severity, right: Severity): number {
  return severities.indexOf(left) - severities.indexOf(right);
}

/** A rule over the facts of one probe, as its YAML file states it. */
export interface Check {
  /** A readable slug, equal to its file's name. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly probe: string;
  /** CEL; may use `facts`, `target` and `observedAt`, and `item` where there is an `each`. */
  readonly when: string;
  /**
   * For a check that may fire several times at one port: the fact that lists what it looks at one by one, the field of
   * an item that tells them apart, and optionally the field that has the item's own severity.
   */
  readonly each?:
    { readonly list: string; readonly key: string; readonly severity?: string | undefined } | undefined;
  readonly severity: Severity;
  /** Why this severity, at most 64 characters; becomes ASFF's `Severity.Original`. */
  readonly rationale: string;
  /** A type of the finding in ASFF's taxonomy: `namespace/category/classifier`. */
  readonly category: string;
  readonly remediation: { readonly text: string; readonly url?: string | undefined };
  /** `framework/control`, each of which must be in `config/frameworks/`. */
  readonly requirements: readonly string[];
  /** Names of the facts that a finding shows as its evidence. */
  readonly evidence: readonly string[];
  readonly examples: { readonly fires: readonly Facts[]; readonly silent: readonly Facts[] };
}

/** What one check says of one observation with facts. */
export interface Verdict {
  readonly check: Check;
  readonly observation: Observation;
  readonly fires: boolean;
  /** The facts named in `check.evidence`; only these leave the ledger with the finding. */
  readonly evidence: Facts;
  /** The check's, or that of the item on which it fires. */
  readonly severity: Severity;
  /**
   * Tells apart what one check finds more than once at one port: the name under which it was seen, or the key of the
   * item. Empty when it can find only one thing.
   */
  readonly discriminator: string;
  /** For a verdict that does not fire: it is about everything of the check at the port that did not fire beside it. */
  readonly others: boolean;
}
