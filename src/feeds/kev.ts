import type { Exploitation } from '../domain/vulnerability.ts';
import { CVE, dayOf, fieldsOf, textOf } from './reading.ts';

// CISA's Known Exploited Vulnerabilities catalogue in JSON: a list `vulnerabilities`, and beside it `count`,
// `catalogVersion` and `dateReleased`.

/** One entry of the catalogue; null for what is none. */
export function readExploitation(entry: unknown): Exploitation | null {
  const { cveID, vulnerabilityName, dateAdded, dueDate, knownRansomwareCampaignUse } = fieldsOf(entry);
  const cve = textOf(cveID, 32);
  const addedOn = dayOf(dateAdded);
  if (cve === null || !CVE.test(cve) || addedOn === null) return null;
  return {
    cve,
    name: textOf(vulnerabilityName, 512) ?? cve,
    addedOn,
    dueOn: dayOf(dueDate),
    ransomware: knownRansomwareCampaignUse === 'Known',
  };
}
