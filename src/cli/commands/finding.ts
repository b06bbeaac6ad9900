import type { Command } from 'commander';
import type { Finding } from '../../domain/finding.ts';
import type { FactValue } from '../../domain/observation.ts';
import type { CommandContext } from '../context.ts';
import { printable } from '../terminal.ts';

export function findingCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('finding <id>')
    .description('show one finding in full: what was seen, what lets the internet in, what to do')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: boolean }) => {
      const { operations, close } = await context.open();
      try {
        const finding = await operations.finding({ id });
        terminal.out(options.json === true ? `${JSON.stringify(finding, null, 2)}\n` : describe(finding));
      } finally {
        await close();
      }
    });
}

function describe(finding: Finding): string {
  const { content } = finding;
  const { endpoint } = content;
  const lines: [string, string][] = [
    ['finding', finding.id],
    ['title', content.title],
    ['severity', `${content.severity} (${content.rationale})`],
    ['state', finding.resolution === null ? finding.state : `${finding.state}: ${finding.resolution}`],
    ['where', `${endpoint.address}, ${finding.transport} port ${finding.port}`],
    ['instance', `${endpoint.instanceId ?? 'none'} ${endpoint.tags['Name'] ?? ''}`.trim()],
    ['account, Region', `${finding.accountId}, ${finding.region}`],
    ['endpoint', finding.endpointId],
    ['let in', `${content.reachability.verdict}: ${content.reachability.reason}`],
    ['check', finding.checkId],
    ['what it means', content.description],
    ['what to do', [content.remediation.text, content.remediation.url ?? ''].join(' ').trim()],
    ['supports', content.requirements.join(', ')],
    ...Object.entries(content.evidence).map(([name, value]): [string, string] => [
      `evidence ${name}`,
      shown(value),
    ]),
    [
      'seen',
      `${finding.timesSeen === 1 ? 'once' : `${finding.timesSeen} times`}, first ${finding.firstSeenAt}, last ${finding.lastSeenAt}`,
    ],
    [
      'Security Hub',
      finding.publishedRevision >= finding.revision
        ? `has it as it is now (revision ${finding.revision})`
        : `has revision ${finding.publishedRevision}, the newest is ${finding.revision}`,
    ],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return `${lines.map(([name, value]) => `${printable(name).padEnd(width)}  ${printable(value)}`).join('\n')}\n`;
}

function shown(value: FactValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
