/** Who allowed scanning what, from when until when, under which ticket. */
export interface Authorisation {
  readonly id: string;
  readonly grantedBy: string;
  readonly ticket: string;
  readonly contact: string;
  /** ISO 8601 instants; `from` is inclusive, `until` exclusive. */
  readonly from: string;
  readonly until: string;
  /** Kinds are joined with AND, values of one kind with OR; an absent kind does not restrict. */
  readonly covers: {
    readonly accounts?: readonly string[] | undefined;
    readonly regions?: readonly string[] | undefined;
    readonly instances?: readonly string[] | undefined;
    readonly cidrs?: readonly string[] | undefined;
    readonly tags?: Readonly<Record<string, string>> | undefined;
  };
}
