/** The lowest normalised score of each label, gravest first. */
const BANDS = [
  ['CRITICAL', 90],
  ['HIGH', 70],
  ['MEDIUM', 40],
  ['LOW', 1],
  ['INFORMATIONAL', 0],
] as const;

/** Fills in whichever of label and normalised score is missing, as the service does. */
export function completeSeverity(severity: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { Label: label, Normalized: normalized } = severity;
  if (typeof label === 'string') {
    const band = BANDS.find(([name]) => name === label);
    return { ...severity, Normalized: band?.[1] ?? 0 };
  }
  const band = BANDS.find(([, lowest]) => typeof normalized === 'number' && normalized >= lowest);
  return { ...severity, Label: band?.[0] ?? 'INFORMATIONAL' };
}
