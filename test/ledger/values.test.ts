import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toJson } from '../../src/ledger/values.ts';

describe('toJson', () => {
  it('changes what PostgreSQL cannot hold and nothing else', () => {
    const counterexample = fc.check(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (strings) => {
        const storable = strings.map((text) => text.replaceAll('\u0000', '\ufffd'));
        return JSON.stringify(JSON.parse(toJson(strings))) === JSON.stringify(storable);
      }),
    ).counterexample;
    expect(counterexample).toBeNull();
  });

  it.each([
    ['\u0000', '\ufffd'],
    ['\ud800', '\ufffd'],
    ['a\udfffb', 'a\ufffdb'],
    ['\ud83d\ude00', '\ud83d\ude00'],
    ['\\u0000', '\\u0000'],
    ['\\\\u0000\u0000', '\\\\u0000\ufffd'],
    ['\u0001', '\u0001'],
    ['\\', '\\'],
  ])('%j becomes %j, as a value and as a key', (given, expected) => {
    expect(JSON.parse(toJson({ [given]: given }))).toEqual({ [expected]: expected });
  });
});
