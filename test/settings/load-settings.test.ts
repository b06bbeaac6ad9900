import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rmSync } from 'node:fs';
import { ConfigFolder, validFiles, type FileName } from './config-folder.ts';

let folder: ConfigFolder;
beforeEach(() => {
  folder = new ConfigFolder();
});
afterEach(() => rmSync(folder.path, { recursive: true }));

describe('a valid configuration', () => {
  it('comes out typed, with defaults, in the words of the domain', async () => {
    const settings = await folder.load();
    expect(settings).toMatchObject({
      authorisations: [
        {
          id: 'kitchen',
          from: '2026-01-01T00:00:00.000Z',
          until: '2026-07-01T10:00:00.000Z',
          covers: { accounts: ['111122223333'], cidrs: ['203.0.113.0/24', '2001:db8::/32'] },
        },
      ],
      schedules: [
        {
          id: 'nightly',
          cron: '30 2 * * *',
          timezone: 'Europe/Berlin',
          profile: 'standard',
          selection: {},
        },
        {
          id: 'weekly',
          cron: '0 4 * * 0',
          timezone: 'UTC',
          profile: 'gentle',
          selection: { tags: { room: 'kitchen' } },
        },
      ],
      regions: 'all',
      publish: { enabled: true },
      scan: { leaseSeconds: 300, jobsAtOnce: 2 },
      ports: [{ port: 80, transport: 'tcp', service: 'http', probes: ['kettle'] }],
      frameworks: [{ id: 'house-rules', controls: { '1.10': 'Nothing boils over' } }],
    });
    expect(settings.schedules[0]).not.toHaveProperty('select');
    expect(settings.profiles.map(({ id }) => id)).toEqual(['standard', 'gentle']);
    expect(settings.checks.map(({ check }) => check.id)).toEqual(['kettle-boils']);
  });

  it('lays examples over the baseline', async () => {
    const [compiled] = (await folder.load()).checks;
    const { fires, silent } = compiled?.check.examples ?? { fires: [], silent: [] };
    expect(fires[0]).toMatchObject({ boiling: true, cups: 6, lid: { open: true, serial: 7 } });
    expect(silent[0]).toMatchObject({ boiling: false, lid: { open: false, serial: 7 } });
  });

  it('is frozen all the way down', async () => {
    const settings = await folder.load();
    expect(Object.isFrozen(settings)).toBe(true);
    expect(Object.isFrozen(settings.authorisations[0]?.covers.accounts)).toBe(true);
    expect(Object.isFrozen(settings.schedules[0]?.selection)).toBe(true);
    expect(Object.isFrozen(settings.checks[0]?.check.examples.fires)).toBe(true);
  });
});

