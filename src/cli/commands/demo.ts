import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';

export function demoCommand(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description(
      'run the main job three times in the sandbox: scan, scan again, mend a server and scan once more',
    )
    .action(async () => {
      const directory = await mkdtemp(path.join(tmpdir(), 'picket-demo-'));
      const closers: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
      try {
        const { demo } = await import('../demo.ts');
        await demo(context, directory, closers);
      } finally {
        for (const close of closers.reverse()) await close();
      }
    });
}
