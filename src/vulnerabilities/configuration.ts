import type { Software } from '../domain/software.ts';
import type { Configuration, CpeMatch, MatchNode } from '../domain/vulnerability.ts';
import { every, some, type Answer } from './answer.ts';
import { contradicts, criterionOf, isCalled, ofVersion } from './criterion.ts';
import { compareVersions } from './version.ts';

/** That software is among what a vulnerability affects. */
export interface Hit {
  /** Whether the criteria leave nothing open; otherwise part of them is about what cannot be seen from outside. */
  readonly certain: boolean;
  /** The first version that is not affected any more, where the criteria name one. */
  readonly fixedIn: string | null;
}

/**
 * Whether a vulnerability affects a piece of software, by its configurations.
 *
 * @param others what else was seen at the same port, for criteria that name two products together.
 * @returns null when it does not, or when the software's version is not known.
 */
export function affects(
  configurations: readonly Configuration[],
  software: Software,
  others: readonly Software[] = [],
): Hit | null {
  if (software.version === null) return null;
  let best: Hit | null = null;
  for (const configuration of configurations) {
    const hits: CpeMatch[] = [];
    const answer = ofConfiguration(configuration, { software, others, hits });
    if ((answer !== 'certain' && answer !== 'possible') || hits.length === 0) continue;
    const found = { certain: answer === 'certain', fixedIn: firstFixed(hits) };
    if (found.certain) return found;
    best ??= found;
  }
  return best;
}

interface Context {
  readonly software: Software;
  readonly others: readonly Software[];
  /** Criteria about vulnerable software that the software in question has met. */
  readonly hits: CpeMatch[];
}

function ofConfiguration({ nodes, all, not }: Configuration, context: Context): Answer {
  const answers = nodes.map((node) => ofNode(node, context));
  return negated(all === true ? every(answers) : some(answers), not);
}

function ofNode({ matches, all, not }: MatchNode, context: Context): Answer {
  const answers = matches.map((match) => ofMatch(match, context));
  return negated(all === true ? every(answers) : some(answers), not);
}

function negated(answer: Answer, not: true | undefined): Answer {
  if (not === undefined || answer === 'unknown' || answer === 'possible') return answer;
  return answer === 'certain' ? 'no' : 'certain';
}

function ofMatch(match: CpeMatch, { software, others, hits }: Context): Answer {
  const criterion = criterionOf(match);
  if (criterion === null) return 'unknown';
  const { part, key, cpe } = criterion;
  if (contradicts(key, software.platform)) return 'no';
  if (isCalled(software, part, key)) {
    const answer = ofVersion(match, cpe, software);
    if (match.context === undefined && (answer === 'certain' || answer === 'possible')) hits.push(match);
    return answer;
  }
  const other = others.find((one) => isCalled(one, part, key));
  return other === undefined ? 'unknown' : ofVersion(match, cpe, other);
}

function firstFixed(hits: readonly CpeMatch[]): string | null {
  const fixed = hits.flatMap(({ before }) => (before === undefined ? [] : [before]));
  return fixed.toSorted(compareVersions)[0] ?? null;
}