describe('a configuration with one mistake is refused in one sentence', () => {
  const cases: [mistake: string, file: FileName, from: string, to: string, sentence: string][] = [
    [
      'an unknown key',
      'picket.yaml',
      'timezone: Europe/Berlin',
      'timezon: Europe/Berlin',
      'schedules[0].timezon is not a known key (picket.yaml:15:5): expected one of id, cron, timezone, profile, select (did you mean timezone?).',
    ],
    [
      'an unknown key at the top',
      'picket.yaml',
      'schedules:',
      'notify: {}\nschedules:',
      'notify is not a known key (picket.yaml:12:1): expected one of version, authorisations, schedules, regions, approvedPorts, trust, publish, scan.',
    ],
    [
      'a missing key',
      'picket.yaml',
      '    ticket: CHANGE-1\n',
      '',
      'authorisations[0].ticket is missing (picket.yaml:3:5): expected text (in quotes where YAML would read a number or true).',
    ],
    [
      'an unknown version',
      'picket.yaml',
      'version: 1',
      'version: 2',
      'version cannot be used (picket.yaml:1:10): got 2, expected 1.',
    ],
    [
      'an account id that YAML reads as a number',
      'picket.yaml',
      '"111122223333"',
      '111122223333',
      'authorisations[0].covers.accounts[0] cannot be used (picket.yaml:10:18): got 111122223333, expected text (in quotes where YAML would read a number or true).',
    ],
    [
      'an authorisation that ends before it begins',
      'picket.yaml',
      'until: 2026-07-01T12:00:00+02:00',
      'until: 2026-01-01',
      'authorisations[0].until cannot be used (picket.yaml:8:12): got "2026-01-01", expected a time after from, which is 2026-01-01T00:00:00.000Z.',
    ],
    [
      'a date that does not exist',
      'picket.yaml',
      'from: 2026-01-01',
      'from: 2026-02-30',
      'authorisations[0].from cannot be used (picket.yaml:7:11): got "2026-02-30", expected a date such as 2026-01-31, which begins at midnight UTC, or a time such as 2026-01-31T08:00:00Z.',
    ],
    [
      'a time without a zone',
      'picket.yaml',
      'from: 2026-01-01',
      'from: 2026-01-01T08:00:00',
      'authorisations[0].from cannot be used (picket.yaml:7:11): got "2026-01-01T08:00:00", expected a date such as 2026-01-31, which begins at midnight UTC, or a time such as 2026-01-31T08:00:00Z.',
    ],
    [
      'an authorisation for everything there is',
      'picket.yaml',
      'covers:\n      accounts: ["111122223333"]\n      cidrs: [203.0.113.0/24, "2001:db8::/32"]',
      'covers: {}',
      'authorisations[0].covers cannot be used (picket.yaml:9:13): got a mapping, expected at least one of accounts, regions, instances, cidrs, tags.',
    ],
    [
      'a range that is none',
      'picket.yaml',
      '203.0.113.0/24',
      '203.0.113.0',
      'authorisations[0].covers.cidrs[0] cannot be used (picket.yaml:11:15): got "203.0.113.0", expected a range of addresses such as 203.0.113.0/24.',
    ],
    [
      'a range that begins within itself',
      'picket.yaml',
      '203.0.113.0/24',
      '203.0.113.77/24',
      'authorisations[0].covers.cidrs[0] cannot be used (picket.yaml:11:15): got "203.0.113.77/24", expected a range that begins at its network address, here 203.0.113.0/24.',
    ],
    [
      'an id twice',
      'picket.yaml',
      'id: weekly',
      'id: nightly',
      'schedules[1].id cannot be used (picket.yaml:17:9): got "nightly", expected nightly only once in this list.',
    ],
    [
      'a cron that never fires',
      'picket.yaml',
      '30 2 * * *',
      '0 0 30 2 *',
      'schedules[0].cron cannot be used (picket.yaml:14:11): got "0 0 30 2 *", expected a cron expression of five fields that fires at least once (invalid explicit day of month definition).',
    ],
    [
      'a cron out of range',
      'picket.yaml',
      '30 2 * * *',
      '75 2 * * *',
      'schedules[0].cron cannot be used (picket.yaml:14:11): got "75 2 * * *", expected a cron expression of five fields that fires at least once (constraint error, got value 75 expected range 0-59).',
    ],
    [
      'a cron with too few fields',
      'picket.yaml',
      '30 2 * * *',
      '30 2 * *',
      'schedules[0].cron cannot be used (picket.yaml:14:11): got "30 2 * *", expected a cron expression of five fields that fires at least once.',
    ],
    [
      'a cron with seconds',
      'picket.yaml',
      '30 2 * * *',
      '* 30 2 * * *',
      'schedules[0].cron cannot be used (picket.yaml:14:11): got "* 30 2 * * *", expected a cron expression of five fields that fires at least once.',
    ],
    [
      'a time zone that does not exist',
      'picket.yaml',
      'Europe/Berlin',
      'Europe/Berlim',
      'schedules[0].timezone cannot be used (picket.yaml:15:15): got "Europe/Berlim", expected the IANA name of a time zone, such as Europe/Berlin (did you mean Europe/Berlin?).',
    ],
    [
      'an offset for a time zone',
      'picket.yaml',
      'Europe/Berlin',
      '"+02:00"',
      'schedules[0].timezone cannot be used (picket.yaml:15:15): got "+02:00", expected the IANA name of a time zone, such as Europe/Berlin.',
    ],
    [
      'a selection of everything and of something',
      'picket.yaml',
      '{ all: true }',
      '{ all: true, tags: { a: b } }',
      'schedules[0].select cannot be used (picket.yaml:16:13): got a mapping, expected either all: true, or at least one of instances, endpoints, tags.',
    ],
    [
      'a selection of nothing',
      'picket.yaml',
      '{ all: true }',
      '{}',
      'schedules[0].select cannot be used (picket.yaml:16:13): got a mapping, expected either all: true, or at least one of instances, endpoints, tags.',
    ],
    [
      'a profile that does not exist',
      'picket.yaml',
      'profile: gentle',
      'profile: gentel',
      'schedules[1].profile names a profile that does not exist (picket.yaml:19:14): got "gentel", expected one of standard, gentle (did you mean gentle?).',
    ],
    [
      'Regions that are none',
      'picket.yaml',
      'version: 1',
      'version: 1\nregions: [Frankfurt]',
      'regions[0] cannot be used (picket.yaml:2:11): got "Frankfurt", expected the name of an AWS Region, such as eu-central-1.',
    ],
    [
      'a Region without its list',
      'picket.yaml',
      'version: 1',
      'version: 1\nregions: eu-central-1',
      'regions cannot be used (picket.yaml:2:10): got "eu-central-1", expected all, or a list of at least one AWS Region such as eu-central-1.',
    ],
    [
      'a lease that is too long',
      'picket.yaml',
      'version: 1',
      'version: 1\nscan: { leaseSeconds: 301 }',
      'scan.leaseSeconds cannot be used (picket.yaml:2:23): got 301, expected at most 300.',
    ],
    [
      'a key twice',
      'picket.yaml',
      'version: 1',
      'version: 1\nversion: 1',
      'The file is not valid YAML (picket.yaml:2:1): got Map keys must be unique, expected YAML 1.2 in which every key occurs once.',
    ],
    [
      'broken YAML',
      'ports.yaml',
      'probes: [kettle] }',
      'probes: [kettle }',
      'The file is not valid YAML (ports.yaml:2:48): got Flow sequence in block collection must be sufficiently indented and end with a ], expected YAML 1.2 in which every key occurs once.',
    ],
    [
      'a port that cannot be',
      'ports.yaml',
      'port: 80',
      'port: 65536',
      'ports[0].port cannot be used (ports.yaml:2:13): got 65536, expected at most 65535.',
    ],
    [
      'a port twice',
      'ports.yaml',
      '  - { port: 80, service: http, probes: [kettle] }',
      '  - { port: 80, service: http, probes: [] }\n  - { port: 80, service: web, probes: [] }',
      'ports[1].port cannot be used (ports.yaml:3:13): got 80, expected tcp port 80 only once in this list.',
    ],
    [
      'a probe that does not exist, for a port',
      'ports.yaml',
      '[kettle]',
      '[kettel]',
      'ports[0].probes[0] names a probe that does not exist (ports.yaml:2:41): got "kettel", expected one of kettle (did you mean kettle?).',
    ],
    [
      'a probe that does not exist, in a profile',
      'profiles.yaml',
      'probesOnUnknownPorts: [kettle]',
      'probesOnUnknownPorts: [toaster]',
      'profiles[0].probesOnUnknownPorts[0] names a probe that does not exist (profiles.yaml:5:28): got "toaster", expected one of kettle.',
    ],
    [
      'no default profile',
      'profiles.yaml',
      'id: standard',
      'id: usual',
      'The default profile is missing (profiles.yaml:2:3): got usual, gentle, expected a profile with the id standard.\n  schedules[0].profile names a profile that does not exist (picket.yaml:13:5): got "standard", expected one of usual, gentle.',
    ],
    [
      'too many sockets',
      'profiles.yaml',
      'socketsPerHost: 4',
      'socketsPerHost: 64',
      'profiles[0].socketsPerHost cannot be used (profiles.yaml:9:21): got 64, expected at most 8.',
    ],
    [
      'a control that nothing uses',
      'frameworks/house-rules.yaml',
      '  1.10:',
      '  1.11: Nothing burns\n  1.10:',
      'A control is not used (frameworks/house-rules.yaml:5:3): got "1.11", expected at least one check with the requirement house-rules/1.11.',
    ],
    [
      'a framework with another name than its file',
      'frameworks/house-rules.yaml',
      'id: house-rules',
      'id: house-rulez',
      'id is not the file\'s name (frameworks/house-rules.yaml:1:5): got "house-rulez", expected house-rules.',
    ],
    [
      'a check with another name than its file',
      'checks/kettle-boils.yaml',
      'id: kettle-boils',
      'id: kettle-boil',
      'id is not the file\'s name (checks/kettle-boils.yaml:1:5): got "kettle-boil", expected kettle-boils.',
    ],
    [
      'a check of an unknown probe',
      'checks/kettle-boils.yaml',
      'probe: kettle',
      'probe: kettel',
      'probe names a probe that does not exist (checks/kettle-boils.yaml:4:8): got "kettel", expected one of kettle (did you mean kettle?).',
    ],
    [
      'an unknown framework',
      'checks/kettle-boils.yaml',
      'house-rules/1.10',
      'house-rule/1.10',
      'requirements[0] names a framework that does not exist (checks/kettle-boils.yaml:10:16): got "house-rule", expected one of house-rules (did you mean house-rules?).\n  A control is not used (frameworks/house-rules.yaml:5:3): got "1.10", expected at least one check with the requirement house-rules/1.10.',
    ],
    [
      'an unknown control',
      'checks/kettle-boils.yaml',
      'house-rules/1.10',
      'house-rules/1.1',
      'requirements[0] names a control of house-rules that does not exist (checks/kettle-boils.yaml:10:16): got "1.1", expected one of 1.10 (did you mean 1.10?).\n  A control is not used (frameworks/house-rules.yaml:5:3): got "1.10", expected at least one check with the requirement house-rules/1.10.',
    ],
    [
      'an unknown severity',
      'checks/kettle-boils.yaml',
      'severity: HIGH',
      'severity: high',
      'severity cannot be used (checks/kettle-boils.yaml:6:11): got "high", expected one of INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL.',
    ],
    [
      'a rationale that is too long for Security Hub',
      'checks/kettle-boils.yaml',
      'Water runs out',
      'x'.repeat(65),
      `rationale cannot be used (checks/kettle-boils.yaml:7:12): got "${'x'.repeat(65)}", expected at most 64 characters.`,
    ],
    [
      "a category outside Security Hub's taxonomy",
      'checks/kettle-boils.yaml',
      'Effects/Data Exposure',
      'Kitchen',
      'category cannot be used (checks/kettle-boils.yaml:8:11): got "Kitchen", expected a type in Security Hub\'s taxonomy: namespace/category or namespace/category/classifier.',
    ],
    [
      'a URL that is no link',
      'checks/kettle-boils.yaml',
      'https://example.org/kettles',
      'javascript:alert(1)',
      'remediation.url cannot be used (checks/kettle-boils.yaml:9:43): got "javascript:alert(1)", expected an https URL.',
    ],
    [
      'a condition that YAML reads as true',
      'checks/kettle-boils.yaml',
      'when: facts.boiling',
      'when: true',
      'when cannot be used (checks/kettle-boils.yaml:5:7): got true, expected text (in quotes where YAML would read a number or true).',
    ],
    [
      'no example on which the check is silent',
      'checks/kettle-boils.yaml',
      'silent: [{}]',
      'silent: []',
      'examples.silent cannot be used (checks/kettle-boils.yaml:14:11): got an empty list, expected at least one example, unless the condition is "true".',
    ],
    [
      'a misspelt fact',
      'checks/kettle-boils.yaml',
      'when: facts.boiling',
      'when: facts.on && facts.boilling',
      'when: the condition uses a fact that the kettle probe does not have (checks/kettle-boils.yaml:5:25): got "boilling", expected one of boiling, litres, cups, label, colour, on, filledAt, tags, lid, parts (did you mean boiling?).',
    ],
    [
      'a misspelt fact in a quoted condition',
      'checks/kettle-boils.yaml',
      'when: facts.boiling',
      "when: '!facts.boilling'",
      'when: the condition uses a fact that the kettle probe does not have (checks/kettle-boils.yaml:5:15): got "boilling", expected one of boiling, litres, cups, label, colour, on, filledAt, tags, lid, parts (did you mean boiling?).',
    ],
    [
      'a misspelt fact in a condition of several lines',
      'checks/kettle-boils.yaml',
      'when: facts.boiling',
      'when: |\n  facts.on\n    && facts.boilling',
      'when: the condition uses a fact that the kettle probe does not have (checks/kettle-boils.yaml:7:14): got "boilling", expected one of boiling, litres, cups, label, colour, on, filledAt, tags, lid, parts (did you mean boiling?).',
    ],
    [
      'a comparison of text with a number',
      'checks/kettle-boils.yaml',
      'when: facts.boiling',
      'when: facts.label > 3',
      'when: the condition cannot be compiled (checks/kettle-boils.yaml:5:7): got "facts.label > 3" (no such overload: string > int), expected a CEL expression over the facts of the kettle probe.',
    ],
    [
      'matches, which hostile text can hold',
      'checks/kettle-boils.yaml',
      'when: facts.boiling',
      'when: facts.boiling && facts.colour.matches("r.d")',
      'when: the condition is not allowed (checks/kettle-boils.yaml:5:24): got matches, whose running time the scanned server could control, expected matchesRe2("…").',
    ],
    [
      'evidence that is no fact',
      'checks/kettle-boils.yaml',
      'lid.open',
      'lid.opened',
      'evidence[1]: evidence names a fact that the kettle probe does not have (checks/kettle-boils.yaml:11:21): got "lid.opened", expected one of boiling, litres, cups, label, colour, on, filledAt, tags, lid, parts.',
    ],
    [
      'an example that comes out the other way',
      'checks/kettle-boils.yaml',
      'silent: [{}]',
      'silent: [{ boiling: true }]',
      'examples.silent[0]: an example does not come out as its list says (checks/kettle-boils.yaml:14:12): got a condition that holds, expected one that does not hold.',
    ],
    [
      'an example that is no set of facts',
      'checks/kettle-boils.yaml',
      'silent: [{}]',
      'silent: [{ boils: false }]',
      'examples.silent[0]: an example is not what the kettle probe reports (checks/kettle-boils.yaml:14:12): got facts: Unrecognized key: "boils", expected facts of its schema, or the part that differs from the baseline.',
    ],
  ];

  it.each(cases)('%s', async (_mistake, file, from, to, sentence) => {
    folder.replace(file, from, to);
    // One mistake may break more than one thing; then each has its line under a headline.
    const [headline, ...lines] = (await folder.refusal()).split(/(?<= problems:)\n {2}/);
    expect(lines[0] ?? headline).toBe(sentence);
  });
});

