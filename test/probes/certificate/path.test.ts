import { describe, expect, it } from 'vitest';
import { Anchors } from '../../../src/probes/certificate/anchors.ts';
import { parseCertificate, type ParsedCertificate } from '../../../src/probes/certificate/parse.ts';
import { findPath } from '../../../src/probes/certificate/path.ts';
import { Signatures } from '../../../src/probes/certificate/signatures.ts';
import { platformRoots } from '../../../src/scanner/platform-roots.ts';
import { issue, type Identity } from '../certificates.ts';

const parsed = ({ certificate }: Identity): ParsedCertificate =>
  parseCertificate(Buffer.from(certificate.rawData));
const der = (pem: string): Buffer => Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');

function pathOf(leaf: Identity, others: readonly Identity[], trusted: readonly Identity[] = []) {
  const anchors = new Anchors(trusted.map(({ cert }) => cert));
  const { certificates, end } = findPath(parsed(leaf), others.map(parsed), anchors, new Signatures());
  return { end, subjects: certificates.map(({ details }) => details.subject), certificates };
}

describe('the platform’s roots', () => {
  it('are more than a hundred, can all be read in both ways, and are trusted', () => {
    const anchors = new Anchors([]);
    const ends = platformRoots().map(
      (pem) => findPath(parseCertificate(der(pem)), [], anchors, new Signatures()).end,
    );
    expect(ends.length).toBeGreaterThan(100);
    expect(new Set(ends)).toEqual(new Set(['platform']));
  });
});

describe('findPath', () => {
  it('takes the path that stays valid longest, however the certificates are ordered', async () => {
    const root = await issue({ subject: 'CN=Root', ca: true });
    const old = { notBefore: new Date('2019-01-01'), notAfter: new Date('2020-01-01') };
    const issuer = await issue({ subject: 'CN=Issuer', issuer: root, ca: true });
    const expired = await issue({ subject: 'CN=Issuer', issuer: root, ca: true, keys: issuer.keys, ...old });
    const leaf = await issue({ subject: 'CN=leaf', issuer });
    for (const others of [
      [issuer, expired],
      [expired, issuer],
    ]) {
      const { end, certificates } = pathOf(leaf, others, [root]);
      expect(end).toBe('operator');
      expect(certificates[1]?.details.notAfter).toEqual(issuer.certificate.notAfter);
    }
  });

  it('takes the trusted path before one that stays valid longer', async () => {
    const root = await issue({ subject: 'CN=Root', ca: true });
    const other = await issue({ subject: 'CN=Other Root', ca: true });
    const soon = new Date(Date.now() + 86_400_000);
    const issuer = await issue({ subject: 'CN=Issuer', issuer: root, ca: true, notAfter: soon });
    const crossed = await issue({ subject: 'CN=Issuer', issuer: other, ca: true, keys: issuer.keys });
    const leaf = await issue({ subject: 'CN=leaf', issuer });
    expect(pathOf(leaf, [crossed, other, issuer], [root])).toMatchObject({
      end: 'operator',
      subjects: ['CN=leaf', 'CN=Issuer', 'CN=Root'],
    });
  });

  it('goes no further than eight certificates', async () => {
    const authorities: Identity[] = [await issue({ subject: 'CN=0', ca: true })];
    for (let depth = 1; depth <= 8; depth += 1) {
      const issuer = authorities.at(-1);
      if (issuer === undefined) break;
      authorities.push(await issue({ subject: `CN=${depth}`, issuer, ca: true }));
    }
    const [root, , second] = authorities;
    const last = authorities.at(-1);
    if (root === undefined || second === undefined || last === undefined) throw new Error('none made');
    const leaf = await issue({ subject: 'CN=leaf', issuer: last });
    expect(pathOf(leaf, authorities, [root])).toMatchObject({ end: 'issuer-missing' });
    expect(pathOf(leaf, authorities, [second])).toMatchObject({ end: 'operator' });
  });

  it('ends soon among certificates that all issue one another', async () => {
    const first = await issue({ subject: 'CN=A', ca: true });
    const named = (subject: string, issuer: Identity) =>
      issue({ subject, issuer, ca: true, keys: first.keys });
    const others: Identity[] = [];
    for (let pair = 0; pair < 8; pair += 1) {
      const other = await named('CN=B', first);
      others.push(other, await named('CN=A', other));
    }
    const leaf = await issue({ subject: 'CN=leaf', issuer: first });
    const started = performance.now();
    expect(pathOf(leaf, others).end).toBe('issuer-missing');
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
