import type { Finding } from '../domain/finding.ts';
import { limits, ownPrefix } from './limits.ts';
import { factText, safeText } from './secrets.ts';
import { textOrNothing } from './text.ts';

/**
 * The finding's particulars as product fields, under our own prefix. Only what changes with a revision is in here: a
 * number that moves with every run would be stale in Security Hub, since unchanged findings are not sent again.
 */
export function productFields(finding: Finding): Record<string, string> {
  const { content } = finding;
  const { endpoint, reachability } = content;
  const own: readonly (readonly [string, string | null])[] = [
    ['findingId', finding.id],
    ['revision', String(finding.revision)],
    ['state', finding.state],
    ['resolution', finding.resolution === null ? null : safeText(finding.resolution)],
    ['resolvedAt', finding.resolvedAt],
    ['endpointId', finding.endpointId],
    ['address', endpoint.address],
    ['privateAddress', endpoint.privateAddress],
    ['networkInterfaceId', endpoint.networkInterfaceId],
    ['transport', finding.transport],
    ['port', String(finding.port)],
    ['probe', content.probe],
    ['checkId', finding.checkId],
    ['discriminator', safeText(finding.discriminator)],
    ['rationale', content.rationale],
    ['reachability', reachability.verdict],
    ['reachabilityReason', safeText(reachability.reason)],
    ['securityGroupId', reachability.rule?.securityGroupId ?? null],
    ['securityGroupRuleId', reachability.rule?.securityGroupRuleId ?? null],
    ['securityGroupRuleSource', reachability.rule?.source ?? null],
    ['securityGroupRulePorts', reachability.rule === null ? null : portRange(reachability.rule)],
  ];
  const evidence = Object.entries(content.evidence)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [`evidence/${name}`, factText(name, value)] as const);
  const fields: Record<string, string> = {};
  let left: number = limits.productFields;
  for (const [name, value] of [...own, ...evidence]) {
    const key = `${ownPrefix}${name}`.replaceAll(/[^A-Za-z0-9 ._/-]/gu, '_');
    const text = textOrNothing(value, limits.productFieldValue);
    if (text !== undefined && left > 0 && key.length <= limits.productFieldKey) {
      fields[key] = text;
      left -= 1;
    }
  }
  return fields;
}

/** `22`, or `0-65535`. */
export function portRange(rule: { readonly fromPort: number; readonly toPort: number }): string {
  return rule.fromPort === rule.toPort ? String(rule.fromPort) : `${rule.fromPort}-${rule.toPort}`;
}
