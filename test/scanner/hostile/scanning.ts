import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import type { FactValue, ObservationStatus } from '../../../src/domain/observation.ts';
import { hostileProfile } from './profile.ts';
import type { Order, Report } from './scan-child.ts';

/** Megabytes that a scan may take at its worst; without bounds a second takes many times as much. */
export const memoryLimit = { residentMb: 160, heldMb: 96 };
/** What a busy machine may add to a deadline. */
const slackMs = 6_000;

/** States of ports, and `http-proxy`: it runs behind `http` alone, to which hanging up on it is an answer. */
const alwaysMay = ['tcp', 'udp', 'http-proxy'];

export interface Expectation {
  /** Probes that may find their protocol here, beside those that always may. */
  readonly mayAnswer?: readonly string[];
  /** What the observations of some probes must say. */
  readonly says?: Readonly<
    Record<string, readonly [status: ObservationStatus | readonly ObservationStatus[], detail: RegExp]>
  >;
}

/** Starts the process that scans, once for all tests of a file. */
export function useScanner(): (order: Partial<Order> & { port: number }) => Promise<Report> {
  let child: ChildProcess;
  beforeAll(async () => {
    child = fork(fileURLToPath(new URL('./scan-child.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx', '--expose-gc'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    await once(child, 'message');
  });
  afterAll(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'close');
  });
  return async (order) => {
    const full: Order = {
      how: 'every-probe',
      transport: 'tcp',
      layer: 'plain',
      probes: [],
      deadlineMs: hostileProfile.probeDeadlineMs,
      ...order,
    };
    const over = new AbortController();
    const died = once(child, 'close', { signal: over.signal }).then(([code, signal]) => {
      throw new Error(`the scanning process ended: ${code ?? signal}`);
    });
    const answered = once(child, 'message', { signal: over.signal });
    child.send(full);
    const [report] = (await Promise.race([answered, died])) as [Report | { error: string }];
    for (const waiting of [answered, died]) waiting.catch(() => {});
    over.abort();
    if ('error' in report) throw new Error(report.error);
    return report;
  };
}

/** What is not as it must be after every scan, whatever the peer does. */
export function problemsIn(report: Report, { mayAnswer = [], says = {} }: Expectation = {}): string[] {
  const { observations, memory, deadlineMs } = report;
  if (process.env['SHOW_HOSTILE'] !== undefined) console.log(summaryOf(report));
  const problems: string[] = [];
  for (const seen of observations) {
    const { probe, status, detail, facts, durationMs } = seen;
    const complain = (what: string): void =>
      void problems.push(`${probe} (${status}, ${detail ?? ''}) ${what}`);
    const answered = status === 'answered';
    if (status === 'failed') complain('is a defect of ours');
    if (answered && ![...alwaysMay, ...mayAnswer].includes(probe)) complain('has nothing to find here');
    if (durationMs > deadlineMs + slackMs) complain(`took ${durationMs} ms`);
    if (answered !== (facts !== null) || answered !== (detail === null) || detail === '') {
      complain('must have either facts or a sentence');
    }
    if (hasHidden(detail) || hasHidden(facts as FactValue)) complain('lets through what is not visible');
  }
  for (const [probe, [status, detail]] of Object.entries(says)) {
    const seen = observations.find((one) => one.probe === probe);
    if (seen !== undefined && [status].flat().includes(seen.status) && detail.test(seen.detail ?? ''))
      continue;
    problems.push(
      `${probe} is ${seen?.status ?? 'not seen'}, ${seen?.detail ?? ''}: not ${String(status)}, ${detail.source}`,
    );
  }
  if (memory.residentMb > memoryLimit.residentMb || memory.heldMb > memoryLimit.heldMb) {
    problems.push(`it took ${JSON.stringify(memory)}`);
  }
  return problems;
}

/** Whether something in it could move a cursor, end a line, turn the text around or be unfit for a database. */
function hasHidden(value: FactValue): boolean {
  if (typeof value === 'string') return /[\p{C}\p{Zl}\p{Zp}]/u.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasHidden);
}

/** What a report says, for a failing test and for who writes one: the probes by what they ended with. */
export function summaryOf({ observations, elapsedMs, memory }: Report): string {
  const probes = new Map<string, string[]>();
  for (const { probe, status, detail, facts } of observations) {
    const said = `${status}: ${detail ?? JSON.stringify(facts)}`.slice(0, 400);
    probes.set(said, [...(probes.get(said) ?? []), probe]);
  }
  const lines = [...probes].map(([said, ids]) => `  ${said} <- ${ids.join(' ')}`);
  return [`${elapsedMs} ms, ${JSON.stringify(memory)}`, ...lines].join('\n');
}
