import fc from 'fast-check';
import { expect, it } from 'vitest';
import { oneLine, printable } from '../../src/scanner/printable.ts';

it('writes what is not visible ASCII as escapes', () => {
  expect(printable(Buffer.from('220 \x1b[31mred\x00\r\n\t\\ \xff', 'latin1'), 100)).toBe(
    '220 \\x1b[31mred\\x00\\r\\n\\t\\\\ \\xff',
  );
  expect(printable('\u202eabc \u{1f600}', 100)).toBe('\\u{202e}abc \\u{1f600}');
});

it('never gives more than it may, nor anything but visible characters', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 1, max: 300 }), (bytes, limit) => {
      const line = printable(Buffer.from(bytes), limit);
      expect(line.length).toBeLessThanOrEqual(limit);
      expect(line).toMatch(/^[\x20-\x7e]*…?$/);
    }),
  );
});

it('keeps two different banners apart', () => {
  const bytes = fc.uint8Array({ maxLength: 60 });
  fc.assert(
    fc.property(bytes, bytes, (left, right) => {
      const same = Buffer.from(left).equals(Buffer.from(right));
      expect(printable(Buffer.from(left), 1_000) === printable(Buffer.from(right), 1_000)).toBe(same);
    }),
  );
});

it('makes one harmless line of a sentence', () => {
  expect(oneLine('a\nb\u001b[0m\u202e\u2028 C:\\dir – é', 100)).toBe(
    'a\\nb\\x1b[0m\\u{202e}\\u{2028} C:\\dir – é',
  );
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.integer({ min: 1, max: 300 }),
      (text, limit) => {
        const line = oneLine(text, limit);
        expect(line.length).toBeLessThanOrEqual(limit);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      },
    ),
  );
});
