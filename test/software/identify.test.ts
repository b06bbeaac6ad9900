import { describe, expect, it } from 'vitest';
import { createCatalogue } from '../../src/software/catalogue.ts';
import type { Fingerprint, FingerprintSet } from '../../src/software/fingerprint.ts';
import { identifySoftware } from '../../src/software/identify.ts';
import { textsOf } from '../../src/software/texts.ts';
import { anObservation } from './samples.ts';

function fingerprint(changes: Partial<Fingerprint>): Fingerprint {
  return {
    id: 'one',
    name: 'One',
    part: 'a',
    vendor: 'vendor',
    product: 'one',
    aliases: [],
    facts: ['http.server'],
    pattern: '^One/(?P<version>[0-9.]+)',
    version: null,
    distributionVersions: [],
    ...changes,
  };
}

const set: FingerprintSet = {
  fingerprints: [
    fingerprint({}),
    fingerprint({ id: 'one-bare', pattern: '^One(?:$|/)' }),
    fingerprint({
      id: 'two',
      product: 'two',
      name: 'Two',
      pattern: '\\bTwo/(?P<version>[0-9.]+)(?P<update>rc[0-9])?',
    }),
    fingerprint({
      id: 'ssh',
      product: 'ssh',
      facts: ['ssh.banner'],
      pattern: '^Ssh_(?P<version>[0-9.]+)',
      distributionVersions: ['8.7'],
    }),
    fingerprint({ id: 'list', product: 'list', facts: ['http.paths'], pattern: '^/list$', version: '3' }),
    fingerprint({ id: 'deep', product: 'deep', facts: ['http.csp.policy'], pattern: 'deep' }),
  ],
  fallback: [
    fingerprint({ id: 'first', product: 'first', pattern: 'Other|One' }),
    fingerprint({ id: 'second', product: 'second', pattern: 'Other' }),
  ],
  marks: [
    { id: 'debian', name: 'Debian', platform: 'linux', pattern: 'Debian' },
    { id: 'windows', name: null, platform: 'windows', pattern: 'Win64' },
  ],
};
const catalogue = createCatalogue(set);
const http = (server: string) => anObservation('http', { server });
const seen = (...servers: string[]) => identifySoftware(catalogue, servers.map(http));

describe('software', () => {
  it('is told by every fingerprint that matches, with version, update and CPE', () => {
    expect(seen('One/1.2.3 Two/4.0rc1')).toEqual([
      {
        part: 'a',
        vendor: 'vendor',
        product: 'one',
        name: 'One',
        aliases: [],
        version: '1.2.3',
        update: null,
        cpe: 'cpe:2.3:a:vendor:one:1.2.3:*:*:*:*:*:*:*',
        distribution: null,
        backported: false,
        platform: null,
        source: 'http.server',
      },
      expect.objectContaining({ product: 'two', version: '4.0', update: 'rc1' }),
    ]);
  });

  it('is listed once for each version, and without a version only when none is told', () => {
    expect(seen('One/1.2', 'One/1.2', 'One', 'One/1.3').map(({ version }) => version)).toEqual([
      '1.2',
      '1.3',
    ]);
    expect(seen('One').map(({ product, version }) => [product, version])).toEqual([['one', null]]);
  });

  it('falls back to other fingerprints, the first that matches, only where ours find nothing', () => {
    expect(seen('Other').map(({ product }) => product)).toEqual(['first']);
    expect(seen('One/1.0').map(({ product }) => product)).toEqual(['one']);
    expect(seen('Nothing')).toEqual([]);
  });

  it("is a distribution's when anything at the port has its mark", () => {
    const [one, two] = seen('One/1.2', 'Two/3.0 (Debian)');
    expect(one).toMatchObject({ distribution: 'Debian', backported: true, platform: 'linux' });
    expect(two).toMatchObject({ distribution: 'Debian', backported: true });
    expect(seen('One/1.2 (Win64)')).toMatchObject([
      { distribution: null, backported: false, platform: 'windows' },
    ]);
  });

  it('may be a distribution’s when its version is one that distributions keep', () => {
    const banner = (software: string) =>
      identifySoftware(catalogue, [anObservation('ssh', { software, comments: null })]);
    expect(banner('Ssh_8.7')).toMatchObject([{ version: '8.7', distribution: null, backported: true }]);
    expect(banner('Ssh_8.8')).toMatchObject([{ version: '8.8', backported: false }]);
  });

  it('is looked for in lists, inside other facts and in texts that belong together', () => {
    const facts = { paths: ['/a', '/list'], csp: { policy: 'a deep one', count: 3 }, server: null };
    expect(
      identifySoftware(catalogue, [anObservation('http', facts)]).map(({ product, version }) => [
        product,
        version,
      ]),
    ).toEqual([
      ['list', '3'],
      ['deep', null],
    ]);
    const ssh = anObservation('ssh', { software: 'Ssh_1.0', comments: 'Debian-1' });
    expect(textsOf(ssh)).toEqual([
      { fact: 'ssh.software', text: 'Ssh_1.0' },
      { fact: 'ssh.comments', text: 'Debian-1' },
      { fact: 'ssh.banner', text: 'Ssh_1.0 Debian-1' },
    ]);
  });

  it('is not told by a probe without an answer', () => {
    expect(identifySoftware(catalogue, [anObservation('http', null)])).toEqual([]);
    expect(textsOf(anObservation('http', { server: 'x' }, { status: 'garbled' }))).toEqual([]);
  });

  it('is bounded, however much a server says', () => {
    const servers = Array.from({ length: 100 }, (_, index) => `One/${index}`);
    expect(seen(...servers).length).toBeLessThanOrEqual(32);
    expect(seen(...servers).length).toBeGreaterThan(16);
    expect(seen(`One/${'1'.repeat(100)}`)).toMatchObject([{ version: null }]);
    expect(seen(`${' '.repeat(5000)}Two/1.0`)).toEqual([]);
    const list = { paths: [...Array.from({ length: 50 }, () => 'x'), '/list'] };
    expect(identifySoftware(catalogue, [anObservation('http', list)])).toEqual([]);
  });
});
