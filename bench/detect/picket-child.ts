/** Scans the fleet of this namespace, with everything allowed, and prints what was seen as one JSON document. */
import { scanClasses } from '../../src/domain/authorisation.ts';
import { prepareScanner, scanFleet } from '../../test/fleet/scan.ts';
import { readTruth } from '../../test/fleet/truth.ts';

const [rootFile = '', atOnce = '1', ...names] = process.argv.slice(2);
const scanner = await prepareScanner();
const hosts = readTruth().filter(({ name }) => names.includes(name));
const scanned = await scanFleet(scanner, hosts, {
  classes: scanClasses,
  rootFile,
  hostsAtOnce: Number(atOnce),
});
process.stdout.write(JSON.stringify(scanned));
