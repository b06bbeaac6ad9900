import { describe, expect, it } from 'vitest';
import { CheckError, compileCheck } from '../../src/checks/compile.ts';
import type { Check } from '../../src/domain/check.ts';
import { kettle, kettleCheck } from './support.ts';

function refusal(changes: Partial<Check>): string {
  try {
    compileCheck(kettleCheck('item.weight > 1', changes), kettle);
  } catch (error) {
    if (error instanceof CheckError) return error.message;
    throw error;
  }
  return 'compiled';
}

describe('a check of each item of a list', () => {
  it('compiles against the type of the items', () => {
    expect(refusal({ each: { list: 'parts', key: 'name' }, evidence: ['item.name'] })).toBe('compiled');
  });

  it.each<[string, Partial<Check>, RegExp]>([
    [
      'a list that is none',
      { each: { list: 'part', key: 'name' } },
      /no list of objects of this name .* got "part", expected .*parts/,
    ],
    ['a list of texts', { each: { list: 'tags', key: 'name' } }, /no list of objects/],
    ['a key that items do not have', { each: { list: 'parts', key: 'nam' } }, /no text of this name .*"nam"/],
    ['a key that is no text', { each: { list: 'parts', key: 'weight' } }, /no text of this name .*"weight"/],
    [
      'a severity that items do not have',
      { each: { list: 'parts', key: 'name', severity: 'grade' } },
      /no text of this name .*"grade"/,
    ],
    [
      'evidence that items do not have',
      { each: { list: 'parts', key: 'name' }, evidence: ['item.colour'] },
      /Evidence names a fact that the kettle probe does not have/,
    ],
    ['a misspelt field of an item', { each: { list: 'parts', key: 'name' }, when: 'item.wait > 1' }, /wait/],
    ['an item where there is no list', {}, /item/],
  ])('refuses %s', (_, changes, sentence) => {
    expect(refusal(changes)).toMatch(sentence);
  });
});
