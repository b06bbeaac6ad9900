import type { Observation, ObservationStatus } from '../domain/observation.ts';
import type { Target } from '../scope/target.ts';
import { eachLimited } from './each-limited.ts';
import { knocking, listening } from './first-words.ts';
import { advised, followers, guesses, recognised, tlsProbe, type OpenPort } from './identification.ts';
import { namesIn } from './names.ts';
import type { Probe } from './probe.ts';
import { runProbe, type ScanContext } from './run-probe.ts';

/** How a port is spoken to. */
interface Way {
  readonly layer: 'plain' | 'tls';
  readonly name: string | null;
  /** The probe whose STARTTLS leads to where the conversation begins. */
  readonly startTls: Probe | null;
}

const inTheClear: Way = { layer: 'plain', name: null, startTls: null };

/** A web page may take its time to be made, which no other first answer does; how many times as long. */
const slowToAnswer = { probe: 'http', times: 3 };

/** Why nothing more may be sent; there is no point in going on at the port. */
const final: ReadonlySet<ObservationStatus> = new Set(['moved', 'halted']);

export interface PortSearchOptions extends ScanContext, OpenPort {
  /** Names that the endpoint is known by, the most important first. */
  readonly names: readonly string[];
}

/**
 * Finds out what is spoken at one open port, and has everything asked that is asked of it. Looking ends with the first
 * answer. What the catalogue advises is told of whether it answered or not, if it came to be asked.
 */
export class PortSearch {
  readonly #options: PortSearchOptions;
  readonly #target: Target;
  readonly #advised: ReadonlySet<Probe>;
  readonly #seen = new Map<string, Observation>();
  /** Named for SNI where a server does not speak TLS without. */
  #tlsName: string | null = null;

  constructor(options: PortSearchOptions, target: Target) {
    this.#options = options;
    this.#target = target;
    this.#advised = new Set(advised(options));
  }

  /** At most one for a probe and a name. */
  get observations(): Observation[] {
    return [...this.#seen.values()];
  }

  async search(greeting: Buffer): Promise<void> {
    await this.#identify(inTheClear, greeting);
    await this.#afterStartTls();
    if (this.#answered(tlsProbe)) await this.#insideTls();
    else await this.#onlyInsideTls();
    await this.#byName();
  }

  get #over(): boolean {
    return this.observations.some(({ status }) => final.has(status));
  }

  #answered(id: string): boolean {
    return this.observations.some(({ probe, status }) => probe === id && status === 'answered');
  }

