import { describe, expect, it } from 'vitest';
import { software } from '../../src/derivations/software.ts';
import { softwareFacts } from '../../src/derivations/software-facts.ts';
import { productKey, type Software } from '../../src/domain/software.ts';
import type { Advisory, ReleaseCycles, VulnerabilityRecord } from '../../src/domain/vulnerability.ts';
import { noIntelligence, type Intelligence } from '../../src/vulnerabilities/intelligence.ts';
import { makeEndpoint } from '../ledger/samples.ts';
import { anObservation, aSoftware } from '../software/samples.ts';

function record(cve: string, changes: Partial<VulnerabilityRecord> = {}): VulnerabilityRecord {
  return {
    cve,
    cvss: { version: '3.1', score: 7.5, vector: 'CVSS:3.1/AV:N', source: 'nvd@nist.gov' },
    configurations: [{ nodes: [{ matches: [{ cpe: 'a:openbsd:openssh', before: '9.8' }] }] }],
    exploitation: null,
    prediction: null,
    ...changes,
  };
}

const exploitation = {
  cve: 'CVE-2024-0001',
  name: 'OpenSSH Something Vulnerability',
  addedOn: '2026-01-01',
  dueOn: '2026-01-22',
  ransomware: true,
};

const advisory: Advisory = {
  cve: 'CVE-2024-6387',
  name: 'regreSSHion',
  service: 'ssh',
  products: [{ vendor: 'openbsd', product: 'openssh' }],
  affected: [{ from: '8.5', before: '9.8' }],
  cvss: { version: '3.1', score: 8.1, vector: 'CVSS:3.1/AV:N/AC:H', source: 'nvd@nist.gov' },
  condition: null,
  url: 'https://www.openssh.com/txt/release-9.8',
};

const cycles: ReleaseCycles = {
  vendor: 'openbsd',
  product: 'openssh',
  url: 'https://example.com',
  cycles: [{ cycle: '9.2', endsOn: '2026-02-28' }],
};

interface Known {
  readonly found?: readonly Software[];
  readonly records?: Readonly<Record<string, readonly VulnerabilityRecord[]>>;
  readonly advisories?: readonly Advisory[];
  readonly releaseCycles?: readonly ReleaseCycles[];
}

function derive({ found = [aSoftware()], records, ...rest }: Known = {}) {
  const intelligence: Intelligence = {
    ...noIntelligence,
    ...rest,
    identify: () => found,
    vulnerabilitiesOf: (name) => records?.[productKey(name)] ?? null,
  };
  const facts = software.derive({
    endpoint: makeEndpoint(1),
    transport: 'tcp',
    port: 22,
    observations: [
      anObservation('tcp', { open: true }, { observedAt: '2026-02-28T23:59:59.000Z' }),
      anObservation('ssh', { software: 'OpenSSH_9.2p1' }, { observedAt: '2026-03-01T00:00:01.000Z' }),
    ],
    reachability: { verdict: 'allowed', rule: null, reason: 'x' },
    approved: null,
    intelligence,
  });
  if (facts !== null) softwareFacts.parse(facts);
  return facts;
}

const openssh = (records: readonly VulnerabilityRecord[], found?: readonly Software[]) =>
  derive({ records: { 'openbsd:openssh': records }, ...(found === undefined ? {} : { found }) });

