import { createAws } from '../aws/clients.ts';
import { sandboxCredentials } from '../sandbox/aws/credentials.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { compareSeverity } from '../domain/check.ts';
import { PermanentError, RetryableError } from '../domain/errors.ts';
import type { Finding } from '../domain/finding.ts';
import type { RunSummary } from '../domain/run.ts';
import type { Operations } from '../local-api/operations.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { readFindings } from '../securityhub/read-back.ts';
import type { HeldFinding } from '../securityhub/read-back.ts';
import type { CommandContext } from './context.ts';
import { followRun } from './follow-run.ts';
import { findingsTable } from './output/findings.ts';
import { createProgress } from './output/progress.ts';
import { coverageTable, runSummary } from './output/runs.ts';
import { table } from './output/table.ts';
import { collect, pages } from './paging.ts';
import { startServiceProcess } from './service-process.ts';
import { paint } from './terminal.ts';
import { openSandbox } from './commands/sandbox.ts';

/** The host that the demo mends between its second and its third run. */
const MENDED = 'portal';

/** Goes through the demo; what is opened goes on `closers`, the last first. */
export async function demo(
  context: CommandContext,
  directory: string,
  closers: (() => Promise<unknown>)[],
): Promise<void> {
  const { terminal } = context;
  const say = (text: string): void => terminal.out(`${paint(terminal, 'bold', text)}\n`);

  say('Starting the sandbox: a small AWS and a fleet of real servers, all on loopback');
  const sandbox = await openSandbox(directory, context.environment.configDir);
  closers.push(() => sandbox.close());
  if (sandbox.fleet.singleAddress) {
    terminal.out(
      'This system has no loopback address but 127.0.0.1, so the fleet is one endpoint with many ports.\n',
    );
  }
  say('Starting the service');
  const service = await startServiceProcess(sandbox.environment);
  closers.push(() => service.stop());
  const { operations } = service;

  say('\nFirst run: everything');
  const first = await scan(context, operations);
  const found = await openFindings(operations);
  terminal.out(`${findingsTable(terminal, found)}\n`);
  await showCoverage(context, operations, first);
  const sentFirst = importCalls(sandbox);

  say('\nSecond run: nothing has changed, so nothing is published');
  await scan(context, operations);
  const sentSecond = importCalls(sandbox) - sentFirst;
  terminal.out(`BatchImportFindings calls: ${sentFirst} in the first run, ${sentSecond} in the second.\n`);
  expect(sentSecond === 0, 'the second run published something although nothing had changed');

  const host = sandbox.fleet.hosts.find(({ name }) => name === MENDED);
  say(`\nThird run: ${MENDED} (${host?.address ?? 'unknown'}) gets a good certificate and current TLS`);
  const ports = new Set(host?.ports.map(({ port }) => port));
  await sandbox.fleet.mend(MENDED);
  await scan(context, operations);
  const left = new Set((await openFindings(operations)).map(({ id }) => id));
  const resolved = found.filter(({ id }) => !left.has(id));
  terminal.out(
    `${findingsTable(
      terminal,
      resolved.map((finding) => ({ ...finding, state: 'resolved' as const })),
    )}\n`,
  );
  expect(resolved.length > 0, 'mending a server resolved nothing');
  expect(
    resolved.every(({ content, port }) => content.endpoint.address === host?.address && ports.has(port)),
    'mending one server resolved findings at another',
  );

  say('What Security Hub holds, read back with GetFindings');
  const held = await readHub(sandbox);
  terminal.out(`${hubTable(context, held)}\n`);
  const archived = held.filter(({ RecordState }) => RecordState === 'ARCHIVED');
  expect(
    held.length === found.length,
    `Security Hub holds ${held.length} findings, the ledger ${found.length}`,
  );
  expect(
    archived.length === resolved.length,
    `Security Hub has ${archived.length} archived findings, ${resolved.length} are resolved`,
  );

  const { stranger } = sandbox.fleet;
  const contractor = sandbox.fleet.hosts.filter(({ purpose }) => purpose === 'leave-alone');
  terminal.out(
    `Connections that the stranger's address (${stranger.address}) saw: ${stranger.connections}\n`,
  );
  for (const { name, address, connections } of contractor) {
    terminal.out(`Connections that ${name} (${address}), which nobody authorised, saw: ${connections}\n`);
    expect(connections === 0, 'an endpoint without authorisation was connected to');
  }
  expect(stranger.connections === 0, "somebody else's address was connected to");

  const code = await service.stop();
  expect(code === 0, `the service ended with exit code ${String(code)}`);
  say('\nDone.');
}

