import { ConversationError } from '../../scanner/probe.ts';
import type { Attempts } from './attempts.ts';
import { settleDoubts } from './doubts.ts';
import { Elimination } from './elimination.ts';
import { lotsOf } from './enumeration.ts';
import { fallbackRefused, preference } from './extras.ts';
import { firstContact, type FirstContact } from './first-contact.ts';
import type { GroupEnumeration } from './group-enumeration.ts';
import { GroupQuestions } from './group-questions.ts';
import { createKeyShares } from './key-shares.ts';
import { SuiteEnumeration, type ServerWide } from './suite-enumeration.ts';
import { versionOf, versions, type Version } from './versions.ts';
import { WorkQueue } from './work-queue.ts';

/** What is known of a server's TLS. */
export interface Seen {
  /** Cipher kinds of SSL 2.0; null when it is not spoken. */
  readonly ssl2: readonly number[] | null;
  /** Those versions that are spoken, oldest first. */
  readonly suites: readonly SuiteEnumeration[];
  readonly groups: readonly GroupEnumeration[];
  /** Versions in which the client's favourite suite decides. */
  readonly clientOrder: readonly Version[];
  readonly fallbackRefused: boolean | null;
  /** Why something that the server accepts may be missing, as a sentence; null when nothing is. */
  readonly incomplete: string | null;
}

/** @throws ConversationError when the server does not speak TLS, or refuses everything */
export async function scan(attempts: Attempts): Promise<Seen> {
  const shared: ServerWide = {
    serverName: attempts.serverName,
    keyShares: createKeyShares(),
    likely: new Set(),
  };
  const first = await firstContact(attempts, shared.keyShares);
  const server = new ServerScan(attempts, shared, first);
  await server.enumerate();
  return server.finish();
}

class ServerScan {
  readonly #attempts: Attempts;
  readonly #elimination: Elimination;
  readonly #suites: readonly SuiteEnumeration[];
  readonly #groups: GroupQuestions;
  #ssl2: readonly number[] | null = null;
  #incomplete: string | null = null;

  constructor(attempts: Attempts, shared: ServerWide, first: FirstContact) {
    this.#attempts = attempts;
    this.#elimination = new Elimination(attempts);
    this.#suites = versions.map((version) => new SuiteEnumeration(version, first.manner, shared));
    this.#groups = new GroupQuestions(this.#suites, shared);
    if (first.accepted === null) return;
    const { hello, answer } = first.accepted;
    const version = versionOf(answer.hello.version);
    this.#suites.find((one) => one.version === version)?.choose(hello.suites, answer);
  }

  /** Finds the versions, their suites and groups. */
  async enumerate(): Promise<void> {
    const lots = this.#suites.toReversed().map(lotsOf);
    // The first of each version goes first: most versions that are not spoken are done with after it.
    const order = lots.flatMap(([first]) => first ?? []).concat(lots.flatMap(([, ...others]) => others));
    await this.#elimination.sweep([...this.#groups.next(false), ...order], {
      beside: [() => this.#askSsl2()],
      after: () => this.#groups.next(false),
    });
    await settleDoubts({
      attempts: this.#attempts,
      elimination: this.#elimination,
      suites: this.#suites,
      newGroups: () => this.#groups.next(false),
    });
    await this.#elimination.sweep(this.#groups.next(true));
    const doubts = this.#elimination.takeDoubts();
    if (doubts.length > 0) await this.#elimination.retry(doubts, 'alert');
  }

  /** Finds what depends on the suites, and makes sure that the server still answers. */
  async finish(): Promise<Seen> {
    const spoken = this.#suites.filter(({ accepted }) => accepted.size > 0);
    if (spoken.length === 0 && this.#ssl2 === null) throw this.#elimination.lastError ?? nothingAccepted();
    if (this.#elimination.gaveUp !== null) this.#missing(this.#elimination.gaveUp);
    const { clientOrder, fallback } = await this.#behaviour(spoken);
    if (this.#attempts.exhausted) this.#missing(tooMuchToRead);
    if (this.#groups.outOfReach) this.#missing(groupsOutOfReach);
    return {
      ssl2: this.#ssl2,
      suites: spoken,
      groups: this.#groups.asked,
      clientOrder: versions.filter((version) => clientOrder.includes(version)),
      fallbackRefused: fallback,
      incomplete: this.#incomplete,
    };
  }

  async #behaviour(
    spoken: readonly SuiteEnumeration[],
  ): Promise<{ readonly clientOrder: readonly Version[]; readonly fallback: boolean | null }> {
    const clientOrder: Version[] = [];
    let fallback: boolean | null = null;
    const queue = new WorkQueue(this.#attempts.sockets);
    if (this.#elimination.gaveUp === null) {
      queue.add(async () => {
        const refused = await fallbackRefused(this.#attempts, spoken);
        if (refused === 'unknown') this.#missing(brokeOff);
        else fallback = refused;
      });
      for (const enumeration of spoken.filter(({ version }) => version !== 'TLSv1.3')) {
        queue.add(async () => {
          const whose = await preference(this.#attempts, enumeration);
          if (whose === 'client') clientOrder.push(enumeration.version);
          if (whose === 'unknown') this.#missing(brokeOff);
        });
      }
    }
    queue.add(() => this.#control(spoken));
    await queue.drain();
    return { clientOrder, fallback };
  }

  async #askSsl2(): Promise<void> {
    for (let times = 0; times < 2; times += 1) {
      const kinds = await this.#attempts.offerSsl2();
      if (Array.isArray(kinds)) this.#ssl2 = kinds;
      if (kinds === null || Array.isArray(kinds)) return;
    }
    this.#missing(brokeOff);
  }

  /** Whether the server still accepts what it accepted before; if not, its refusals may have been of another kind. */
  async #control(spoken: readonly SuiteEnumeration[]): Promise<void> {
    const newest = spoken.at(-1);
    const suite = newest?.accepted.keys().next().value;
    for (let times = 0; times < 2; times += 1) {
      if (newest === undefined || suite === undefined) {
        if (Array.isArray(await this.#attempts.offerSsl2())) return;
      } else if ((await this.#attempts.offer(newest.hello([suite]))).kind === 'accepted') return;
    }
    this.#missing(stoppedAnswering);
  }

  #missing(reason: string): void {
    this.#incomplete ??= reason;
  }
}

function nothingAccepted(): ConversationError {
  return new ConversationError(
    'garbled',
    'the server speaks TLS but refused every version and suite that was offered',
  );
}

const brokeOff = 'The server broke off twice where it was to be seen what it does.';
const tooMuchToRead =
  'The server sent more with its key exchanges than is read, so the size of some is not known.';
const groupsOutOfReach =
  'The server speaks TLS 1.3 only to clients that guess its group, so which groups it has cannot be told.';
const stoppedAnswering =
  'The server did not accept at the end what it had accepted before, so that refusals in between prove nothing.';