  #timedOut(id: string): boolean {
    return this.observations.some(({ probe, status }) => probe === id && status === 'timed-out');
  }

  /**
   * Finds the protocol in one layer. `greeting` is what the server has said unasked; null where nobody has listened
   * yet, which is then done after those have been asked that have a reason to be.
   */
  async #identify(way: Way, greeting: Buffer | null): Promise<void> {
    const { probes } = this.#options;
    const tried = new Set<Probe>();
    const fresh = (list: Iterable<Probe>): Probe[] => {
      const some = [...list].filter((probe) => probe.layers.includes(way.layer) && !tried.has(probe));
      for (const probe of some) tried.add(probe);
      return some;
    };
    if (greeting !== null && (await this.#try(fresh(recognised(probes, greeting)), way))) return;
    const advisedHere = fresh(this.#advised);
    if (await this.#try(advisedHere, way, { guess: true })) return;
    const unasked = greeting ?? (await this.#hear(listening, way));
    const words = unasked.length > 0 ? unasked : await this.#hear(knocking, way);
    if (await this.#try(fresh(recognised(probes, words)), way)) return;
    // A server that speaks first is asked only by those that listen first.
    const rest = guesses(this.#options).filter((probe) => unasked.length === 0 || recognisesAny(probe));
    if (await this.#guess(fresh(rest), way)) return;
    // Nobody else was at home: those who have a reason to be asked are given all the time there is.
    await this.#try(
      advisedHere.filter(({ id }) => this.#timedOut(id)),
      way,
    );
  }

  /** TLS after an upgrade that a protocol in the clear offers. */
  async #afterStartTls(): Promise<void> {
    const { probes } = this.#options;
    const tls = probes.get(tlsProbe);
    if (tls?.transport !== 'tcp' || this.#answered(tlsProbe) || this.#over) return;
    for (const { probe: id, status, facts } of this.observations) {
      const probe = probes.get(id);
      if (status !== 'answered' || probe?.transport !== 'tcp' || probe.startTls === undefined) continue;
      if (facts?.['startTlsOffered'] !== true) continue;
      await this.#run(tls, { ...inTheClear, startTls: probe }, { told: true });
      return;
    }
  }

  /** What is inside TLS, which has answered from the first byte on or not at all. */
  async #insideTls(): Promise<void> {
    if (this.#over || this.#viaStartTls) return;
    await this.#identify({ ...inTheClear, layer: 'tls', name: this.#tlsName }, null);
  }

  /** What can only be inside TLS is tried there without a word from the server that it speaks it. */
  async #onlyInsideTls(): Promise<void> {
    const probes = [...this.#advised].filter(({ layers }) => !layers.includes('plain'));
    if (!this.#over) await this.#try(probes, { ...inTheClear, layer: 'tls' });
  }

  get #viaStartTls(): boolean {
    return this.observations.some(
      ({ probe, facts }) => probe === tlsProbe && typeof facts?.['startTls'] === 'string',
    );
  }

  /** Once more for each name, what depends on the name and has answered without. */
  async #byName(): Promise<void> {
    const { names, probes, profile } = this.#options;
    const known = new Set([...names, ...this.observations.flatMap(namesIn)]);
    if (this.#tlsName !== null) known.delete(this.#tlsName);
    const ways = this.#ways;
    for (const name of [...known].slice(0, profile.namesPerPort)) {
      for (const [id, way] of ways) {
        const probe = probes.get(id);
        if (this.#over || probe?.transport !== 'tcp' || probe.perName !== true) continue;
        await this.#run(probe, { ...way, name }, { told: true });
      }
    }
  }

  /** In which way each probe has answered. */
  readonly #ways = new Map<string, Way>();

  /** Tries all in turn until something has answered. Resolves with whether anything has. */
  async #try(list: readonly Probe[], way: Way, { guess = false } = {}): Promise<boolean> {
    for (const probe of list) {
      if (this.#over) break;
      if (this.#answered(probe.id)) continue;
      const told = this.#advised.has(probe);
      if ((await this.#run(probe, way, { told, guess })) === 'answered') return true;
    }
    return false;
  }

  /**
   * Tries what may hold all the others first and alone, then the others side by side until something has answered.
   * Resolves with whether anything has.
   */
  async #guess(list: readonly Probe[], way: Way): Promise<boolean> {
    const tls = list.filter(({ id }) => id === tlsProbe);
    if (await this.#try(tls, way, { guess: true })) return true;
    let found = false;
    await eachLimited(
      list.filter(({ id }) => id !== tlsProbe),
      this.#options.profile.socketsPerHost,
      async (probe) => {
        if (found || this.#over) return;
        if ((await this.#run(probe, way, { guess: true })) === 'answered') found = true;
      },
    );
    return found;
  }

  /** Runs a probe and, where it answers, those that follow it. */
  async #run(
    probe: Probe,
    way: Way,
    how: { readonly told?: boolean; readonly guess?: boolean },
  ): Promise<ObservationStatus> {
    let seen = await this.#look(probe, way, how);
    const [name] = this.#options.names;
    if (
      probe.id === tlsProbe &&
      seen.status !== 'answered' &&
      !final.has(seen.status) &&
      name !== undefined
    ) {
      // Some servers speak TLS only to those who know whom they want.
      const named = await this.#look(probe, { ...way, name }, how);
      if (named.status === 'answered') {
        seen = named;
        this.#tlsName = name;
      }
    }
    const answered = seen.status === 'answered';
    if (how.told === true || answered || seen.status === 'failed' || final.has(seen.status)) {
      this.#seen.set(`${probe.id} ${seen.name ?? ''}`, seen);
    }
    if (!answered) return seen.status;
    const took = { ...way, name: seen.name };
    if (!this.#ways.has(probe.id)) this.#ways.set(probe.id, took);
    // A name was given to what depends on it; what follows is asked by its own turn.
    if (way.name !== null && way.name !== this.#tlsName) return seen.status;
    await this.#follow(probe, took);
    return seen.status;
  }

  async #follow({ id }: Probe, way: Way): Promise<void> {
    const { classes } = this.#target.lease;
    const allowed = followers(this.#options.probes, id).filter(
      ({ scanClass = 'read', layers }) => classes.includes(scanClass) && layers.includes(way.layer),
    );
    for (const follower of allowed) {
      if (this.#over) return;
      await this.#run(follower, way, { told: true });
    }
  }

  #look(probe: Probe, way: Way, { guess = false }: { readonly guess?: boolean }): Promise<Observation> {
    const { profile } = this.#options;
    const times = probe.id === slowToAnswer.probe ? slowToAnswer.times : 1;
    const guessDeadlineMs = Math.min(profile.guessDeadlineMs * times, profile.probeDeadlineMs);
    return runProbe({
      ...this.#options,
      ...way,
      probe,
      target: this.#target,
      guess,
      profile: { ...profile, guessDeadlineMs },
    });
  }

  async #hear(first: (heard: (words: Buffer) => void) => Probe, way: Way): Promise<Buffer> {
    let words: Buffer = Buffer.alloc(0);
    const seen = await this.#look(
      first((bytes) => {
        words = bytes;
      }),
      way,
      { guess: true },
    );
    if (final.has(seen.status)) this.#seen.set(seen.probe, seen);
    return words;
  }
}

function recognisesAny(probe: Probe): boolean {
  return probe.recognises !== undefined;
}
