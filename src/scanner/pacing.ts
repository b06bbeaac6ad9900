import { abortReason } from './socket-errors.ts';

/** What one host is spared; a profile has both. */
export interface HostLimits {
  /** Sockets open at one host at the same time. */
  readonly socketsPerHost: number;
  /** New connections to one host in any second. Below 1: one in `1 / n` seconds. */
  readonly connectionsPerSecondPerHost: number;
}

/**
 * Limits per host, first come, first served. Both waits end with the signal's reason when it is aborted. They are
 * apart so that nobody waits for a socket while holding one, which could lock up a host.
 */
export interface Pacing {
  /**
   * Waits until that many sockets, or all that the limit allows, may be held at the host. Resolves with how to give
   * them back; a second call of that does nothing.
   */
  reserve(host: string, sockets: number, limits: HostLimits, signal: AbortSignal): Promise<() => void>;
  /** Waits until one more connection may be opened to the host. */
  turn(host: string, limits: HostLimits, signal: AbortSignal): Promise<void>;
  /** Hosts that are remembered; only those in use now or in the last second are. */
  readonly hosts: number;
}

export interface PacingClock {
  /** Milliseconds that never run backwards. */
  now(): number;
  /** Calls back after `ms`; returns how to call it off. A background call does not keep the process alive. */
  after(ms: number, callback: () => void, background: boolean): () => void;
}

const systemClock: PacingClock = {
  now: () => performance.now(),
  after: (ms, callback, background) => {
    const timer = setTimeout(callback, Math.ceil(ms));
    if (background) timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Kept between two full windows, so that a host that counts by its own clock does not see more than the limit. */
const slackMs = 20;

interface Waiter<Grant> {
  readonly sockets: number;
  readonly limits: HostLimits;
  readonly grant: (value: Grant) => void;
}

interface Host {
  held: number;
  readonly room: Set<Waiter<() => void>>;
  readonly turns: Set<Waiter<void>>;
  /** When the connections of the last window were opened, oldest first. */
  readonly opened: number[];
  /** The longest window that any caller's limits have. */
  windowMs: number;
  callOff: (() => void) | null;
}

export function createPacing(clock: PacingClock = systemClock): Pacing {
  const hosts = new Map<string, Host>();

  function hostNamed(name: string): Host {
    let host = hosts.get(name);
    if (host === undefined) {
      host = { held: 0, room: new Set(), turns: new Set(), opened: [], windowMs: 0, callOff: null };
      hosts.set(name, host);
    }
    return host;
  }

  function admit(name: string, host: Host): void {
    for (const waiter of host.room) {
      if (host.held + waiter.sockets > waiter.limits.socketsPerHost) break;
      host.room.delete(waiter);
      host.held += waiter.sockets;
      let given = true;
      waiter.grant(() => {
        if (!given) return;
        given = false;
        host.held -= waiter.sockets;
        admit(name, host);
      });
    }
    forgetWhenIdle(name, host);
  }

  function advance(name: string, host: Host): void {
    host.callOff?.();
    host.callOff = null;
    for (const waiter of host.turns) {
      const { count, windowMs } = windowOf(waiter.limits);
      host.windowMs = Math.max(host.windowMs, windowMs);
      const now = clock.now();
      while ((host.opened[0] ?? now) + host.windowMs < now) host.opened.shift();
      const earliest = host.opened.at(-count);
      const wait = earliest === undefined ? 0 : earliest + windowMs - now;
      if (wait > 0) {
        host.callOff = clock.after(wait, () => advance(name, host), false);
        return;
      }
      host.turns.delete(waiter);
      host.opened.push(now);
      waiter.grant();
    }
    forgetWhenIdle(name, host);
  }

  /** What was opened just now still counts against whoever comes next; after that nothing is remembered. */
  function forgetWhenIdle(name: string, host: Host): void {
    if (host.held > 0 || host.room.size > 0 || host.turns.size > 0 || hosts.get(name) !== host) return;
    host.callOff?.();
    const wait = (host.opened.at(-1) ?? Number.NEGATIVE_INFINITY) + host.windowMs - clock.now();
    if (wait > 0) host.callOff = clock.after(wait, () => forgetWhenIdle(name, host), true);
    else hosts.delete(name);
  }

  function enqueue<Grant>(
    queue: Set<Waiter<Grant>>,
    waiter: Omit<Waiter<Grant>, 'grant'>,
    signal: AbortSignal,
    next: () => void,
  ): Promise<Grant> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        queue.delete(queued);
        reject(abortReason(signal));
        next();
      };
      const queued: Waiter<Grant> = {
        ...waiter,
        grant: (value) => {
          signal.removeEventListener('abort', onAbort);
          resolve(value);
        },
      };
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      queue.add(queued);
      next();
    });
  }

  return {
    reserve(name, wanted, limits, signal) {
      const host = hostNamed(name);
      const sockets = Math.min(wanted, limits.socketsPerHost);
      return enqueue(host.room, { sockets, limits }, signal, () => admit(name, host));
    },
    turn(name, limits, signal) {
      const host = hostNamed(name);
      return enqueue(host.turns, { sockets: 0, limits }, signal, () => advance(name, host));
    },
    get hosts() {
      return hosts.size;
    },
  };
}

/** At most `count` connections in `windowMs`. */
function windowOf({ connectionsPerSecondPerHost: rate }: HostLimits): { count: number; windowMs: number } {
  return rate >= 1
    ? { count: Math.floor(rate), windowMs: 1000 + slackMs }
    : { count: 1, windowMs: 1000 / rate + slackMs };
}
