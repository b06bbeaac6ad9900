import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { scanClasses } from '../../src/domain/authorisation.ts';
import { startFleet, type Fleet } from './fleet.ts';
import { directoryInside, runInside } from './namespace.ts';
import { prepareScanner, scanFleet, type Scanner } from './scan.ts';
import type { FleetReport } from './scanned.ts';

const USAGE = `Usage: main.ts up|scan [--one-by-one] [server…]

  up     starts the servers, or all, and keeps them until Ctrl-C
  scan   starts them, scans them with everything allowed and with reading alone, and prints one JSON document`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'one-by-one': { type: 'boolean', default: false } },
});
const [command = '', ...names] = positionals;

if (command !== 'up' && command !== 'scan') {
  console.error(USAGE);
  process.exitCode = 2;
} else if (directoryInside() === undefined) {
  const { code } = await runInside(import.meta.filename, process.argv.slice(2), { terminal: true });
  process.exitCode = code ?? 1;
} else {
  const selection = names.length === 0 ? undefined : names;
  if (command === 'up') {
    await withFleet(selection, show);
  } else {
    // Before the fleet: what it loads must not be taken for one of the fleet's.
    const scanner = await prepareScanner();
    await withFleet(selection, async (fleet) => {
      process.stdout.write(JSON.stringify(await report(scanner, fleet)));
    });
  }
}

async function withFleet(
  selection: readonly string[] | undefined,
  work: (fleet: Fleet) => Promise<void>,
): Promise<void> {
  const fleet = await startFleet(selection);
  try {
    await work(fleet);
  } finally {
    await fleet.close();
  }
}

async function show({ hosts, startMs, skipped }: Fleet): Promise<void> {
  for (const { name, address, endpoints } of hosts) {
    const ports = endpoints.map(({ transport, port }) => `${transport}/${port}`).join(' ');
    console.log(`${address.padEnd(14)} ${name.padEnd(28)} ${ports}`);
  }
  for (const reason of skipped) console.log(`skipped: ${reason}`);
  console.log(`Up after ${Math.max(0, ...startMs.values())} ms. Ctrl-C ends it.`);
  // A promise alone keeps no process alive.
  const awake = setInterval(() => {}, 60_000);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  clearInterval(awake);
}

async function report(scanner: Scanner, fleet: Fleet): Promise<FleetReport> {
  const hostsAtOnce = values['one-by-one'] ? 1 : 16;
  const shared = { rootFile: fleet.certificates.root, hostsAtOnce };
  const others = fleet.others();
  const { probes, settings } = scanner;
  return {
    startMs: Object.fromEntries(fleet.startMs),
    skipped: fleet.skipped,
    others,
    scans: [
      await scanFleet(scanner, fleet.hosts, { ...shared, classes: scanClasses }),
      await scanFleet(scanner, fleet.hosts, { ...shared, classes: ['read'] }),
    ],
    probes: Object.fromEntries([...probes.values()].map(({ id, scanClass = 'read' }) => [id, scanClass])),
    checks: Object.fromEntries(
      settings.checks.map(({ check }) => [check.id, probes.get(check.probe)?.scanClass ?? 'read']),
    ),
  };
}