async function scan(context: CommandContext, operations: Operations): Promise<RunSummary> {
  const { terminal } = context;
  const request = { version: 1, requestedBy: 'demo', select: { all: true } };
  const progress = createProgress(terminal);
  const ids = await operations.requestScan(request);
  const summary = await followRun(operations, ids, { progress, terminal }).finally(() => progress.stop());
  terminal.out(runSummary(terminal, summary));
  const started = performance.now();
  for (;;) {
    const { waiting, rejected } = await operations.publication({});
    expect(rejected === 0, `${rejected} findings were rejected`);
    if (waiting === 0) return summary;
    if (performance.now() - started > 15_000) {
      throw new RetryableError('demo-failed', {
        what: 'Publishing did not end',
        got: `${waiting} findings waiting`,
      });
    }
    await delay(100);
  }
}

function openFindings(operations: Operations): Promise<Finding[]> {
  return collect(
    pages(
      (page) => operations.findings({ ...page, states: ['open', 'reopened'] }),
      ({ id }) => id,
    ),
  );
}

async function showCoverage(
  { terminal }: CommandContext,
  operations: Operations,
  { runId }: RunSummary,
): Promise<void> {
  const coverage = await collect(
    pages(
      (page) => operations.coverage({ ...page, runId }),
      ({ endpointId }) => endpointId,
    ),
  );
  terminal.out(coverageTable(terminal, coverage));
}

function importCalls({ aws }: Sandbox): number {
  return aws.calls.of({ action: 'BatchImportFindings' }).length;
}

async function readHub(sandbox: Sandbox): Promise<HeldFinding[]> {
  const aws = createAws({ endpoint: sandbox.aws.url, credentials: sandboxCredentials });
  try {
    const held: HeldFinding[] = [];
    for (const region of sandbox.regions) {
      const destination = { accountId: sandbox.accountId, region };
      for await (const finding of readFindings(aws.securityHub(region), { destination, partition: 'aws' })) {
        held.push(finding);
      }
    }
    return held;
  } finally {
    aws.close();
  }
}

/** What leadership would see first: how many of what severity, and what is still there. */
function hubTable({ terminal }: CommandContext, held: readonly HeldFinding[]): string {
  const groups = new Map<string, HeldFinding[]>();
  for (const finding of held) {
    const key = [finding.Region, finding.RecordState, finding.Severity?.Label].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return table(
    terminal,
    [
      { title: 'REGION', value: ([first]) => first?.Region ?? '' },
      { title: 'RECORD STATE', value: ([first]) => first?.RecordState ?? '' },
      { title: 'SEVERITY', value: ([first]) => first?.Severity?.Label ?? '' },
      { title: 'FINDINGS', value: (group) => String(group.length) },
      { title: 'FOR EXAMPLE', value: ([first]) => first?.Title ?? '', flexible: true },
    ],
    [...groups.values()].toSorted(
      ([left], [right]) =>
        (left?.Region ?? '').localeCompare(right?.Region ?? '') ||
        (left?.RecordState ?? '').localeCompare(right?.RecordState ?? '') ||
        compareSeverity(right?.Severity?.Label ?? 'INFORMATIONAL', left?.Severity?.Label ?? 'INFORMATIONAL'),
    ),
  );
}

function expect(holds: boolean, problem: string): void {
  if (!holds) throw new PermanentError('demo-failed', { what: `The demo failed: ${problem}` });
}
