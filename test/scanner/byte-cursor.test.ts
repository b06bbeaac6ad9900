import { describe, expect, it } from 'vitest';
import { ByteCursor } from '../../src/scanner/byte-cursor.ts';

const cursor = (hex: string): ByteCursor => new ByteCursor(Buffer.from(hex, 'hex'), 'The message');

describe('ByteCursor', () => {
  it('reads field after field', () => {
    const fields = cursor(
      '01 0203 0302 00000004 05000000 ffff ffffffff feffffff 6f6b00 0a'.replaceAll(' ', ''),
    );
    expect([
      fields.uint8(),
      fields.uint16be(),
      fields.uint16le(),
      fields.uint32be(),
      fields.uint32le(),
      fields.int16be(),
      fields.int32be(),
      fields.int32le(),
      fields.untilNul().toString(),
      fields.left,
    ]).toEqual([1, 0x203, 0x203, 4, 5, -1, -1, -2, 'ok', 1]);
    fields.skip(1);
    expect(fields.left).toBe(0);
  });

  it.each([
    ['past the end', (fields: ByteCursor) => fields.take(3)],
    ['a negative number of bytes', (fields: ByteCursor) => fields.take(-1)],
    ['no number of bytes', (fields: ByteCursor) => fields.take(Number.NaN)],
    ['a number that is not all there', (fields: ByteCursor) => fields.uint32be()],
    ['a text without an end', (fields: ByteCursor) => fields.untilNul()],
  ])('says where the message ended for %s', (_what, read) => {
    expect(() => read(cursor('ffff'))).toThrow(expect.objectContaining({ status: 'garbled' }));
    expect(() => read(cursor('ffff'))).toThrow(/^The message ends .*0/);
  });
});
