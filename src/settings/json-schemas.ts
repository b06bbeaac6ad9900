import { z } from 'zod';
import { checkFileSchema } from './check-file.ts';
import { frameworkFileSchema, portsFileSchema, profilesFileSchema } from './catalogue-files.ts';
import { picketFileSchema } from './picket-file.ts';
import { advisoriesFileSchema, endOfLifeFileSchema, fingerprintsFileSchema } from './software-file.ts';

const sources = {
  'picket.schema.json': { title: "Picket's settings", schema: picketFileSchema },
  'check.schema.json': { title: 'A check', schema: checkFileSchema },
  'ports.schema.json': { title: 'The port catalogue', schema: portsFileSchema },
  'profiles.schema.json': { title: 'Scan profiles', schema: profilesFileSchema },
  'fingerprints.schema.json': { title: 'Fingerprints of software', schema: fingerprintsFileSchema },
  'end-of-life.schema.json': { title: 'Until when software is maintained', schema: endOfLifeFileSchema },
  'advisories.schema.json': { title: 'Vulnerabilities that need no feed', schema: advisoriesFileSchema },
  'framework.schema.json': { title: 'A compliance framework', schema: frameworkFileSchema },
};

/**
 * JSON Schemas of the configuration files, by file name in `config/schema/`, as text. They are for editors; start-up
 * uses the zod schemas that they are made from, which check more.
 */
export function configJsonSchemas(): Map<string, string> {
  return new Map(
    Object.entries(sources).map(([name, { title, schema }]) => [
      name,
      `${JSON.stringify({ $id: name, title, ...z.toJSONSchema(schema, { io: 'input' }) }, null, 2)}\n`,
    ]),
  );
}