describe('files and folders', () => {
  it('refuses a missing file', async () => {
    folder.remove('ports.yaml');
    expect(await folder.refusal()).toBe(
      'A configuration file cannot be read (ports.yaml): got ENOENT, expected a readable YAML file.',
    );
  });

  it('refuses a missing folder', async () => {
    folder.remove('frameworks');
    expect(await folder.refusal()).toBe(
      'A configuration folder cannot be read (frameworks): got ENOENT, expected a folder of .yaml files.',
    );
  });

  it('refuses a file of another kind, which would be missing without a word', async () => {
    folder.copyOf('checks/kettle-boils.yaml', 'checks/kettle-boils-2.yml');
    expect(await folder.refusal()).toBe(
      'A configuration folder has a file of another kind (checks/kettle-boils-2.yml): got "kettle-boils-2.yml", expected names that end in .yaml.',
    );
  });

  it("refuses a baseline that is no probe's", async () => {
    folder.copyOf('baselines/kettle.yaml', 'baselines/kettel.yaml');
    expect(await folder.refusal()).toBe(
      "A baseline's file has not the name of a probe (baselines/kettel.yaml:1:1): got kettel, expected one of kettle (did you mean kettle?).",
    );
  });

  it('refuses an enormous file without parsing it', async () => {
    folder.write('ports.yaml', Buffer.alloc(1024 * 1024 + 1, 0x20));
    expect(await folder.refusal()).toBe(
      'A configuration file is too large (ports.yaml): got 1048577 bytes, expected at most 1048576.',
    );
  });

  it('refuses aliases that multiply', async () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 8; level += 1) {
      bomb.push(`a${level}: &a${level} [${Array.from({ length: 9 }, () => `*a${level - 1}`).join(', ')}]`);
    }
    folder.write('ports.yaml', bomb.join('\n'));
    expect(await folder.refusal()).toBe(
      'The file cannot be used (ports.yaml:1:1): got Excessive alias count indicates a resource exhaustion attack, expected YAML with few aliases, each of which has its anchor.',
    );
  });

  it('refuses an empty file', async () => {
    folder.write('profiles.yaml', '');
    expect(await folder.refusal()).toBe(
      'The file cannot be used (profiles.yaml:1:1): got null, expected a mapping.',
    );
  });
});

