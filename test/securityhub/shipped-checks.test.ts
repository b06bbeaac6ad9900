import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Check } from '../../src/domain/check.ts';
import { toAsff } from '../../src/securityhub/asff.ts';
import { validateAsff } from '../../src/securityhub/validate.ts';
import { aFinding } from './a-finding.ts';

const folder = new URL('../../config/checks/', import.meta.url);
const checks = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => parse(readFileSync(new URL(file, folder), 'utf8')) as Check);

describe('findings of the shipped checks', () => {
  it('has checks to look at', () => {
    expect(checks.length).toBeGreaterThan(20);
  });

  it.each(checks)('$id fits into the format with nothing cut off', (check) => {
    const {
      id: checkId,
      title,
      description,
      severity,
      rationale,
      category,
      remediation,
      requirements,
    } = check;
    const content = { title, description, severity, rationale, category, remediation, requirements };
    const finding = aFinding({
      checkId,
      content: { ...content, probe: check.probe, evidence: check.examples.fires[0] ?? {} },
    });
    const asff = toAsff(finding, { partition: 'aws' });
    expect(validateAsff(asff)).toEqual([]);
    expect(asff.Title).toContain(title.trim());
    expect(asff.Description).toContain(description.trim().replaceAll(/\s+/g, ' '));
    expect(asff.Remediation?.Recommendation?.Text).toContain(remediation.text.trim().replaceAll(/\s+/g, ' '));
    expect(asff.FindingProviderFields?.Severity).toEqual({ Label: severity, Original: rationale });
    expect(asff.FindingProviderFields?.Types).toEqual([category]);
    expect(asff.Compliance?.RelatedRequirements).toEqual(requirements);
  });
});
