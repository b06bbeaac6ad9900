import type { Command } from 'commander';
import type { FeedOutcome } from '../../domain/feed.ts';
import type { CommandContext } from '../context.ts';
import { feedsTable, outcomesTable } from '../output/feeds.ts';

/** `picket feeds` and `picket feeds sync`. */
export function feedsCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const feeds = program
    .command('feeds')
    .description('list the feeds of vulnerability intelligence in use, with their age')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const { operations, close } = await context.open();
      try {
        const listed = await operations.feeds({});
        terminal.out(
          options.json === true
            ? `${JSON.stringify(listed, null, 2)}\n`
            : feedsTable(terminal, listed, new Date()),
        );
      } finally {
        await close();
      }
    });

  feeds
    .command('sync')
    .description('load the feeds that a directory or a URL has: NVD, CISA KEV, EPSS')
    .requiredOption('--from <place...>', 'a directory, or a URL https://… below which the files are')
    .option('--json', 'print JSON')
    // commander hands an option that both commands know to the outer one.
    .action(async (_: unknown, command: Command) => {
      const options: { from: string[]; json?: boolean } = command.optsWithGlobals();
      const { syncFeeds } = await import('../../feeds/sync.ts');
      const { openSource } = await import('../../feeds/source.ts');
      const sources = await Promise.all(options.from.map(openSource));
      const { operations, close } = await context.open({ make: true });
      try {
        const outcomes: FeedOutcome[] = [];
        for (const source of sources) {
          const onOutcome = (outcome: FeedOutcome): void => {
            terminal.err(`${outcome.name}: ${outcome.outcome}\n`);
          };
          outcomes.push(...(await syncFeeds({ source, store: operations, now: new Date(), onOutcome })));
        }
        terminal.out(
          options.json === true
            ? `${JSON.stringify(outcomes, null, 2)}\n`
            : outcomesTable(terminal, outcomes),
        );
        if (outcomes.some(({ outcome }) => outcome === 'failed')) context.exitCode(1);
      } finally {
        await close();
      }
    });
}
