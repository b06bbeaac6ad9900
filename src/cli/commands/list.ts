import type { Command } from 'commander';
import { compareSeverity, severities } from '../../domain/check.ts';
import type { Endpoint } from '../../domain/endpoint.ts';
import { PermanentError } from '../../domain/errors.ts';
import { findingStates } from '../../domain/finding.ts';
import type { FindingState } from '../../domain/finding.ts';
import type { Operations } from '../../local-api/operations.ts';
import type { CommandContext } from '../context.ts';
import { findingsTable } from '../output/findings.ts';
import { coverageTable, runSummary, runsTable } from '../output/runs.ts';
import { table } from '../output/table.ts';
import { collect, pages, writeJson } from '../paging.ts';
import { severityOf, tagsOf } from './scan.ts';

/** The commands that only read the ledger. */
export function listCommands(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const withOperations = async (work: (operations: Operations) => Promise<void>): Promise<void> => {
    const { operations, close } = await context.open();
    try {
      await work(operations);
    } finally {
      await close();
    }
  };

  program
    .command('endpoints')
    .description('list the endpoints that discovery has found')
    .option('--instance <id...>', 'only of these instances')
    .option('--tag <key=value...>', 'only of instances with these tags')
    .option('--json', 'print JSON')
    .action((options: { instance?: string[]; tag?: string[]; json?: boolean }) => {
      const selection = { instances: options.instance, tags: tagsOf(options.tag) };
      return withOperations(async (operations) => {
        const source = pages(
          (page) => operations.endpoints({ ...page, selection }),
          ({ id }) => id,
        );
        if (options.json === true) await writeJson(terminal, source);
        else terminal.out(endpointsTable(context, await collect(source)));
      });
    });

  program
    .command('runs')
    .description('list runs, the newest first')
    .option('--limit <n>', 'how many', '20')
    .option('--json', 'print JSON')
    .action((options: { limit: string; json?: boolean }) => {
      const limit = countOf(options.limit);
      return withOperations(async (operations) => {
        const runs = await operations.runs({ limit, before: null });
        terminal.out(options.json === true ? json(runs) : runsTable(terminal, runs));
      });
    });

  program
    .command('run <id>')
    .description('show one run: its outcome for every endpoint, and what it changed')
    .option('--json', 'print JSON')
    .action((id: string, options: { json?: boolean }) =>
      withOperations(async (operations) => {
        const { run, summary } = await operations.run({ id });
        const coverage = await collect(
          pages(
            (page) => operations.coverage({ ...page, runId: run.id }),
            ({ endpointId }) => endpointId,
          ),
        );
        if (options.json === true) terminal.out(json({ run, summary, coverage }));
        else terminal.out(`${coverageTable(terminal, coverage)}\n${runSummary(terminal, summary)}`);
      }),
    );

  program
    .command('findings')
    .description('list findings, by default those that are open')
    .option('--state <state...>', `any of ${findingStates.join(', ')}`, ['open', 'reopened', 'accepted'])
    .option('--severity <severity>', 'this severity and graver ones')
    .option('--run <id>', 'at the endpoints of this run')
    .option('--json', 'print JSON')
    .action((options: { state: string[]; severity?: string; run?: string; json?: boolean }) => {
      const states = options.state.map(stateOf);
      const least = options.severity === undefined ? null : severityOf(options.severity);
      return withOperations(async (operations) => {
        const run = options.run === undefined ? null : (await operations.run({ id: options.run })).run;
        const source = pages(
          (page) =>
            operations.findings({
              ...page,
              states,
              ...(least === null
                ? {}
                : { severities: severities.filter((severity) => compareSeverity(severity, least) >= 0) }),
              ...(run === null ? {} : { runId: run.id }),
            }),
          ({ id }) => id,
        );
        if (options.json === true) await writeJson(terminal, source);
        else terminal.out(findingsTable(terminal, await collect(source)));
      });
    });
}

function endpointsTable({ terminal }: CommandContext, endpoints: readonly Endpoint[]): string {
  if (endpoints.length === 0)
    return 'No endpoints. Discovery is the first step of every run; "picket runs" lists them.\n';
  return table(
    terminal,
    [
      { title: 'ADDRESS', value: ({ address }) => address },
      { title: 'REGION', value: ({ region }) => region },
      { title: 'INSTANCE', value: ({ instanceId }) => instanceId ?? '-' },
      { title: 'STATE', value: ({ instanceState }) => instanceState ?? '-' },
      { title: 'NAME', value: ({ tags }) => tags['Name'] ?? '' },
      { title: 'LET IN FROM THE INTERNET', value: ({ exposure }) => exposureText(exposure), flexible: true },
      { title: 'ID', value: ({ id }) => id },
    ],
    endpoints,
  );
}

function exposureText(exposure: Endpoint['exposure']): string {
  if (exposure.state === 'unknown') return `unknown: ${exposure.reason}`;
  if (exposure.internetGatewayId === null) return 'nothing: no route from an internet gateway';
  const ports = exposure.rules.map(({ transport, fromPort, toPort, source }) => {
    const range = fromPort === toPort ? String(fromPort) : `${fromPort}-${toPort}`;
    return `${range}/${transport}${source === '0.0.0.0/0' || source === '::/0' ? '' : ` from ${source}`}`;
  });
  return ports.length === 0 ? 'nothing' : [...new Set(ports)].join(', ');
}

function stateOf(text: string): FindingState {
  const state = findingStates.find((known) => known === text.toLowerCase());
  if (state !== undefined) return state;
  throw new PermanentError('usage', {
    what: 'There is no such state of a finding',
    got: text,
    expected: `one of ${findingStates.join(', ')}`,
  });
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0 && count <= 1000) return count;
  throw new PermanentError('usage', {
    what: 'The number of lines cannot be used',
    where: '--limit',
    got: text,
    expected: 'a whole number from 1 to 1000',
  });
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
