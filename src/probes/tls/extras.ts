import type { Attempts } from './attempts.ts';
import type { SuiteEnumeration } from './suite-enumeration.ts';
import { suiteName } from './suites.ts';
import { versionNumber } from './versions.ts';

/** Says that a client has tried a higher version and failed (RFC 7507). */
const fallbackSignal = 0x5600;

/** What a question that a server has to answer twice comes to when it does not. */
export type Unknown = 'unknown';

/**
 * Whose favourite decides in this version: seen from what was chosen out of what so far, and where that does not tell
 * by hellos in opposite orders. Null when there are not two suites to choose from.
 */
export async function preference(
  attempts: Attempts,
  enumeration: SuiteEnumeration,
): Promise<'server' | 'client' | Unknown | null> {
  const { accepted, choices } = enumeration;
  const inOrder = choices.map(({ offered, chosen }) => ({
    chosen,
    suites: offered.filter((suite) => accepted.has(suite)),
  }));
  if (inOrder.some(({ chosen, suites }) => chosen !== suites[0])) return 'server';
  // Some servers of firm preference still give ChaCha20 to clients that put it first.
  const told = inOrder
    .filter(({ chosen }) => isOfFirmPreference(chosen))
    .map(({ suites }) => suites.filter(isOfFirmPreference))
    .find(({ length }) => length > 1);
  const suites = told ?? [...accepted.keys()].filter(isOfFirmPreference);
  if (suites.length < 2) return null;
  for (const order of told === undefined ? [suites, suites.toReversed()] : [suites.toReversed()]) {
    const chosen = await choiceOf(attempts, enumeration, order);
    if (chosen === null) return 'unknown';
    if (chosen !== order[0]) return 'server';
  }
  return 'client';
}

function isOfFirmPreference(suite: number): boolean {
  return !suiteName(suite).includes('CHACHA20');
}

async function choiceOf(
  attempts: Attempts,
  enumeration: SuiteEnumeration,
  suites: readonly number[],
): Promise<number | null> {
  for (let times = 0; times < 2; times += 1) {
    const answer = await attempts.offer(enumeration.hello(suites));
    if (answer.kind === 'accepted' && suites.includes(answer.hello.suite)) return answer.hello.suite;
  }
  return null;
}

/**
 * Whether the server turns away a client that says it has come down from a higher version. TLS 1.3 is left out: it
 * guards against a downgrade by itself (RFC 8446, section 4.1.3), and many servers with it heed the signal no more.
 * Null when there are not two older versions to come down from one to the other.
 */
export async function fallbackRefused(
  attempts: Attempts,
  spoken: readonly SuiteEnumeration[],
): Promise<boolean | Unknown | null> {
  const [, lower] = spoken
    .filter(({ version }) => version !== 'TLSv1.3')
    .toSorted((left, right) => versionNumber(right.version) - versionNumber(left.version));
  if (lower === undefined) return null;
  const suites = [...lower.accepted.keys()];
  for (let times = 0; times < 2; times += 1) {
    const answer = await attempts.offer(lower.hello([...suites, fallbackSignal]));
    // Whatever alert it is: without the signal the same hello is accepted.
    if (answer.kind === 'refused' || (answer.kind === 'unclear' && answer.alert !== null)) return true;
    if (answer.kind === 'accepted') return false;
  }
  // Some hang up for a refusal, which is one if the signal makes the difference.
  const without = await attempts.offer(lower.hello(suites));
  return without.kind === 'accepted' ? true : 'unknown';
}
