import type { Finding } from '../domain/finding.ts';
import { portRange } from './asff-fields.ts';
import { limits } from './limits.ts';
import { factText, safeText } from './secrets.ts';
import { cleanText, clip } from './text.ts';

/** How much of the description is kept for the evidence when everything together is too long. */
const EVIDENCE_SHARE = 200;
const SENTENCE = 320;

/** What is wrong, how the internet gets there, what was seen, and why it was resolved if it was. */
export function asffDescription(finding: Finding): string {
  const { content } = finding;
  const fixed = [
    finding.state === 'resolved' ? `Resolved: ${sentence(finding.resolution ?? 'found good')}` : '',
    finding.state === 'accepted' ? 'Accepted as a risk; the weakness is still there.' : '',
    reachabilitySentence(finding),
  ].filter((text) => text !== '');
  const evidence = evidenceSentence(finding);
  const rest = limits.description - fixed.join(' ').length - 2;
  const lead = clip(cleanText(content.description), rest - Math.min(evidence.length, EVIDENCE_SHARE));
  const head = [lead, ...fixed].filter((text) => text !== '').join(' ');
  return clip(`${head} ${evidence}`.trim(), limits.description);
}

/** The check's advice and, when there is room, the smallest change to a security group that closes the port. */
export function asffRecommendation(finding: Finding): { Text: string; Url?: string } {
  const { remediation } = finding.content;
  const advice = cleanText(remediation.text);
  const full = [advice, closingSentence(finding)].filter((text) => text !== '').join(' ');
  const text = full.length <= limits.recommendation ? full : clip(advice, limits.recommendation);
  const url = remediation.url;
  return {
    Text: text === '' ? 'Close the port, or correct the service behind it.' : text,
    ...(url === undefined || url.length > limits.url ? {} : { Url: url }),
  };
}

function reachabilitySentence({ port, transport, content }: Finding): string {
  const { reachability, endpoint } = content;
  const where = `${transport.toUpperCase()} port ${port} of ${endpoint.address}`;
  const { rule } = reachability;
  if (rule !== null) {
    const who = reachability.verdict === 'restricted' ? rule.source : `the whole internet (${rule.source})`;
    return (
      `Security-group rule ${rule.securityGroupRuleId} of ${rule.securityGroupId} lets ${who} in to ${where}` +
      `${rule.fromPort === rule.toPort ? '' : `, with all of ${portRange(rule)}`}.`
    );
  }
  const reason = clip(safeText(reachability.reason), SENTENCE);
  return reachability.verdict === 'blocked'
    ? `${where} answered although the VPC's configuration does not let the internet in: ${sentence(reason)}`
    : `How the VPC's configuration exposes ${where} is not known: ${sentence(reason)}`;
}

function closingSentence({ port, content, state }: Finding): string {
  const { rule } = content.reachability;
  if (rule === null || state === 'resolved') {
    return '';
  }
  const name = `security-group rule ${rule.securityGroupRuleId} of ${rule.securityGroupId}`;
  return rule.fromPort === rule.toPort
    ? `Smallest change that closes the port: remove ${name}.`
    : `Smallest change that closes the port: narrow ${name} (ports ${portRange(rule)}) so that it leaves out ${port}.`;
}

function evidenceSentence({ content }: Finding): string {
  const facts = Object.entries(content.evidence)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${cleanText(name)} = ${clip(factText(name, value), 160)}`);
  return facts.length === 0 ? '' : `Evidence: ${facts.join('; ')}.`;
}

function sentence(text: string): string {
  const clean = clip(safeText(text), SENTENCE);
  return /[.!?…]$/u.test(clean) ? clean : `${clean}.`;
}
