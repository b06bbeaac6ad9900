/**
 * `npm run bench:detect` runs Picket and its peers over the same fleet of real servers and prints what each found,
 * missed and invented, and what it cost. `npm run bench:detect -- nmap sslscan` runs Picket and these alone,
 * `-- none` Picket alone, `-- speed` only what does not need the whole fleet: a slow network, and a silent one.
 */
import { readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { startFleet } from '../../test/fleet/fleet.ts';
import { directoryInside, runInside } from '../../test/fleet/namespace.ts';
import { algorithmDifferences, aligned, checkTable, mistakes, suiteDifferences } from './comparison.ts';
import { nmap, nmapAtOnce } from './nmap.ts';
import { picket, type PicketReport } from './picket.ts';
import type { FleetPort, ToolReport } from './report.ts';
import { printSpeed } from './speed.ts';
import { sshAudit } from './ssh-audit.ts';
import { sslscan } from './sslscan.ts';
import { testssl } from './testssl.ts';

const peers: Readonly<
  Record<string, (directory: string, ports: readonly FleetPort[]) => Promise<ToolReport>>
> = {
  nmap,
  'nmap-at-once': nmapAtOnce,
  sslscan,
  testssl,
  'ssh-audit': sshAudit,
};

const checksFolder = path.resolve(import.meta.dirname, '../../config/checks');

const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !(name in peers) && !['none', 'speed'].includes(name));
if (unknown !== undefined) {
  console.error(`There is no peer "${unknown}", only ${Object.keys(peers).join(', ')}, speed, or none.`);
  process.exitCode = 2;
} else if (directoryInside() === undefined) {
  const { code } = await runInside(import.meta.filename, chosen, { terminal: true });
  process.exitCode = code ?? 1;
} else {
  await compare(path.join(directoryInside() ?? '', 'bench'));
}

async function compare(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const fleet = await startFleet();
  try {
    const ports: FleetPort[] = fleet.hosts.flatMap(({ name, address, endpoints }) =>
      endpoints.map(({ transport, port, protocol, tls, fires }) => ({
        host: name,
        address,
        transport,
        port,
        protocol,
        tls,
        fires,
      })),
    );
    const tcp = ports.filter(({ transport }) => transport === 'tcp').length;
    console.log(`${fleet.hosts.length} hosts, ${tcp} TCP and ${ports.length - tcp} UDP endpoints\n`);
    if (chosen.length === 0 || chosen.includes('speed')) await printSpeed(directory, ports);
    if (chosen.length === 1 && chosen[0] === 'speed') return;
    const shared = {
      hosts: fleet.hosts.map(({ name }) => name),
      rootFile: fleet.certificates.root,
      checks: new Set(readdirSync(checksFolder).map((name) => path.parse(name).name)),
    };
    const ours = await picket(directory, { ...shared, hostsAtOnce: 8 });
    const oneByOne = await picket(directory, { ...shared, hostsAtOnce: 1 });
    const reports: ToolReport[] = [ours];
    for (const [name, run] of Object.entries(peers)) {
      if (chosen.length === 0 || chosen.includes(name)) reports.push(await run(directory, ports));
    }
    print(ports, ours, reports);
    printTimes(ours, oneByOne, reports);
  } finally {
    await fleet.close();
  }
}

function print(ports: readonly FleetPort[], ours: ToolReport, reports: readonly ToolReport[]): void {
  console.log('found / missed / false\n');
  console.log(checkTable(ports, reports));
  for (const report of reports) {
    const list = mistakes(ports, report);
    console.log(`\n${report.tool}: mistakes at ${list.length} endpoints`);
    for (const line of list) console.log(`  ${line}`);
    if (report === ours) continue;
    const suites = suiteDifferences(ours, report);
    if (suites.compared > 0) {
      console.log(
        `  TLS suites: ${suites.compared} listeners, ${suites.pairs} pairs, ${suites.lines.length} differ`,
      );
      for (const line of suites.lines) console.log(`    ${line}`);
    }
    const lists = algorithmDifferences(ours, report);
    if (lists.compared > 0) {
      console.log(`  SSH lists: ${lists.compared} servers, ${lists.lines.length} lists differ`);
      for (const line of lists.lines) console.log(`    ${line}`);
    }
  }
}

/** Host after host, which is how time can be compared; and side by side, which is how one scans. */
function printTimes(ours: PicketReport, oneByOne: PicketReport, reports: readonly ToolReport[]): void {
  console.log('\nEach host by itself, summed; and eight at once\n');
  console.log(
    aligned([
      ['tool', 'wall s', 'CPU s', 'MiB', '÷ picket', '8 at once s', '÷ picket'],
      ...reports.map((report) => {
        const { tool, wallMs, elapsedMs, cpuMs, maxRssMb } = report === ours ? oneByOne : report;
        const together = report === ours ? ours.wallMs : elapsedMs;
        return [
          tool,
          (wallMs / 1000).toFixed(1),
          (cpuMs / 1000).toFixed(1),
          maxRssMb.toFixed(0),
          (wallMs / oneByOne.wallMs).toFixed(1),
          together === undefined ? '–' : (together / 1000).toFixed(1),
          together === undefined ? '–' : (together / ours.wallMs).toFixed(1),
        ];
      }),
    ]),
  );
  console.log('\nWhat took Picket longest, eight hosts at once\n');
  for (const host of ours.slowest) console.log(`  ${host}`);
}
