import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';

export function upCommand(program: Command, context: CommandContext): void {
  program
    .command('up')
    .description('run the service, scheduler and workers, until SIGTERM or SIGINT')
    .action(async () => {
      // Only this command needs the workers.
      const { startService } = await import('../../../workers/main.ts');
      const service = await startService(context.environment);
      await new Promise<void>((resolve) => {
        process.once('SIGTERM', resolve);
        process.once('SIGINT', resolve);
      });
      await service.close();
    });
}
