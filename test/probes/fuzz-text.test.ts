import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toFacts } from '../../src/scanner/facts.ts';
import { oneLine, printable } from '../../src/scanner/printable.ts';
import { withoutDates } from '../../src/scanner/without-dates.ts';

// What every probe puts text through before it becomes a fact or a sentence.

const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_122);
const settings = { seed, numRuns: Number(process.env['FUZZ_RUNS'] ?? 40) * 10 };

/** Texts with what terminals and databases have trouble with in them. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc
    .array(
      fc.constantFrom(
        '\u001b[2J',
        '\u009b',
        '\u202e',
        '\u2028',
        '\ud800',
        '\0',
        '\\',
        '\r\n',
        'a',
        '🦊',
        '=cmd',
      ),
    )
    .map((parts) => parts.join('')),
);
const limit = fc.integer({ min: 1, max: 120 });

it(`printable is one line of visible ASCII, no longer than it may be (seed ${seed})`, () => {
  fc.assert(
    fc.property(text, limit, (input, most) => {
      for (const line of [printable(input, most), printable(Buffer.from(input), most)]) {
        expect(line).toMatch(/^[\x20-\x7e]*…?$/);
        expect(line.length).toBeLessThanOrEqual(most);
      }
    }),
    settings,
  );
});

it(`oneLine has nothing that moves a cursor or turns text around (seed ${seed})`, () => {
  fc.assert(
    fc.property(text, limit, (input, most) => {
      const line = oneLine(input, most);
      expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      expect(line.length).toBeLessThanOrEqual(most);
    }),
    settings,
  );
});

it(`withoutDates makes nothing longer (seed ${seed})`, () => {
  const date = fc
    .date({ noInvalidDate: true })
    .chain((at) =>
      fc.constantFrom(at.toISOString(), at.toUTCString(), at.toString(), `<17.${at.getTime()}@host>`),
    );
  const dated = fc.array(fc.oneof(text, date), { maxLength: 6 }).map((parts) => parts.join(' '));
  fc.assert(
    fc.property(dated, (input) => {
      expect(withoutDates(input).length).toBeLessThanOrEqual(input.length);
    }),
    settings,
  );
});

it(`toFacts makes any text fit for a database (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.dictionary(text, fc.oneof(text, fc.array(text))), (facts) => {
      const stored = JSON.stringify(toFacts(facts));
      expect(stored).not.toContain('\\u0000');
      expect(stored).not.toMatch(/\\ud[89a-f]/i);
    }),
    settings,
  );
});
