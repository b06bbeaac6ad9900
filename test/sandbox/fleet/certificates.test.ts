import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createAuthority, freshValidity, selfSigned } from '../../../src/sandbox/fleet/certificates.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const days = (text: string): number => Math.round((Date.parse(text) - Date.now()) / DAY_MS);

test('the authority signs leaves for an address, with the key and the validity that were asked for', async () => {
  const authority = await createAuthority();
  const root = new X509Certificate(authority.cert);
  const { cert, key } = await authority.issue({
    name: 'shop',
    address: '127.20.0.11',
    ...freshValidity,
    key: 'P-256',
  });
  const leaf = new X509Certificate(cert);
  expect(root.ca).toBe(true);
  expect(leaf.ca).toBe(false);
  expect(leaf.checkIssued(root)).toBe(true);
  expect(leaf.verify(root.publicKey)).toBe(true);
  expect(leaf.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(leaf.checkIP('127.20.0.11')).toBe('127.20.0.11');
  expect(leaf.checkIP('127.20.0.12')).toBeUndefined();
  expect([days(leaf.validFrom), days(leaf.validTo)]).toEqual([-6, 40]);
  expect(leaf.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
});

test('two certificates have neither key nor serial number in common', async () => {
  const authority = await createAuthority();
  const request = { name: 'shop', address: '127.20.0.11', ...freshValidity, key: 'P-256' } as const;
  const [one, two] = await Promise.all([authority.issue(request), authority.issue(request)]);
  expect(one.key).not.toBe(two.key);
  expect(new X509Certificate(one.cert).serialNumber).not.toBe(new X509Certificate(two.cert).serialNumber);
});

test('a weak key is an RSA key of 1024 bits', async () => {
  const authority = await createAuthority();
  const { cert } = await authority.issue({
    name: 'appliance',
    address: '127.20.0.14',
    notBeforeDays: -60,
    notAfterDays: -14,
    key: 'RSA-1024',
  });
  const leaf = new X509Certificate(cert);
  expect(leaf.publicKey.asymmetricKeyDetails?.modulusLength).toBe(1024);
  expect(days(leaf.validTo)).toBe(-14);
});

test('a self-signed certificate vouches for itself', async () => {
  const { cert } = await selfSigned({
    name: 'intranet',
    address: '127.20.0.13',
    notBeforeDays: -1,
    notAfterDays: 3650,
  });
  const leaf = new X509Certificate(cert);
  expect(leaf.issuer).toBe(leaf.subject);
  expect(leaf.verify(leaf.publicKey)).toBe(true);
});
