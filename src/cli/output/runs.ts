import { coverageOutcomes } from '../../domain/run.ts';
import type { CoverageEntry, CoverageOutcome, Run, RunSummary } from '../../domain/run.ts';
import { paint } from '../terminal.ts';
import type { Colour, Terminal } from '../terminal.ts';
import { table } from './table.ts';

const colours: Readonly<Partial<Record<CoverageOutcome, Colour>>> = {
  scanned: 'green',
  incomplete: 'yellow',
  'not-authorised': 'yellow',
  excluded: 'gray',
  moved: 'yellow',
  'not-covered': 'red',
  failed: 'red',
};

export function coverageTable(terminal: Terminal, entries: readonly CoverageEntry[]): string {
  if (entries.length === 0) return 'No endpoints.\n';
  return table(
    terminal,
    [
      { title: 'ENDPOINT', value: ({ address }) => address },
      {
        title: 'OUTCOME',
        value: ({ outcome }) => outcome,
        paint: ({ outcome }, text) => paint(terminal, colours[outcome] ?? 'gray', text),
      },
      { title: 'PORTS', value: ({ portsOpen, portsPlanned }) => `${portsOpen} open of ${portsPlanned}` },
      { title: 'REASON', value: ({ reason }) => reason ?? '', flexible: true },
    ],
    entries.toSorted((left, right) => left.address.localeCompare(right.address, 'en', { numeric: true })),
  );
}

export function runsTable(terminal: Terminal, runs: readonly Run[]): string {
  if (runs.length === 0) return 'No runs yet.\n';
  return table(
    terminal,
    [
      { title: 'RUN', value: ({ id }) => id },
      { title: 'STATUS', value: ({ status }) => status },
      { title: 'TRIGGER', value: ({ trigger }) => trigger },
      { title: 'CREATED', value: ({ createdAt }) => createdAt },
      { title: 'TOOK', value: (run) => duration(run) },
      {
        title: 'BY',
        value: ({ requestedBy, reason }) => (reason === null ? requestedBy : `${requestedBy}: ${reason}`),
      },
      { title: 'PROBLEMS', value: ({ problems }) => problems.join(' '), flexible: true },
    ],
    runs,
  );
}

/** A run in a few lines: what it covered, what it changed, what went wrong. */
export function runSummary(
  terminal: Terminal,
  { runId, status, coverage, flickers, findings, problems }: RunSummary,
): string {
  const covered = coverageOutcomes
    .filter((outcome) => coverage[outcome] > 0)
    .map((outcome) => `${coverage[outcome]} ${outcome}`)
    .join(', ');
  const good = status === 'completed';
  return [
    `Run ${runId}: ${paint(terminal, good ? 'green' : 'yellow', status)}`,
    `  endpoints: ${covered === '' ? 'none' : covered}`,
    `  findings:  ${findings.opened} opened, ${findings.reopened} reopened, ${findings.resolved} resolved; ${findings.open} open`,
    ...(flickers === 0
      ? []
      : [
          `  flickers:  ${flickers} ports accepted one connection and not the next; nothing is concluded from them`,
        ]),
    ...problems.map((problem) => `  problem:   ${problem}`),
    '',
  ].join('\n');
}

function duration({ startedAt, createdAt, finishedAt }: Run): string {
  if (finishedAt === null) return '';
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt ?? createdAt)) / 1000;
  return `${seconds.toFixed(1)} s`;
}
