import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CheckError, compileCheck } from '../../src/checks/compile.ts';
import { evaluate } from '../../src/checks/evaluate.ts';
import { kettle, kettleCheck, kettleFacts, kettleObservation } from './support.ts';

function fires(when: string): boolean | undefined {
  const { verdicts } = evaluate([compileCheck(kettleCheck(when), kettle)], kettleObservation());
  return verdicts[0]?.fires;
}

function problemsOf(act: () => unknown): CheckError['problems'] {
  try {
    act();
  } catch (error) {
    if (error instanceof CheckError) return error.problems;
    throw error;
  }
  return [];
}

function sentenceOf(when: string): string {
  try {
    compileCheck(kettleCheck(when), kettle);
  } catch (error) {
    if (error instanceof CheckError) return error.message;
    throw error;
  }
  return 'compiled';
}

describe('conditions', () => {
  it.each([
    ['!facts.boiling', true],
    ['facts.litres > 1.0', true],
    ['facts.litres > 2', false],
    ['facts.cups + 1 == 7', true],
    ['facts.cups * 2 >= 12 && facts.on', true],
    ['facts.colour in ["red", "green"]', true],
    ['"office" in facts.tags', true],
    ['facts.tags.size() == 2', true],
    ['facts.parts.exists(part, part.weight > 100)', true],
    ['facts.parts.all(part, part.weight > 100)', false],
    ['facts.parts[0].name == "spout"', true],
    ['facts.lid != null && facts.lid.serial != null && facts.lid.serial == 7', true],
    ['facts.label == null', false],
    ['facts.label != null && facts.label.matchesRe2("^Kettle/[0-9.]+$")', true],
    ['timestamp(facts.filledAt) < observedAt', true],
    ['observedAt - timestamp(facts.filledAt) > duration("13h")', false],
    ['(observedAt - timestamp(facts.filledAt)).getHours() == 12', true],
    ['target.transport == "tcp" && target.port == 443 && target.address.startsWith("203.")', true],
    ['true', true],
  ])('%s comes to %s', (when, expected) => {
    expect(fires(when)).toBe(expected);
  });

  it('see null in nullable facts', () => {
    const compiled = compileCheck(kettleCheck('facts.lid == null || facts.label == null'), kettle);
    const at = (facts: object) =>
      evaluate([compiled], kettleObservation({ facts: { ...kettleFacts, ...facts } })).verdicts[0]?.fires;
    expect([at({}), at({ lid: null }), at({ label: null })]).toEqual([false, true, true]);
  });
});

describe('conditions that are refused', () => {
  it.each([
    [
      'facts.boilng',
      'The condition uses a fact that the kettle probe does not have (check kettle-check): got "boilng", expected one of boiling, litres, cups, label, colour, on, filledAt, tags, lid, parts (did you mean boiling?).',
    ],
    [
      'facts.lid.opn',
      'The condition uses a fact that the kettle probe does not have (check kettle-check): got "opn", expected one of open, serial (did you mean open?).',
    ],
    [
      'facts.parts.exists(part, part.wieght > 3)',
      'The condition uses a fact that the kettle probe does not have (check kettle-check): got "wieght", expected the name of a fact (did you mean weight?).',
    ],
    [
      'target.prt == 22',
      'The condition uses a fact that the kettle probe does not have (check kettle-check): got "prt", expected one of transport, port, address (did you mean port?).',
    ],
    [
      'facts.label > 3',
      'The condition cannot be compiled (check kettle-check): got "facts.label > 3" (no such overload: string > int), expected a CEL expression over the facts of the kettle probe.',
    ],
    [
      'facts.boiling == "yes"',
      'The condition cannot be compiled (check kettle-check): got "facts.boiling == \\"yes\\"" (no such overload: bool == string), expected a CEL expression over the facts of the kettle probe.',
    ],
    [
      'facts.litres == 1',
      'The condition cannot be compiled (check kettle-check): got "facts.litres == 1" (no such overload: double == int), expected a CEL expression over the facts of the kettle probe.',
    ],
    [
      'facts.boiling == null',
      'The condition cannot be compiled (check kettle-check): got "facts.boiling == null" (no such overload: bool == null), expected a CEL expression over the facts of the kettle probe.',
    ],
    [
      'facts.boiling ==',
      'The condition cannot be compiled (check kettle-check): got "facts.boiling ==" (Unexpected token: EOF), expected a CEL expression over the facts of the kettle probe.',
    ],
    [
      'fact.boiling',
      'The condition uses an unknown name (check kettle-check): got "fact", expected facts, target or observedAt.',
    ],
    [
      'facts.cups',
      'The condition is not a yes or no (check kettle-check): got type int, expected type bool.',
    ],
    [
      'facts.tags.exists(tag, tag.matches("(a+)+$"))',
      'The condition is not allowed (check kettle-check): got matches, whose running time the scanned server could control, expected matchesRe2("…").',
    ],
    [
      'cel.bind(label, facts.label, label != null && label.matches("x"))',
      'The condition is not allowed (check kettle-check): got matches, whose running time the scanned server could control, expected matchesRe2("…").',
    ],
    [
      'facts.tags.exists(tag, "x".matchesRe2(tag))',
      'The condition is not allowed (check kettle-check): got matchesRe2 with a pattern that is computed, expected a literal pattern.',
    ],
    [
      'dyn(facts.label) > 3',
      'The condition is not allowed (check kettle-check): got dyn(…), which switches type checking off, expected the fact itself.',
    ],
    [
      'facts[facts.colour] == 3',
      'The condition is not allowed (check kettle-check): got an index that is computed, expected a literal index, or a macro such as exists.',
    ],
  ])('%s', (when, sentence) => {
    expect(sentenceOf(when)).toBe(sentence);
  });

  it('refuses patterns that RE2 does not have, and long ones', () => {
    expect(sentenceOf('facts.colour.matchesRe2("(a)\\\\1")')).toMatch(
      /^The condition is not allowed \(check kettle-check\): got the pattern "\(a\)\\\\1" \(.+\), expected a pattern in RE2 syntax, without back-references and look-around\.$/,
    );
    expect(sentenceOf(`facts.colour.matchesRe2("${'a'.repeat(513)}")`)).toBe(
      'The condition is not allowed (check kettle-check): got a pattern of 513 characters, expected one of at most 512.',
    );
  });

  it('says where in the condition it is', () => {
    const [problem] = problemsOf(() => compileCheck(kettleCheck('facts.on && facts.boilng'), kettle));
    expect(problem).toMatchObject({ path: ['when'], offset: 18 });
  });
});

