import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { compareSeverity, severities } from '../../domain/check.ts';
import type { Severity } from '../../domain/check.ts';
import { PermanentError } from '../../domain/errors.ts';
import type { Operations } from '../../local-api/operations.ts';
import type { ScanRequest } from '../../queues/scan-request.ts';
import type { CommandContext } from '../context.ts';
import { followRun } from '../follow-run.ts';
import { findingsTable } from '../output/findings.ts';
import { createProgress } from '../output/progress.ts';
import { coverageTable, runSummary } from '../output/runs.ts';
import { collect, pages } from '../paging.ts';

interface ScanOptions {
  readonly all?: boolean;
  readonly instance?: string[];
  readonly endpoint?: string[];
  readonly tag?: string[];
  readonly profile?: string;
  readonly reason?: string;
  readonly failOn?: string;
  readonly json?: boolean;
  readonly wait: boolean;
}

export function scanCommand(program: Command, context: CommandContext): void {
  program
    .command('scan')
    .description('ask for a scan of discovered endpoints, follow it and print what it found')
    .option('--all', 'every discovered endpoint')
    .option('--instance <id...>', 'EC2 instances by id')
    .option('--endpoint <endpoint...>', 'endpoints by id or public address, as "picket endpoints" shows them')
    .option('--tag <key=value...>', 'instances with these tags')
    .option('--profile <id>', 'scan profile')
    .option('--reason <text>', 'why, for the record')
    .option(
      '--fail-on <severity>',
      'exit with 2 when a finding of this severity or a graver one is open, with 3 when not everything was scanned',
    )
    .option('--no-wait', 'only put the request on the queue')
    .option('--json', 'print the result as JSON')
    .action(async (options: ScanOptions) => {
      const failOn = options.failOn === undefined ? null : severityOf(options.failOn);
      const request = requestOf(options);
      const { operations, canScan, close } = await context.open();
      try {
        if (!canScan) {
          throw new PermanentError('no-service', {
            what: 'No service is running that could scan',
            where: context.environment.dataDir,
            expected: '"npm start" in another terminal',
          });
        }
        await scan(context, operations, request, { ...options, failOn });
      } finally {
        await close();
      }
    });
}

async function scan(
  context: CommandContext,
  operations: Operations,
  request: ScanRequest,
  options: { readonly wait: boolean; readonly json?: boolean; readonly failOn: Severity | null },
): Promise<void> {
  const { terminal } = context;
  const ids = await operations.requestScan(request);
  if (!options.wait) {
    terminal.out(options.json === true ? `${JSON.stringify(ids)}\n` : `${ids.runId}\n`);
    return;
  }
  const progress = createProgress(terminal);
  const summary = await followRun(operations, ids, { progress, terminal }).finally(() => progress.stop());
  const [findings, coverage] = await Promise.all([
    collect(
      pages(
        (page) => operations.findings({ ...page, runId: ids.runId, states: ['open', 'reopened'] }),
        ({ id }) => id,
      ),
    ),
    collect(
      pages(
        (page) => operations.coverage({ ...page, runId: ids.runId }),
        ({ endpointId }) => endpointId,
      ),
    ),
  ]);
  if (options.json === true) {
    terminal.out(`${JSON.stringify({ summary, findings, coverage }, null, 2)}\n`);
  } else {
    terminal.out(`${findingsTable(terminal, findings)}\n`);
    terminal.out(`${coverageTable(terminal, coverage)}\n`);
    terminal.out(runSummary(terminal, summary));
  }
  const { failOn } = options;
  if (failOn === null) return;
  if (findings.some(({ content }) => compareSeverity(content.severity, failOn) >= 0)) {
    context.exitCode(2);
  } else if (summary.status !== 'completed' || summary.coverage.scanned === 0) {
    terminal.err('Not everything was scanned, so this is no proof that there is no such finding.\n');
    context.exitCode(3);
  }
}

function requestOf(options: ScanOptions): ScanRequest {
  const { all, instance, endpoint, tag, profile, reason } = options;
  const some = instance !== undefined || endpoint !== undefined || tag !== undefined;
  if ((all === true) === some) {
    throw new PermanentError('usage', {
      what: 'What to scan is not clear',
      got: some ? '--all together with a narrower selection' : 'no selection',
      expected: '--all, or any of --instance, --endpoint and --tag',
    });
  }
  return {
    version: 1,
    requestedBy: `cli:${userInfo().username}`.slice(0, 128),
    ...(reason === undefined ? {} : { reason }),
    ...(profile === undefined ? {} : { profile }),
    select: all === true ? { all } : { instances: instance, endpoints: endpoint, tags: tagsOf(tag) },
  };
}

export function tagsOf(tags: readonly string[] | undefined): Record<string, string> | undefined {
  if (tags === undefined) return undefined;
  const chosen = new Map<string, string>();
  for (const tag of tags) {
    const at = tag.indexOf('=');
    const key = tag.slice(0, at);
    if (at < 1) throw badTag('A tag cannot be read', tag, 'key=value');
    if (chosen.has(key))
      throw badTag('A tag is given twice', tag, 'each key once: an instance has one value for it');
    chosen.set(key, tag.slice(at + 1));
  }
  return Object.fromEntries(chosen);
}

function badTag(what: string, got: string, expected: string): PermanentError {
  return new PermanentError('usage', { what, where: '--tag', got, expected });
}

export function severityOf(text: string): Severity {
  const severity = severities.find((known) => known === text.toUpperCase());
  if (severity !== undefined) return severity;
  throw new PermanentError('usage', {
    what: 'There is no such severity',
    got: text,
    expected: `one of ${severities.join(', ').toLowerCase()}`,
  });
}
