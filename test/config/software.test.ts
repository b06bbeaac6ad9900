import { readdirSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatCpe } from '../../src/domain/cpe-name.ts';
import { loadProbes } from '../../src/scanner/registry.ts';
import { readEnvironment } from '../../src/settings/environment.ts';
import { loadSoftware } from '../../src/settings/load-software.ts';
import {
  advisoriesFileSchema,
  endOfLifeFileSchema,
  fingerprintsFileSchema,
} from '../../src/settings/software-file.ts';
import { readYamlFile } from '../../src/settings/yaml-file.ts';
import { compileFinder } from '../../src/software/catalogue.ts';
import type { SoftwareKnowledge } from '../../src/software/knowledge.ts';
import { advisoriesOf } from '../../src/vulnerabilities/advisories.ts';
import { parseCpe } from '../../src/vulnerabilities/cpe.ts';
import { endOfLife } from '../../src/vulnerabilities/end-of-life.ts';
import { aSoftware } from '../software/samples.ts';

// Everything that is shipped about software, by its own examples.

const { configDir } = readEnvironment({});
const folder = path.join(configDir, 'fingerprints');
const files = await Promise.all(
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map(async (name) => fingerprintsFileSchema.parse((await readYamlFile(path.join(folder, name))).value)),
);
const fingerprints = files.flatMap((file) => file.fingerprints ?? []);
const distributions = files.flatMap((file) => file.distributions ?? []);
const ends = endOfLifeFileSchema.parse((await readYamlFile(path.join(configDir, 'end-of-life.yaml'))).value);
const known = advisoriesFileSchema.parse((await readYamlFile(path.join(configDir, 'advisories.yaml'))).value);

let knowledge: SoftwareKnowledge;

beforeAll(async () => {
  const probes = await loadProbes();
  knowledge = await loadSoftware({ configDir, probes: [...probes.values()] });
});

it('is loaded with every fact that a fingerprint names being one of a probe', () => {
  expect(knowledge.catalogue.set.fingerprints.length).toBeGreaterThanOrEqual(100);
  expect(knowledge.releaseCycles.length).toBeGreaterThanOrEqual(20);
});

it('has ids once', () => {
  expect(new Set(fingerprints.map(({ id }) => id)).size).toBe(fingerprints.length);
});

describe.each(fingerprints)(
  'the fingerprint $id',
  ({ pattern, part, vendor, product, examples, others, distributionVersions }) => {
    const find = compileFinder(pattern);

    it('finds its examples and what they show', () => {
      for (const { text, version, update } of examples) {
        const groups = find(text);
        expect(groups, text).not.toBeNull();
        const found = {
          version: groups?.['version']?.toLowerCase(),
          update: groups?.['update']?.toLowerCase(),
        };
        expect({ text, ...found }).toEqual({ text, version: version?.toLowerCase(), update });
      }
      for (const text of others) expect(find(text), text).toBeNull();
    });

    it('lists versions of distributions only when it can find versions', () => {
      expect(distributionVersions.length === 0 || pattern.includes('(?P<version>')).toBe(true);
    });

    it('names the product as CPE does', () => {
      expect(parseCpe(formatCpe({ part, vendor, product, version: '1', update: null }))).not.toBeNull();
    });
  },
);

describe.each(distributions)('the mark of $id', ({ pattern, examples, others }) => {
  it('is found in its examples', () => {
    const find = compileFinder(pattern);
    for (const text of examples) expect(find(text), text).not.toBeNull();
    for (const text of others) expect(find(text), text).toBeNull();
  });
});

describe('marks of distributions', () => {
  it('are told apart by their examples: the first one counts', () => {
    for (const { id, examples } of distributions) {
      for (const text of examples) expect(knowledge.catalogue.marks(text)[0]?.id, text).toBe(id);
    }
  });
});

describe.each(ends.products.map((entry) => ({ ...entry, name: entry.product.product })))(
  'the end of life of $name',
  ({ product, examples }) => {
    it('is as in its examples', () => {
      for (const { version, at, over } of examples) {
        const software = aSoftware({ ...product, version, update: null });
        expect([version, at, endOfLife(knowledge.releaseCycles, software, at)?.over]).toEqual([
          version,
          at,
          over,
        ]);
      }
    });
  },
);

describe.each(known.advisories)('the advisory $cve', ({ cve, products, examples }) => {
  const hits = (version: string): boolean => {
    const [, own = version, update = null] = /^(.*?)(p\d+)?$/.exec(version) ?? [];
    const [product] = products;
    const software = aSoftware({ ...product, version: own, update: update ?? null });
    return advisoriesOf(knowledge.advisories, software).some(({ advisory }) => advisory.cve === cve);
  };

  it('is about the versions of its examples', () => {
    expect(examples.affected.filter((version) => !hits(version))).toEqual([]);
    expect(examples.others.filter(hits)).toEqual([]);
  });

  it('is about a product that a fingerprint can find', () => {
    for (const { vendor, product } of products) {
      expect(fingerprints.some((one) => one.vendor === vendor && one.product === product)).toBe(true);
    }
  });
});
