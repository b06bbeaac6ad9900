import path from 'node:path';
import type { Command } from 'commander';
import { PermanentError } from '../../domain/errors.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import type { CommandContext } from '../context.ts';
import { table } from '../output/table.ts';
import { paint } from '../terminal.ts';

export function sandboxCommand(program: Command, context: CommandContext): void {
  const { terminal, environment } = context;
  program
    .command('sandbox')
    .description('run a small AWS with a fleet of real servers on loopback, to try Picket against')
    .action(async () => {
      const sandbox = await openSandbox(path.resolve('.picket', 'sandbox'), environment.configDir);
      terminal.out(hostsTable(context, sandbox));
      const lines = Object.entries(sandbox.environment).map(([name, value]) => `export ${name}='${value}'`);
      terminal.out(
        `\n${paint(terminal, 'bold', 'In another terminal:')}\n\n${lines.join('\n')}\nnpm start\n\n`,
      );
      terminal.out(
        'And in a third one, with the same exports: npm run picket -- scan --all\nCtrl-C ends the sandbox.\n',
      );
      await new Promise<void>((resolve) => {
        process.once('SIGTERM', resolve);
        process.once('SIGINT', resolve);
      });
      await sandbox.close();
    });
}

/** Starts the sandbox, whose servers come from development dependencies that a production install leaves out. */
export async function openSandbox(directory: string, configDirectory: string): Promise<Sandbox> {
  try {
    const { startSandbox } = await import('../../sandbox/sandbox.ts');
    return await startSandbox({ directory, configDirectory });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new PermanentError(
      'sandbox-not-installed',
      { what: 'The sandbox is not installed', expected: 'an installation with "npm ci", without --omit=dev' },
      { cause: error },
    );
  }
}

function hostsTable({ terminal }: CommandContext, { fleet }: Sandbox): string {
  return table(
    terminal,
    [
      { title: 'HOST', value: ({ host }) => host.name },
      { title: 'ADDRESS', value: ({ host }) => host.address },
      { title: 'PORT', value: ({ port }) => String(port.port) },
      { title: 'WHAT RUNS THERE', value: ({ port }) => port.note, flexible: true },
    ],
    fleet.hosts.flatMap((host) => host.ports.map((port) => ({ host, port }))),
  );
}
