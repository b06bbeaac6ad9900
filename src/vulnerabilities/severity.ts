import { severities, type Severity } from '../domain/check.ts';
import type { CvssScore } from '../domain/vulnerability.ts';

/** Where nobody has scored a vulnerability yet. */
const UNSCORED: Severity = 'MEDIUM';
/** What is being exploited is at least this. */
const EXPLOITED: Severity = 'HIGH';

/**
 * How grave a vulnerability is here: as scored; one level up, and at least HIGH, when it is known to be exploited; and
 * then one level down when it may be corrected already, because a false alarm costs trust.
 */
export function severityOf(input: {
  readonly cvss: Pick<CvssScore, 'version' | 'score'> | null;
  readonly exploited: boolean;
  readonly potential: boolean;
}): Severity {
  const scored = input.cvss === null ? UNSCORED : ofScore(input.cvss);
  const exploited = input.exploited ? atLeast(shifted(scored, 1), EXPLOITED) : scored;
  return input.potential ? shifted(exploited, -1) : exploited;
}

/** The next level up or down; the ends stay. */
export function shifted(severity: Severity, by: 1 | -1): Severity {
  return severities[severities.indexOf(severity) + by] ?? severity;
}

/** The qualitative ratings of CVSS v3 and v4; v2 has no CRITICAL. */
function ofScore({ version, score }: Pick<CvssScore, 'version' | 'score'>): Severity {
  if (score >= 9 && version !== '2.0') return 'CRITICAL';
  if (score >= 7) return 'HIGH';
  if (score >= 4) return 'MEDIUM';
  return score > 0 ? 'LOW' : 'INFORMATIONAL';
}

function atLeast(severity: Severity, least: Severity): Severity {
  return severities.indexOf(severity) < severities.indexOf(least) ? least : severity;
}
