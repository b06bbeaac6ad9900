/**
 * What a probe may look like to the host: `read` asks only what any client asks. `method` sends a diagnostic method,
 * `login` one attempt without a credential, `relay` asks the host to pass something on. Only `read` goes without
 * saying; the others have to be allowed by name.
 */
export const scanClasses = ['read', 'method', 'login', 'relay'] as const;
export type ScanClass = (typeof scanClasses)[number];

/** Who allowed scanning what, from when until when, under which ticket. */
export interface Authorisation {
  readonly id: string;
  readonly grantedBy: string;
  readonly ticket: string;
  readonly contact: string;
  /** ISO 8601 instants; `from` is inclusive, `until` exclusive. */
  readonly from: string;
  readonly until: string;
  /** Classes of probes that may run; always has `read`. */
  readonly classes: readonly ScanClass[];
  /** Kinds are joined with AND, values of one kind with OR; an absent kind does not restrict. */
  readonly covers: {
    readonly accounts?: readonly string[] | undefined;
    readonly regions?: readonly string[] | undefined;
    readonly instances?: readonly string[] | undefined;
    readonly cidrs?: readonly string[] | undefined;
    readonly tags?: Readonly<Record<string, string>> | undefined;
  };
}
