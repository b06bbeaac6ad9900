/** Runs the benchmark that the command line names, in this process. */
import { benchMemory } from './memory.ts';
import { benchScan } from './scan.ts';

/** Prints one result as a line of JSON. */
export type Report = (result: Readonly<Record<string, unknown>>) => void;

const benches: Readonly<Record<string, (report: Report, signal: AbortSignal) => Promise<void>>> = {
  scan: benchScan,
  memory: benchMemory,
};

const interrupted = new AbortController();
const interrupt = (): void => interrupted.abort(new Error('Interrupted.'));
// By name and not once: the second of a key press and its forwarding must not end the process while it cleans up.
process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
try {
  const bench = benches[process.argv[2] ?? ''];
  if (bench === undefined) throw new Error('Name a benchmark.');
  await bench((result) => console.log(JSON.stringify(result)), interrupted.signal);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
}
