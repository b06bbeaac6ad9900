import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { issue } from '../probes/certificates.ts';
import { ConfigFolder } from './config-folder.ts';

let folder: ConfigFolder;
beforeEach(() => {
  folder = new ConfigFolder();
});
afterEach(() => rmSync(folder.path, { recursive: true }));

function trusting(entries: string): void {
  folder.replace('picket.yaml', 'schedules:', `trust:\n${entries}\nschedules:`);
}

describe('trust', () => {
  it('is empty by default', async () => {
    expect((await folder.load()).trust).toEqual([]);
  });

  it('has each certificate of the file by itself, and what it covers', async () => {
    const one = await issue({ subject: 'CN=One', ca: true });
    const two = await issue({ subject: 'CN=Two', ca: true });
    folder.write('ca/both.pem', `# Ours\n${one.cert}\n\n${two.cert}\n`);
    trusting('  - { id: ours, ca: ca/both.pem, covers: { tags: { room: kitchen } } }');
    const { trust } = await folder.load();
    expect(trust).toEqual([
      {
        id: 'ours',
        certificates: [expect.stringContaining('BEGIN'), expect.stringContaining('BEGIN')],
        covers: { tags: { room: 'kitchen' } },
      },
    ]);
    const body = (pem: string): string => pem.replaceAll(/\s/g, '');
    expect(trust[0]?.certificates.map(body)).toEqual([one.cert, two.cert].map(body));
    expect(Object.isFrozen(trust[0]?.certificates)).toBe(true);
  });

  it('takes an absolute path, no limits, and a self-signed certificate that is no authority', async () => {
    const { cert } = await issue({ subject: 'CN=appliance' });
    folder.write('appliance.pem', cert);
    trusting(`  - { id: appliance, ca: ${path.join(folder.path, 'appliance.pem')} }`);
    const { trust } = await folder.load();
    expect(trust.map(({ id, covers }) => [id, covers])).toEqual([['appliance', undefined]]);
  });

  it.each([
    [
      'a file that is not there',
      'missing.pem',
      null,
      'trust[0].ca names a file that cannot be used, "missing.pem" (picket.yaml:13:18): got ENOENT, expected a readable PEM file, its path relative to the configuration folder.',
    ],
    [
      'a file without a certificate',
      'x.pem',
      'nothing here\n',
      'trust[0].ca names a file that cannot be used, "x.pem" (picket.yaml:13:18): got no certificate, expected PEM with at least one CERTIFICATE block.',
    ],
    [
      'a private key',
      'x.pem',
      '-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n',
      'trust[0].ca names a file that cannot be used, "x.pem" (picket.yaml:13:18): got a private key, expected certificates only: Picket has no use for the key of an authority.',
    ],
    [
      'a file that is far too large',
      'x.pem',
      'x'.repeat(1024 * 1024 + 1),
      'trust[0].ca names a file that cannot be used, "x.pem" (picket.yaml:13:18): got 1048577 bytes, expected at most 1048576.',
    ],
  ])('refuses %s', async (_what, name, content, sentence) => {
    if (content !== null) folder.write(name, content);
    trusting(`  - { id: a, ca: ${name} }`);
    expect(await folder.refusal()).toBe(sentence);
  });

  it('says which certificate cannot be read', async () => {
    const { cert } = await issue({ subject: 'CN=One', ca: true });
    folder.write('x.pem', `${cert}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`);
    trusting('  - { id: a, ca: x.pem }');
    expect(await folder.refusal()).toMatch(
      /got certificate 2, which is not readable \(.+\), expected X\.509 certificates in PEM\.$/,
    );
  });

  it('refuses a certificate that cannot vouch for others', async () => {
    const authority = await issue({ subject: 'CN=One', ca: true });
    const { cert } = await issue({ subject: 'CN=www.example.com', issuer: authority });
    folder.write('x.pem', cert);
    trusting('  - { id: a, ca: x.pem }');
    expect(await folder.refusal()).toContain(
      'got certificate 1, of "CN=www.example.com", which may not issue others, expected certificates of authorities',
    );
  });

  it('refuses an id twice and limits that say nothing', async () => {
    trusting('  - { id: a, ca: x.pem }\n  - { id: a, ca: x.pem, covers: {} }');
    const sentence = await folder.refusal();
    expect(sentence).toContain('trust[1].covers cannot be used (picket.yaml:14:33)');
    expect(sentence).toContain('a only once in this list');
  });
});