it('lists several problems, a line each', async () => {
  folder.replace('picket.yaml', 'cron: "30 2 * * *"', 'cron: daily');
  folder.replace('ports.yaml', '[kettle]', '[toaster]');
  folder.replace('checks/kettle-boils.yaml', 'when: facts.boiling', 'when: facts.steaming');
  expect(await folder.refusal()).toBe(
    [
      'The configuration has 3 problems:',
      '  schedules[0].cron cannot be used (picket.yaml:14:11): got "daily", expected a cron expression of five fields that fires at least once.',
      '  ports[0].probes[0] names a probe that does not exist (ports.yaml:2:41): got "toaster", expected one of kettle.',
      '  when: the condition uses a fact that the kettle probe does not have (checks/kettle-boils.yaml:5:13): got "steaming", expected one of boiling, litres, cups, label, colour, on, filledAt, tags, lid, parts.',
    ].join('\n'),
  );
});

it('does not call controls unused or unknown because of a file that could not be read', async () => {
  folder.replace('checks/kettle-boils.yaml', 'severity: HIGH', 'severity: DIRE');
  expect(await folder.refusal()).toMatch(/^severity cannot be used \(checks\/kettle-boils\.yaml:6:11\)/);
});

it('starts from files that are valid', async () => {
  expect(Object.keys(validFiles)).toHaveLength(6);
  expect(await folder.refusal()).toBe('accepted');
});
