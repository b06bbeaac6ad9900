#!/usr/bin/env node
import { Command } from 'commander';
import { PicketError } from '../domain/errors.ts';
import { readEnvironment } from '../settings/environment.ts';
import { quietSdk } from '../settings/quiet-sdk.ts';
import { checksCommand } from './commands/checks.ts';
import { demoCommand } from './commands/demo.ts';
import { feedsCommand } from './commands/feeds.ts';
import { findingCommand } from './commands/finding.ts';
import { listCommands } from './commands/list.ts';
import { probesCommand } from './commands/probes.ts';
import { sandboxCommand } from './commands/sandbox.ts';
import { scanCommand } from './commands/scan.ts';
import { upCommand } from './commands/up.ts';
import type { CommandContext } from './context.ts';
import { openOperations } from './open-operations.ts';
import { printable, processTerminal } from './terminal.ts';

const terminal = processTerminal();
let exitCode = 0;

try {
  quietSdk();
  const environment = readEnvironment();
  const context: CommandContext = {
    environment,
    terminal,
    open: (options) => openOperations(environment, options),
    exitCode: (code) => {
      exitCode = code;
    },
  };
  const program = new Command('picket')
    .description(
      'Scans the internet-facing endpoints of your own EC2 instances and tells AWS Security Hub what it finds.',
    )
    .showHelpAfterError('(--help shows what there is)');
  upCommand(program, context);
  scanCommand(program, context);
  listCommands(program, context);
  findingCommand(program, context);
  feedsCommand(program, context);
  checksCommand(program, context);
  probesCommand(program, context);
  sandboxCommand(program, context);
  demoCommand(program, context);
  await program.parseAsync();
} catch (error) {
  exitCode = 1;
  if (error instanceof PicketError) {
    const lines = error.message.split('\n').map(printable);
    terminal.err(`picket: ${lines.join('\n')}\n`);
  } else {
    terminal.err(`picket: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  }
}
// Nothing may keep a finished command alive, and what was written must have left.
process.stdout.write('', () => process.exit(exitCode));