describe('evidence and examples', () => {
  it('names facts, with dots for those inside others', () => {
    const compiled = compileCheck(kettleCheck('facts.on', { evidence: ['label', 'lid.serial'] }), kettle);
    expect(evaluate([compiled], kettleObservation()).verdicts[0]?.evidence).toEqual({
      label: 'Kettle/2.1',
      'lid.serial': 7,
    });
  });

  it('refuses evidence that is no fact', () => {
    const act = () =>
      compileCheck(kettleCheck('facts.on', { evidence: ['on', 'labell', 'parts.name'] }), kettle);
    expect(problemsOf(act)).toEqual([
      {
        path: ['evidence', 1],
        what: 'Evidence names a fact that the kettle probe does not have',
        got: '"labell"',
        expected:
          'one of boiling, litres, cups, label, colour, on, filledAt, tags, lid, parts (did you mean label?)',
      },
      expect.objectContaining({ path: ['evidence', 2], got: '"parts.name"' }),
    ]);
  });

  it('refuses examples that come out the other way, that are no facts, and that cannot be evaluated', () => {
    const examples = {
      fires: [{ ...kettleFacts, boiling: true }, kettleFacts, { ...kettleFacts, lid: null, boiling: true }],
      silent: [{ ...kettleFacts, cups: 'six' }],
    };
    const act = () =>
      compileCheck(kettleCheck('facts.boiling && facts.lid.open == false', { examples }), kettle);
    expect(problemsOf(act)).toEqual([
      {
        path: ['examples', 'fires', 1],
        what: 'An example does not come out as its list says',
        got: 'a condition that does not hold',
        expected: 'one that holds',
      },
      {
        path: ['examples', 'fires', 2],
        what: 'An example does not come out as its list says',
        got: 'a condition that failed (No such key: open)',
        expected: 'one that holds',
      },
      {
        path: ['examples', 'silent', 0, 'cups'],
        what: 'An example is not what the kettle probe reports',
        got: 'facts.cups: Invalid input: expected number, received string',
        expected: 'facts of its schema, or the part that differs from the baseline',
      },
    ]);
  });

  it('counts the problems in its sentence', () => {
    const act = () => compileCheck(kettleCheck('facts.cups', { evidence: ['x', 'y'] }), kettle);
    expect(act).toThrow(
      'The condition is not a yes or no (and 2 more problems) (check kettle-check): got type int, expected type bool.',
    );
  });
});

describe('schemas of probes', () => {
  it('refuses one without a type in conditions', () => {
    const probe = { id: 'odd', facts: z.strictObject({ size: z.union([z.string(), z.int()]) }) };
    expect(() => compileCheck(kettleCheck('true', { probe: 'odd' }), probe)).toThrow(
      'The schema of facts.size has no type that a condition could be checked against: got a schema of type union, expected an object, array, string, enumeration, literal, number or boolean, each possibly nullable.',
    );
  });
});
