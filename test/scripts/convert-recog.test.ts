import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { convertRecog } from '../../scripts/convert-recog/convert.ts';
import { toRe2 } from '../../scripts/convert-recog/pattern.ts';
import { parseXml } from '../../scripts/convert-recog/xml.ts';
import { convertedFileSchema } from '../../src/settings/software-file.ts';
import { compileFinder } from '../../src/software/catalogue.ts';

const SERVERS = `<?xml version="1.0" encoding="UTF-8"?>
<fingerprints matches="http_header.server" protocol="http">
  <!-- a comment with <fingerprint> in it -->
  <fingerprint pattern="^Acme(?:Web)?/([\\d.]+)(?: \\((\\S+)\\))?$" flags="REG_ICASE">
    <description>Acme &amp; sons</description>
    <example service.version="1.2" os.product="Linux">acmeweb/1.2 (Linux)</example>
    <example service.version="2.0" _encoding="base64">QWNtZS8yLjA=</example>
    <param pos="0" name="service.vendor" value="Acme"/>
    <param pos="0" name="service.product" value="Acme Web"/>
    <param pos="1" name="service.version"/>
    <param pos="0" name="service.cpe23" value="cpe:/a:acme%21:acme_web:{service.version}"/>
    <param pos="2" name="os.product"/>
    <param pos="0" name="os.cpe23" value="cpe:/o:linux:linux_kernel:-"/>
  </fingerprint>
  <fingerprint pattern="^Other \\((Thing|Part)/(\\d+)\\)$">
    <description>A component</description>
    <example service.component.version="7">Other (Thing/7)</example>
    <param pos="0" name="service.product" value="Other"/>
    <param pos="2" name="service.component.version"/>
    <param pos="0" name="service.component.cpe23" value="cpe:/a:other:thing:{service.component.version}"/>
  </fingerprint>
  <fingerprint pattern="^Fixed$">
    <example _filename="fixed.txt"/>
    <param pos="0" name="service.version" value="3.1"/>
    <param pos="0" name="service.cpe23" value="cpe:/a:fixed:fixed:3.1"/>
  </fingerprint>
  <fingerprint pattern="^(?!Nothing)Ahead$">
    <example>Ahead</example>
    <param pos="0" name="service.cpe23" value="cpe:/a:a:ahead:-"/>
  </fingerprint>
  <fingerprint pattern="^Wrong/(\\d)$">
    <example service.version="2">Wrong/1</example>
    <param pos="1" name="service.version"/>
    <param pos="0" name="service.cpe23" value="cpe:/a:a:wrong:{service.version}"/>
  </fingerprint>
  <fingerprint pattern="^Nameless$">
    <example>Nameless</example>
    <param pos="0" name="service.product" value="Nameless"/>
  </fingerprint>
</fingerprints>`;

const FAVICONS = `<fingerprints matches="favicon.md5">
  <fingerprint pattern='^0123$'><example><![CDATA[0123]]></example><param pos="0" name="service.cpe23" value="cpe:/a:a:icon:-"/></fingerprint>
</fingerprints>`;

function checkout(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'picket-recog-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(path.join(folder, 'xml', 'servers'), { recursive: true });
  writeFileSync(path.join(folder, 'xml', 'servers.xml'), SERVERS);
  writeFileSync(path.join(folder, 'xml', 'favicons.xml'), FAVICONS);
  writeFileSync(path.join(folder, 'xml', 'servers', 'fixed.txt'), 'Fixed\n');
  writeFileSync(path.join(folder, 'LICENSE'), 'Licence: of whoever wrote this\n');
  return folder;
}

describe('the conversion of recog', () => {
  it('gives fingerprints of ours, and counts what it leaves out and why', () => {
    const { fingerprints, licence, counts } = convertRecog(checkout());
    expect(fingerprints).toEqual([
      {
        id: 'recog-servers-1',
        name: 'Acme Web',
        part: 'a',
        vendor: 'acme\\!',
        product: 'acme_web',
        facts: ['http.server'],
        pattern: '(?i)^Acme(?:Web)?/(?P<version>[\\d.]+)(?: \\((\\S+)\\))?$',
      },
      expect.objectContaining({ id: 'recog-servers-2-component', product: 'thing', name: 'thing' }),
      expect.objectContaining({ id: 'recog-servers-3', version: '3.1' }),
    ]);
    expect(licence).toBe('Licence: of whoever wrote this');
    expect(counts).toEqual({
      files: 2,
      fingerprints: 7,
      expressible: 6,
      examples: 8,
      examplesMatched: 6,
      kept: 3,
      dropped: { pattern: 1, examples: 1, 'no-cpe': 1, 'no-fact': 1 },
    });
  });

  it('writes what the configuration reads', () => {
    const { fingerprints, licence } = convertRecog(checkout());
    const read = convertedFileSchema.parse({ source: 'a test', licence, fingerprints });
    expect(read.fingerprints[0]).toMatchObject({ vendor: 'acme!', product: 'acme_web', aliases: [] });
    expect(compileFinder(read.fingerprints[0]?.pattern ?? '')('ACME/1.5')).toEqual({ version: '1.5' });
  });
});

describe('a pattern', () => {
  const re2 = (pattern: string, flags = '', names: [number, string][] = []): string | null =>
    toRe2(pattern, flags, new Map(names));

  it.each([
    ['^a(b)(?:c)(d)$', '', [[2, 'version']], '^a(b)(?:c)(?P<version>d)$'],
    ['^(?<old>b)$', '', [[1, 'version']], '^(?P<version>b)$'],
    ['[(](x)', '', [[1, 'version']], '[(](?P<version>x)'],
    ['\\((x)', '', [[1, 'version']], '\\((?P<version>x)'],
    ['[]\\](](x)', '', [[1, 'version']], '[\\]\\](](?P<version>x)'],
    ['a.b', 'REG_ICASE,REG_DOT_NEWLINE', [], '(?is)a.b'],
    ['a(?i-mx:b)(?m:c)', '', [], 'a(?i-s:b)(?s:c)'],
    ['\\h+\\_\\/[\\h_]', '', [], '[0-9a-fA-F]+_/[0-9a-fA-F_]'],
    ['a{2000}{,3}b{1,}', '', [], null],
    ['a{,3}b{2,5000}', '', [], 'a{0,3}b{2,1000}'],
    ['(?=a)b', '', [], null],
    ['(a)\\1', '', [], null],
    ['a++', '', [], null],
  ] satisfies [string, string, [number, string][], string | null][])(
    '%s becomes %s',
    (pattern, flags, names, expected) => {
      expect(re2(pattern, flags, names)).toBe(expected);
    },
  );
});

describe('XML', () => {
  it('is read with attributes, entities, comments and CDATA', () => {
    const root = parseXml(
      `<?xml version="1.0"?><a b='1 &lt; 2' c="&#x41;&#66;"><!-- <x> --><d/>t<![CDATA[<&>]]>&quot;</a>`,
    );
    expect(root).toEqual({
      name: 'a',
      attributes: { b: '1 < 2', c: 'AB' },
      children: [{ name: 'd', attributes: {}, children: [], text: '' }],
      text: 't<&>"',
    });
  });

  it.each(['<a>', '<a></b>', '</a>', '<a b=c/>', '<!-- never ends', '', 'text only'])(
    'is refused: %s',
    (source) => {
      expect(() => parseXml(source)).toThrow(Error);
    },
  );
});
