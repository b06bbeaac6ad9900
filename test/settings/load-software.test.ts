import { cp, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { loadSoftware } from '../../src/settings/load-software.ts';
import { readEnvironment } from '../../src/settings/environment.ts';

const probes = [
  { id: 'http', facts: z.strictObject({ server: z.string(), paths: z.array(z.string()), status: z.int() }) },
];

const FINGERPRINTS = `fingerprints:
  - id: thing
    name: Thing
    vendor: maker
    product: thing\\!
    aliases: ['old:thing']
    facts: [http.server, http.paths]
    pattern: '^Thing/(?P<version>[0-9.]+)'
    examples: [{ text: Thing/1.0, version: '1.0' }]
`;

/** A configuration folder with one file of fingerprints, and the shipped files beside it. */
async function folder(changes: Readonly<Record<string, string | null>> = {}): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'picket-software-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const { configDir } = readEnvironment({});
  for (const name of ['end-of-life.yaml', 'advisories.yaml'])
    await cp(path.join(configDir, name), path.join(directory, name));
  await cp(
    path.join(configDir, 'fingerprints', 'distributions.yaml'),
    path.join(directory, 'fingerprints', 'distributions.yaml'),
    { recursive: true },
  );
  const files = { 'fingerprints/things.yaml': FINGERPRINTS, ...changes };
  for (const [name, content] of Object.entries(files)) {
    if (content === null) await unlink(path.join(directory, name));
    else await writeFile(path.join(directory, name), content);
  }
  return directory;
}

const load = async (changes?: Readonly<Record<string, string | null>>) =>
  loadSoftware({ configDir: await folder(changes), probes });

const recog = (pattern: string, rest: object = {}) =>
  JSON.stringify({
    source: 'a test',
    licence: 'of the test',
    fingerprints: [
      { id: 'r-1', name: 'R', part: 'a', vendor: 'r', product: 'r', facts: ['http.server'], pattern },
    ],
    ...rest,
  });

describe('what software is recognised by', () => {
  it('is read from the configuration folder', async () => {
    const { catalogue, releaseCycles, advisories } = await load();
    expect(catalogue.match('http.server', 'Thing/2.5')).toEqual([
      {
        groups: { version: '2.5' },
        fingerprint: {
          id: 'thing',
          name: 'Thing',
          part: 'a',
          vendor: 'maker',
          product: 'thing!',
          aliases: [{ vendor: 'old', product: 'thing' }],
          facts: ['http.server', 'http.paths'],
          pattern: '^Thing/(?P<version>[0-9.]+)',
          version: null,
          distributionVersions: [],
        },
      },
    ]);
    expect(catalogue.match('http.paths', 'Thing/2.5')).toHaveLength(1);
    expect(releaseCycles.find(({ product }) => product === 'php')?.cycles).toContainEqual({
      cycle: '7.4',
      endsOn: '2022-11-28',
    });
    expect(advisories.map(({ cve }) => cve)).toContain('CVE-2024-6387');
  });

  it('may be more that was converted, for what nothing else recognises', async () => {
    const { catalogue } = await load({ 'fingerprints/recog.json': recog('^Other/(?P<version>[0-9.]+)') });
    expect(catalogue.matchFallback('http.server', 'Other/3')?.fingerprint.id).toBe('r-1');
    expect(catalogue.match('http.server', 'Other/3')).toEqual([]);
  });

  it.each([
    [
      'a pattern that is none',
      'fingerprints/things.yaml',
      FINGERPRINTS.replace('^Thing', '(Thing'),
      /A pattern cannot be used .*things\.yaml:8:14/,
    ],
    [
      'a pattern with look-around',
      'fingerprints/things.yaml',
      FINGERPRINTS.replace('^Thing', '(?=Thing)'),
      /without back-references and look-around/,
    ],
    [
      'a fact that no probe has',
      'fingerprints/things.yaml',
      FINGERPRINTS.replace('http.server', 'http.sever'),
      /got "http\.sever", expected a probe and one of its facts/,
    ],
    [
      'a probe that is not there',
      'fingerprints/things.yaml',
      FINGERPRINTS.replace('http.server', 'ftp.banner'),
      /A fingerprint looks in a fact that is none/,
    ],
    [
      'a fact that is no text',
      'fingerprints/things.yaml',
      FINGERPRINTS.replace('http.server', 'http.status'),
      /A fingerprint looks in a fact that is none/,
    ],
    [
      'a misspelt key',
      'fingerprints/things.yaml',
      FINGERPRINTS.replace('vendor:', 'vendr:'),
      /vendr is not a known key.*did you mean vendor/,
    ],
    [
      'a product that is not written as in CPE',
      'fingerprints/things.yaml',
      FINGERPRINTS.replace('thing\\!', 'Thing!'),
      /product cannot be used/,
    ],
    ['a file of another kind', 'fingerprints/things.yml', FINGERPRINTS, /has a file of another kind/],
    ['no end of life', 'end-of-life.yaml', null, /end-of-life\.yaml/],
    [
      'a day that is none',
      'end-of-life.yaml',
      "checked: '2026-02-30'\nproducts: []\n",
      /checked cannot be used/,
    ],
    [
      'an advisory without a bound',
      'advisories.yaml',
      'advisories:\n  - { cve: CVE-2024-0001, affected: [{}] }\n',
      /at least one bound/,
    ],
    [
      'a converted file that is no JSON',
      'fingerprints/recog.json',
      '{',
      /what scripts\/convert-recog\.ts writes/,
    ],
    [
      'a converted file of another shape',
      'fingerprints/recog.json',
      recog('x', { fingerprints: [{ id: 'x' }] }),
      /fingerprints\.0\./,
    ],
    ['a converted pattern that is none', 'fingerprints/recog.json', recog('(x'), /the pattern of r-1/],
  ])('is refused with %s', async (_, file, content, sentence) => {
    await expect(load({ [file]: content })).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringMatching(sentence) as string,
    });
  });

  it('is refused without its folder', async () => {
    await expect(loadSoftware({ configDir: tmpdir(), probes })).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringMatching(/cannot be read/) as string,
    });
  });
});
