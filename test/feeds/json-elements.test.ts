import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonElements } from '../../src/feeds/json-elements.ts';
import { inChunks } from './published.ts';

async function read(
  text: string | Buffer,
  size = 7,
  list = 'items',
): Promise<{ elements: unknown[]; rest: unknown }> {
  const reader = jsonElements(inChunks(text, size), list, 'the file');
  const elements: unknown[] = [];
  for (;;) {
    const next = await reader.next();
    if (next.done === true) return { elements, rest: next.value };
    elements.push(next.value);
  }
}

describe('the elements of a JSON document', () => {
  it('are given one by one, and then what is around them', async () => {
    const text =
      '\uFEFF { "a" : "x\\"]", "other": [1, {"items": [2]}],\n "items" : [ {"n":1}, {"n":[{}]} ] , "b": {"c": [3]} }\n';
    for (const size of [1, 2, 5, 1000]) {
      expect(await read(text, size)).toEqual({
        elements: [{ n: 1 }, { n: [{}] }],
        rest: { a: 'x"]', other: [1, { items: [2] }], items: [], b: { c: [3] } },
      });
    }
  });

  it('are what JSON.parse gives, whatever they hold and however they are cut', async () => {
    const element = fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(element, { maxLength: 6 }),
        fc.dictionary(
          fc.string({ maxLength: 5 }).filter((name) => name !== 'items'),
          fc.jsonValue({ maxDepth: 3 }),
          { maxKeys: 3 },
        ),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(undefined, 1, 4),
        async (items, around, size, indent) => {
          const text = JSON.stringify({ ...around, items, last: '[{' }, null, indent);
          const { elements, rest } = await read(text, size);
          expect(JSON.stringify(elements)).toBe(JSON.stringify(items));
          expect(JSON.stringify(rest)).toBe(JSON.stringify({ ...around, items: [], last: '[{' }));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('may be none', async () => {
    expect(await read('{"items":[]}')).toEqual({ elements: [], rest: { items: [] } });
    expect(await read('{"items":[ \n ]}')).toEqual({ elements: [], rest: { items: [] } });
  });

  it.each([
    ['an end in the middle of an element', '{"items":[{"n":1},{"n"'],
    ['an end in the middle of the list', '{"items":[{"n":1}'],
    ['an end after the list', '{"items":[{"n":1}]'],
    ['no list', '{"other":[{}]}'],
    ['another thing by that name', '{"items":{"n":1}}'],
    ['a list at the top', '[{"n":1}]'],
    ['a list only further in', '{"a":{"items":[{}]}}'],
    ['no JSON', 'hello'],
    ['nothing', ''],
    ['elements that are no objects', '{"items":[1,2]}'],
    ['texts as elements', '{"items":["a"]}'],
    ['lists as elements', '{"items":[[1]]}'],
    ['two elements without a comma', '{"items":[{"n":1}{"n":2}]}'],
    ['two commas', '{"items":[{"n":1},,{"n":2}]}'],
    ['a comma at the end', '{"items":[{"n":1},]}'],
    ['a comma at the beginning', '{"items":[,{"n":1}]}'],
    ['an element that is no JSON', '{"items":[{n:1}]}'],
    ['brackets that do not fit', '{"items":[{"n":[}]}]}'],
    ['more after the end', '{"items":[{"n":1}]} {}'],
    ['something broken around the list', '{"a":,"items":[{}]}'],
    ['too deep a nesting', `{"items":[${'{"n":'.repeat(80)}1${'}'.repeat(80)}]}`],
    ['too much around the list', `{"a":"${'x'.repeat(70_000)}","items":[{}]}`],
  ])('are refused with %s', async (_, text) => {
    await expect(read(text, 4096)).rejects.toMatchObject({ code: 'feed-invalid', retryable: false });
    await expect(read(text, 3)).rejects.toMatchObject({ code: 'feed-invalid' });
  });

  it('may each have 16 MiB and no more', async () => {
    const huge = `{"items":[{"text":"${'x'.repeat(16 * 1024 * 1024)}"}]}`;
    await expect(read(huge, 1024 * 1024)).rejects.toThrow(/an entry of more than/);
  });
});
