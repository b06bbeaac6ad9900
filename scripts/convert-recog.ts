import { writeFileSync } from 'node:fs';
import { convertRecog } from './convert-recog/convert.ts';

// Converts the fingerprints of rapid7/recog, which are under the BSD 2-Clause licence, into `recog.json` for
// config/fingerprints/. Picket then tries them where its own fingerprints find nothing.
//
//   npx tsx scripts/convert-recog.ts <checkout of recog> config/fingerprints/recog.json

const [checkout, output] = process.argv.slice(2);
if (checkout === undefined || output === undefined) {
  process.stderr.write('usage: tsx scripts/convert-recog.ts <checkout of rapid7/recog> <output>.json\n');
  process.exitCode = 2;
} else {
  const started = performance.now();
  const { fingerprints, licence, counts } = convertRecog(checkout);
  const source = 'Converted from rapid7/recog by scripts/convert-recog.ts';
  const lines = fingerprints.map((fingerprint) => JSON.stringify(fingerprint)).join(',\n');
  writeFileSync(
    output,
    `{\n"source": ${JSON.stringify(source)},\n"licence": ${JSON.stringify(licence)},\n"fingerprints": [\n${lines}\n]\n}\n`,
  );
  const { dropped } = counts;
  process.stdout.write(
    [
      `${counts.files} files, ${counts.fingerprints} fingerprints, of which RE2 can say ${counts.expressible}`,
      `${counts.examplesMatched} of ${counts.examples} examples match`,
      `${counts.kept} kept, which give ${fingerprints.length} of ours`,
      `left out: ${dropped.pattern} for their pattern, ${dropped.examples} for an example, ${dropped['no-fact']} for`,
      `  want of a fact that has their text, ${dropped['no-cpe']} for want of a CPE name`,
      `${((performance.now() - started) / 1000).toFixed(1)} s`,
      '',
    ].join('\n'),
  );
}
