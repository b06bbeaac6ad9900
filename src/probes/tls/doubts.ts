import type { Attempts } from './attempts.ts';
import type { Manner } from './client-hello.ts';
import type { Elimination, Refusal } from './elimination.ts';
import { groupedBy, lotsOf, type Lot } from './enumeration.ts';
import { usualSuites } from './first-contact.ts';
import type { SuiteEnumeration } from './suite-enumeration.ts';
import { secretOf, suitesOf } from './suites.ts';
import { WorkQueue } from './work-queue.ts';

export interface DoubtfulScan {
  readonly attempts: Attempts;
  readonly elimination: Elimination;
  readonly suites: readonly SuiteEnumeration[];
  /** Lots for groups that there is reason to ask for now. */
  readonly newGroups: () => readonly Lot[];
}

/** Never a suite (RFC 8701): a server that is offered nothing else has nothing to choose. */
const reserved = 0x0a0a;

/**
 * Asks again where the server broke off, until it is clear what it accepts. Versions of which nothing was accepted are
 * tried in other manners first.
 */
export async function settleDoubts({
  attempts,
  elimination,
  suites,
  newGroups,
}: DoubtfulScan): Promise<void> {
  if (elimination.gaveUp !== null) return;
  const doubts = elimination.takeDoubts();
  const nothing = suites.every(({ accepted }) => accepted.size === 0);
  const silent = suites.filter(
    (one) =>
      one.accepted.size === 0 &&
      !one.over &&
      (nothing || doubts.some(({ enumeration }) => enumeration === one)),
  );
  const revived: SuiteEnumeration[] = [];
  const queue = new WorkQueue(attempts.sockets);
  for (const enumeration of silent) {
    queue.add(async () => {
      if (await revive(attempts, enumeration)) revived.push(enumeration);
    });
  }
  await queue.drain();
  await elimination.sweep(revived.flatMap(lotsOf), { cautious: true, after: newGroups });
  const open = [
    ...doubts.filter(({ enumeration }) => !silent.some((one) => one === enumeration)),
    ...elimination.takeDoubts(),
  ];
  if (open.length === 0 || elimination.gaveUp !== null) return;
  await elimination.retry(open, await wayToRefuse(attempts, suites));
}

/**
 * Whether a version that was met with nothing but trouble is spoken after all, if put otherwise: with fewer suites,
 * without extensions, or without the kinds of suites that the server may choose and then fail at.
 */
async function revive(attempts: Attempts, enumeration: SuiteEnumeration): Promise<boolean> {
  const allowed = new Set(suitesOf(enumeration.version));
  const suites = usualSuites.filter((suite) => allowed.has(suite));
  const kinds = groupedBy(suites, secretOf);
  const ways: (readonly [manner: Manner, offered: readonly number[]])[] = [
    ['full', suites],
    ['bare', suites],
    ...(kinds.length < 2 ? [] : kinds.map((kind) => ['full', kind] as const)),
  ];
  for (const [manner, offered] of ways) {
    enumeration.manner = manner;
    const answer = await attempts.offer(enumeration.hello(offered), (suite) => enumeration.readOn(suite));
    if (answer.kind === 'accepted' && enumeration.choose(offered, answer) !== null) return true;
    if (answer.kind === 'unclear' && answer.silent && manner === 'bare') return false;
  }
  return false;
}

async function wayToRefuse(attempts: Attempts, suites: readonly SuiteEnumeration[]): Promise<Refusal> {
  const spoken = suites.find(({ accepted }) => accepted.size > 0);
  if (spoken === undefined) return 'alert';
  const answer = await attempts.offer(spoken.hello([reserved]));
  return answer.kind === 'unclear' && answer.alert === null ? 'hang-up' : 'alert';
}
