export type SandboxService = 'ec2' | 'sts' | 'securityhub';

/** What is to go wrong, and where. Absent conditions match everything. */
export interface Fault {
  readonly service?: SandboxService;
  readonly action?: string;
  readonly region?: string;
  readonly account?: string;
  /** How often; without end unless said. */
  readonly times?: number;
  readonly kind:
    /** The service's own throttling error. */
    | 'throttle'
    /** `status`, `code` and `message`; 500 and the service's internal error unless said. */
    | 'error'
    /** What the service answers when no policy allows the action. */
    | 'deny'
    /** The answer comes `delayMs` later. */
    | 'delay'
    /** The connection is cut before anything is done. */
    | 'drop-connection'
    /** The request is carried out, but its answer never comes; the connection is cut after `delayMs`, if given. */
    | 'accept-then-timeout'
    /** BatchImportFindings fails the findings of `failFindingIds` (all without it) with `code` and `message`. */
    | 'fail-findings';
  readonly status?: number;
  readonly code?: string;
  readonly message?: string;
  readonly delayMs?: number;
  readonly failFindingIds?: readonly string[] | ((id: string) => boolean);
}

interface Planned {
  readonly fault: Fault;
  left: number;
}

/** Where a request is going. */
export interface FaultPlace {
  readonly service: string;
  readonly action: string;
  readonly region: string;
  readonly account: string;
}

/** The faults that are planned. The first that matches a request applies, findings' failures beside it. */
export class Faults {
  #planned: Planned[] = [];
  /** How long GetFindings stays behind imports and updates, in milliseconds. */
  findingsLagMs = 0;

  /** Plans a fault; the function returned takes it back. */
  add(fault: Fault): () => void {
    const planned = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.#planned.push(planned);
    return () => {
      this.#planned = this.#planned.filter((other) => other !== planned);
    };
  }

  clear(): void {
    this.#planned = [];
    this.findingsLagMs = 0;
  }

  /** The fault for a request, used up by one. */
  next(place: FaultPlace): Fault | null {
    return this.#use((fault) => fault.kind !== 'fail-findings' && matches(fault, place));
  }

  /** The fault for one finding of an import, used up by one. */
  nextForFinding(place: FaultPlace, findingId: string): Fault | null {
    return this.#use(
      (fault) =>
        fault.kind === 'fail-findings' && matches(fault, place) && names(fault.failFindingIds, findingId),
    );
  }

  #use(applies: (fault: Fault) => boolean): Fault | null {
    const found = this.#planned.find(({ fault, left }) => left > 0 && applies(fault));
    if (found === undefined) return null;
    found.left -= 1;
    if (found.left <= 0) this.#planned = this.#planned.filter((other) => other !== found);
    return found.fault;
  }
}

function matches(fault: Fault, place: FaultPlace): boolean {
  return (['service', 'action', 'region', 'account'] as const).every(
    (field) => fault[field] === undefined || fault[field] === place[field],
  );
}

function names(ids: Fault['failFindingIds'], findingId: string): boolean {
  if (ids === undefined) return true;
  return typeof ids === 'function' ? ids(findingId) : ids.includes(findingId);
}
