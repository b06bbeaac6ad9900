import { SingleBar } from 'cli-progress';
import type { Terminal } from '../terminal.ts';

/** Shows how far something has come: a bar on a terminal, a line at every change elsewhere. */
export interface Progress {
  update(done: number, total: number, phase: string): void;
  stop(): void;
}

export function createProgress(terminal: Terminal): Progress {
  return terminal.interactive ? bar() : lines(terminal);
}

function bar(): Progress {
  const single = new SingleBar({
    format: '{bar} {value}/{total} endpoints  {phase}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  });
  single.start(1, 0, { phase: 'waiting' });
  return {
    update(done, total, phase) {
      single.setTotal(Math.max(1, total));
      single.update(done, { phase });
    },
    stop: () => single.stop(),
  };
}

function lines(terminal: Terminal): Progress {
  let last = '';
  return {
    update(done, total, phase) {
      const line = total === 0 ? phase : `${phase}: ${done} of ${total} endpoints`;
      if (line !== last) terminal.err(`${line}\n`);
      last = line;
    },
    stop: () => undefined,
  };
}
