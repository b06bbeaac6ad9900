import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { table } from '../output/table.ts';

export function probesCommand(program: Command, { terminal }: CommandContext): void {
  program
    .command('probes')
    .description('list the probes: what each looks at, and what an authorisation must allow for it')
    .option('--json', 'print JSON, with what each fact means')
    .action(async (options: { json?: boolean }) => {
      const { loadProbes } = await import('../../scanner/registry.ts');
      const probes = [...(await loadProbes()).values()].map((probe) => ({
        id: probe.id,
        title: probe.title,
        transport: probe.transport,
        class: probe.scanClass ?? 'read',
        follows: probe.transport === 'tcp' ? (probe.follows ?? null) : null,
        ports: [...probe.defaultPorts],
        facts: Object.fromEntries(
          Object.entries(probe.facts.shape).map(([name, fact]) => [name, fact.description ?? '']),
        ),
      }));
      if (options.json === true) {
        terminal.out(`${JSON.stringify(probes, null, 2)}\n`);
        return;
      }
      terminal.out(
        table(
          terminal,
          [
            { title: 'PROBE', value: ({ id }) => id },
            { title: 'OVER', value: ({ transport }) => transport },
            { title: 'CLASS', value: (probe) => probe.class },
            { title: 'FOLLOWS', value: ({ follows }) => follows ?? '' },
            { title: 'LOOKS AT', value: ({ title }) => title, flexible: true },
          ],
          probes,
        ),
      );
    });
}
