import { cvssVersions, type CvssScore } from '../domain/vulnerability.ts';

/** A score as a database lists it; a primary one is the database's own, a secondary one somebody else's. */
export interface ListedScore extends CvssScore {
  readonly primary: boolean;
}

/** The score to go by: of the newest version of CVSS, and of those the primary one. Null when there is none. */
export function chooseScore(scores: readonly ListedScore[]): CvssScore | null {
  const [best] = scores.toSorted(
    (left, right) =>
      cvssVersions.indexOf(left.version) - cvssVersions.indexOf(right.version) ||
      Number(right.primary) - Number(left.primary),
  );
  if (best === undefined) return null;
  const { primary: _, ...score } = best;
  return score;
}
