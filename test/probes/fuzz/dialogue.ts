import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What a server once said to a probe, in hexadecimal: the bytes that make fuzzing begin near what is valid. */
export interface Dialogue {
  readonly probe: string;
  /** The software that said it. */
  readonly server: string;
  /** The name under which the probe asked; null for none. */
  readonly name?: string | null;
  /** How long the server waits for the next message before it hangs up; for probes that wait on purpose. */
  readonly patienceMs?: number;
  /** In the order in which they were opened. */
  readonly connections: readonly (readonly Turn[])[];
}

export interface Turn {
  /** What the probe sent in one go; empty for what the server said unasked. */
  readonly sent: string;
  readonly received: string;
}

const file = path.join(import.meta.dirname, 'dialogues.json');

export function readDialogues(): Dialogue[] {
  return JSON.parse(readFileSync(file, 'utf8')) as Dialogue[];
}
