import { describe, expect, it } from 'vitest';
import { cpeFields, formatCpe, quoted, unquoted } from '../../src/domain/cpe-name.ts';
import { attributeMatches, parseCpe } from '../../src/vulnerabilities/cpe.ts';

describe('a CPE name', () => {
  it('is read with its quotes', () => {
    const cpe = parseCpe('cpe:2.3:a:joomla:joomla\\!:3.9.0:-:*:*:lts:word\\:press:*:*');
    expect(cpe?.part).toMatchObject({ kind: 'text', text: 'a' });
    expect(cpe?.product).toMatchObject({ kind: 'text', text: 'joomla!' });
    expect(cpe?.update).toEqual({ kind: 'none' });
    expect(cpe?.edition).toEqual({ kind: 'any' });
    expect(cpe?.softwareEdition).toMatchObject({ text: 'lts' });
    expect(cpe?.targetSoftware).toMatchObject({ text: 'word:press' });
  });

  it('may lack what is "any" at its end', () => {
    expect(parseCpe('a:openbsd:openssh:8.5:p1')).toEqual(
      parseCpe('cpe:2.3:a:openbsd:openssh:8.5:p1:*:*:*:*:*:*'),
    );
  });

  it.each([
    'cpe:/a:openbsd:openssh:8.5',
    'cpe:2.3:x:openbsd:openssh:8.5:*:*:*:*:*:*:*',
    'cpe:2.3:a:openbsd',
    'cpe:2.3:a:-:openssh',
    'cpe:2.3:a:openbsd:openssh:*:*:*:*:*:*:*:*:*',
    '',
    `a:b:${'c'.repeat(2000)}`,
  ])('is refused: %s', (name) => {
    expect(parseCpe(name)).toBeNull();
  });

  it('is written with quotes where they belong', () => {
    expect(
      formatCpe({ part: 'a', vendor: 'joomla', product: 'joomla!', version: '3.9.0', update: 'rc1' }),
    ).toBe('cpe:2.3:a:joomla:joomla\\!:3.9.0:rc1:*:*:*:*:*:*');
    expect(
      formatCpe({ part: 'o', vendor: 'cisco', product: 'ios', version: '15.0(2)SE11', update: null }),
    ).toBe('cpe:2.3:o:cisco:ios:15.0\\(2\\)se11:*:*:*:*:*:*:*');
    expect(quoted('-')).toBe('\\-');
    expect(unquoted(quoted('a:b*c?d\\e'))).toBe('a:b*c?d\\e');
    expect(cpeFields('a:b\\:c:d')).toEqual(['a', 'b\\:c', 'd']);
  });

  it.each([
    ['*', '9.2', true],
    ['9.2', '9.2', true],
    ['9.2', '9.20', false],
    ['P1', 'p1', true],
    ['1.2*', '1.2.3', true],
    ['1.2*', '11.2', false],
    ['*sp1', 'x86sp1', true],
    ['1.?', '1.2', true],
    ['1.?', '1.', true],
    ['1.?', '1.22', false],
    ['??ab*', 'xxabab', true],
    ['?ab', 'ababab', false],
    ['1.2\\*', '1.2*', true],
    ['1.2\\*', '1.23', false],
    ['-', '1', false],
    ['-', null, true],
    ['1', null, false],
    ['*', null, true],
  ])('has %s match %s: %s', (attribute, value, expected) => {
    const cpe = parseCpe(`a:v:p:${attribute}`);
    expect(cpe === null ? null : attributeMatches(cpe.version, value)).toBe(expected);
  });
});
