import { findingShape } from './asff-shape.ts';
import { checkShape, isObject } from './check-shape.ts';

const LARGEST_FINDING_BYTES = 240 * 1024;

/**
 * What is wrong with one finding of an import, as the service puts it, or null.
 *
 * @param bytes size of the finding's JSON in UTF-8.
 */
export function complaintAbout(finding: unknown, bytes: number): string | null {
  if (bytes > LARGEST_FINDING_BYTES) {
    return `Finding size of ${bytes} bytes exceeds the maximum of ${LARGEST_FINDING_BYTES} bytes.`;
  }
  const complaint =
    checkShape(finding, findingShape(), 'data') ?? (isObject(finding) ? relations(finding) : null);
  return complaint === null ? null : `Finding does not adhere to Amazon Finding Format. ${complaint}.`;
}

/** Rules that tie members to each other. */
function relations(finding: Record<string, unknown>): string | null {
  const provider = isObject(finding['FindingProviderFields']) ? finding['FindingProviderFields'] : null;
  for (const name of ['Severity', 'Types']) {
    if (present(finding[name]) || present(provider?.[name])) continue;
    const lacking =
      provider === null
        ? `data should have required property 'FindingProviderFields'`
        : `data.FindingProviderFields should have required property '${name}'`;
    return `${lacking}, data should match some schema in anyOf`;
  }
  for (const [path, holder] of [
    ['data', finding],
    ['data.FindingProviderFields', provider],
  ] as const) {
    const severity = holder?.['Severity'];
    // The model of FindingProviderFields has no Normalized; at the top level either of the two will do.
    if (isObject(severity) && !present(severity['Label']) && !present(severity['Normalized'])) {
      return `${path}.Severity should have required property 'Label'`;
    }
  }
  if (finding['GeneratorId'] === finding['Id']) return 'data.GeneratorId should NOT be equal to data.Id';
  return null;
}

function present(value: unknown): boolean {
  return value !== undefined && value !== null && (!Array.isArray(value) || value.length > 0);
}
