import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { table } from '../output/table.ts';

export function checksCommand(program: Command, context: CommandContext): void {
  const { terminal, environment } = context;
  program
    .command('checks')
    .description('list the checks of the configuration; also validates it')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const { loadProbes } = await import('../../scanner/registry.ts');
      const { derivations } = await import('../../derivations/derivations.ts');
      const { loadSettings } = await import('../../settings/load-settings.ts');
      const probes = await loadProbes();
      const { checks } = await loadSettings({ environment, probes: [...probes.values()], derivations });
      const { loadSoftware } = await import('../../settings/load-software.ts');
      await loadSoftware({ configDir: environment.configDir, probes: [...probes.values()] });
      const listed = checks.map(({ check }) => check);
      if (options.json === true) {
        terminal.out(`${JSON.stringify(listed, null, 2)}\n`);
        return;
      }
      terminal.out(
        table(
          terminal,
          [
            { title: 'CHECK', value: ({ id }) => id },
            { title: 'SEVERITY', value: ({ severity }) => severity },
            { title: 'PROBE', value: ({ probe }) => probe },
            { title: 'TITLE', value: ({ title }) => title, flexible: true },
            { title: 'SUPPORTS', value: ({ requirements }) => requirements.join(' '), flexible: true },
          ],
          listed,
        ),
      );
    });
}
