import { compareSeverity } from '../../domain/check.ts';
import type { Severity } from '../../domain/check.ts';
import type { Finding } from '../../domain/finding.ts';
import { paint } from '../terminal.ts';
import type { Colour, Terminal } from '../terminal.ts';
import { table } from './table.ts';

const colours: Readonly<Record<Severity, Colour>> = {
  CRITICAL: 'magenta',
  HIGH: 'red',
  MEDIUM: 'yellow',
  LOW: 'cyan',
  INFORMATIONAL: 'gray',
};

/** The gravest first; within a severity by address and port. */
function sortFindings(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (left, right) =>
      compareSeverity(right.content.severity, left.content.severity) ||
      left.content.endpoint.address.localeCompare(right.content.endpoint.address, 'en', { numeric: true }) ||
      left.port - right.port ||
      left.checkId.localeCompare(right.checkId),
  );
}

export function findingsTable(terminal: Terminal, findings: readonly Finding[]): string {
  if (findings.length === 0) return 'No findings.\n';
  return table(
    terminal,
    [
      {
        title: 'SEVERITY',
        value: ({ content }) => content.severity,
        paint: ({ content }, text) => paint(terminal, colours[content.severity], text),
      },
      { title: 'ENDPOINT', value: ({ content }) => content.endpoint.address },
      {
        title: 'INSTANCE',
        value: ({ content }) => content.endpoint.tags['Name'] ?? content.endpoint.instanceId ?? '',
      },
      { title: 'PORT', value: ({ port, transport }) => `${port}/${transport}` },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'TITLE', value: ({ content }) => content.title, flexible: true },
      { title: 'CHECK', value: ({ checkId }) => checkId },
      { title: 'ID', value: ({ id }) => id.slice(0, 8), paint: (_, text) => paint(terminal, 'gray', text) },
    ],
    sortFindings(findings),
  );
}