describe('what is known of the software behind a port', () => {
  it('is nothing when none gave itself away', () => {
    expect(derive({ found: [] })).toBeNull();
  });

  it('is the product, and no vulnerability, without any feed', () => {
    expect(derive()).toEqual({
      products: [
        {
          id: 'openbsd:openssh',
          name: 'OpenSSH',
          vendor: 'openbsd',
          version: '9.2',
          update: 'p1',
          cpe: 'cpe:2.3:a:openbsd:openssh:9.2:p1:*:*:*:*:*:*',
          distribution: null,
          source: 'ssh.banner',
          endOfLife: null,
          endOfLifeCycle: null,
          endOfLifeDate: null,
          endOfLifeSeverity: 'HIGH',
          confidence: 'exact',
          note: null,
        },
      ],
      advisories: [],
      vulnerabilities: [],
      vulnerabilitiesOmitted: 0,
      feedsLoaded: false,
      complete: true,
    });
  });

  it('has each vulnerability with all that the feeds say', () => {
    const facts = openssh([
      record('CVE-2024-0001', { exploitation, prediction: { epss: 0.123456, percentile: 0.98765 } }),
      record('CVE-2024-0002', {
        configurations: [{ nodes: [{ matches: [{ cpe: 'a:openbsd:openssh', before: '9.0' }] }] }],
      }),
    ]);
    expect(facts?.feedsLoaded).toBe(true);
    expect(facts?.vulnerabilities).toEqual([
      {
        cve: 'CVE-2024-0001',
        name: 'OpenSSH Something Vulnerability',
        severity: 'CRITICAL',
        score: 7.5,
        vector: 'CVSS:3.1/AV:N',
        cvssVersion: '3.1',
        scoredBy: 'nvd@nist.gov',
        kev: true,
        kevDueDate: '2026-01-22',
        ransomware: true,
        epss: 0.123,
        epssPercentile: 0.988,
        confidence: 'exact',
        note: null,
        product: 'OpenSSH',
        version: '9.2p1',
        cpe: 'cpe:2.3:a:openbsd:openssh:9.2:p1:*:*:*:*:*:*',
        fixedIn: '9.8',
        url: 'https://nvd.nist.gov/vuln/detail/CVE-2024-0001',
      },
    ]);
  });

  it('is potential, milder, and says why, for the build of a distribution', () => {
    const debian = aSoftware({ distribution: 'Debian', backported: true, platform: 'linux' });
    const [vulnerability] = openssh([record('CVE-2024-0001')], [debian])?.vulnerabilities ?? [];
    expect(vulnerability).toMatchObject({
      confidence: 'potential',
      severity: 'MEDIUM',
      note: 'The build is from Debian, which corrects faults without changing the version.',
    });
    const bare = aSoftware({ version: '8.7', update: null, backported: true });
    expect(openssh([record('CVE-2024-0001')], [bare])?.vulnerabilities[0]?.note).toMatch(
      /^Distributions maintain this version/,
    );
    expect(openssh([], [bare])?.products[0]).toMatchObject({
      confidence: 'potential',
      endOfLifeSeverity: 'MEDIUM',
    });
  });

  it('is potential when the criteria name what cannot be seen', () => {
    const onLinux = [
      {
        all: true as const,
        nodes: [
          { matches: [{ cpe: 'a:openbsd:openssh', before: '9.8' }] },
          { matches: [{ cpe: 'o:linux:linux_kernel:-', context: true as const }] },
        ],
      },
    ];
    const [vulnerability] =
      openssh([record('CVE-2024-0001', { configurations: onLinux })])?.vulnerabilities ?? [];
    expect(vulnerability).toMatchObject({
      confidence: 'potential',
      severity: 'MEDIUM',
      note: 'What else has to be true cannot be seen from outside.',
    });
  });

  it('has advisories without a feed, and with one does not say the same twice', () => {
    const alone = derive({ advisories: [advisory] });
    expect(alone?.advisories).toMatchObject([
      {
        cve: 'CVE-2024-6387',
        service: 'ssh',
        severity: 'HIGH',
        confidence: 'exact',
        kev: false,
        epss: null,
        fixedIn: '9.8',
        url: advisory.url,
      },
    ]);
    const both = derive({
      advisories: [{ ...advisory, condition: 'A Linux system with glibc' }],
      records: {
        'openbsd:openssh': [
          record('CVE-2024-6387', { prediction: { epss: 0.5, percentile: 0.9 }, exploitation }),
          record('CVE-2024-0002'),
        ],
      },
    });
    expect(both?.vulnerabilities.map(({ cve }) => cve)).toEqual(['CVE-2024-0002']);
    expect(both?.advisories).toMatchObject([
      {
        cve: 'CVE-2024-6387',
        score: 7.5,
        kev: true,
        epss: 0.5,
        severity: 'CRITICAL',
        note: 'It needs this: A Linux system with glibc.',
      },
    ]);
    expect(derive({ advisories: [advisory], found: [aSoftware({ version: '9.8' })] })?.advisories).toEqual(
      [],
    );
  });

  it('ends its life with the day of the newest observation', () => {
    expect(derive({ releaseCycles: [cycles] })?.products[0]).toMatchObject({
      endOfLife: true,
      endOfLifeCycle: '9.2',
      endOfLifeDate: '2026-02-28',
    });
  });

  it('is of the lowest version of each product', () => {
    const versions = ['9.10', '9.2', null, '9.3'].map((version) => aSoftware({ version, update: null }));
    expect(derive({ found: versions })?.products.map(({ version }) => version)).toEqual(['9.2']);
  });

  it('is asked for by every name of the product', () => {
    const nginx = aSoftware({
      vendor: 'f5',
      product: 'nginx',
      aliases: [{ vendor: 'nginx', product: 'nginx' }],
      version: '1.0.0',
      update: null,
    });
    const old = record('CVE-2013-0001', {
      configurations: [{ nodes: [{ matches: [{ cpe: 'a:nginx:nginx', before: '1.2.0' }] }] }],
    });
    const records = { 'f5:nginx': [], 'nginx:nginx': [old, old] };
    expect(derive({ found: [nginx], records })?.vulnerabilities.map(({ cve }) => cve)).toEqual([
      'CVE-2013-0001',
    ]);
  });

  it('puts the gravest first and says how many did not find a place', () => {
    const scored = (cve: string, score: number, changes: Partial<VulnerabilityRecord> = {}) =>
      record(cve, { cvss: { version: '3.1', score, vector: 'v', source: 's' }, ...changes });
    const many = Array.from({ length: 60 }, (_, index) => scored(`CVE-2020-${1000 + index}`, 5));
    const facts = openssh([
      ...many,
      scored('CVE-2001-0001', 9.8),
      scored('CVE-2001-0002', 8, { exploitation }),
      scored('CVE-2001-0003', 9.9),
    ]);
    expect(facts?.vulnerabilities).toHaveLength(50);
    expect(facts?.vulnerabilities.slice(0, 5).map(({ cve }) => cve)).toEqual([
      'CVE-2001-0002',
      'CVE-2001-0003',
      'CVE-2001-0001',
      'CVE-2020-1059',
      'CVE-2020-1058',
    ]);
    expect(facts).toMatchObject({ vulnerabilitiesOmitted: 13, complete: false });
  });

  it('is not complete when no product tells its version: what was found before may still be there', () => {
    const hidden = aSoftware({ version: null, update: null });
    expect(derive({ found: [hidden] })?.complete).toBe(false);
    expect(derive({ found: [hidden, aSoftware({ product: 'other' })] })?.complete).toBe(true);
  });

  it('lists a vulnerability once, by the product in which it is gravest', () => {
    const both = [
      {
        nodes: [
          {
            matches: [
              { cpe: 'a:openbsd:openssh', before: '10' },
              { cpe: 'a:openbsd:other', before: '10' },
            ],
          },
        ],
      },
    ];
    const shared = record('CVE-2024-0001', { configurations: both });
    const other = aSoftware({ product: 'other', name: 'Other', backported: true });
    const facts = derive({
      found: [other, aSoftware()],
      records: { 'openbsd:openssh': [shared], 'openbsd:other': [shared] },
    });
    expect(facts?.vulnerabilities.map(({ product, confidence }) => [product, confidence])).toEqual([
      ['OpenSSH', 'exact'],
    ]);
  });
});
