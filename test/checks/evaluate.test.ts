import { describe, expect, it } from 'vitest';
import { compileCheck } from '../../src/checks/compile.ts';
import { evaluate } from '../../src/checks/evaluate.ts';
import { observationStatuses } from '../../src/domain/observation.ts';
import { kettle, kettleCheck, kettleFacts, kettleObservation } from './support.ts';

const checks = [
  compileCheck(kettleCheck('facts.boiling', { id: 'boiling', evidence: ['boiling'] }), kettle),
  compileCheck(kettleCheck('facts.cups > 5', { id: 'many-cups', evidence: ['cups', 'lid.serial'] }), kettle),
  compileCheck(kettleCheck('facts.lid.open', { id: 'unguarded' }), kettle),
];

describe('evaluate', () => {
  it('gives one verdict a check, with the evidence and nothing else of the facts', () => {
    const observation = kettleObservation();
    const { verdicts, failures } = evaluate(checks, observation);
    expect(failures).toEqual([]);
    expect(verdicts.map(({ check, fires, evidence }) => [check.id, fires, evidence])).toEqual([
      ['boiling', false, { boiling: false }],
      ['many-cups', true, { cups: 6, 'lid.serial': 7 }],
      ['unguarded', false, {}],
    ]);
    expect(
      verdicts.every((verdict) => verdict.observation === observation && verdict.discriminator === ''),
    ).toBe(true);
  });

  it('tells what was seen under a name from what was seen at the address alone', () => {
    const { verdicts } = evaluate(checks, kettleObservation({ name: 'www.example.org' }));
    expect(verdicts.map(({ discriminator }) => discriminator)).toEqual(Array(3).fill('www.example.org'));
  });

  it('fires once for each item of a list, and says of all others that they are gone', () => {
    const heavy = compileCheck(
      kettleCheck('item.weight > 100 && facts.on', {
        id: 'heavy-part',
        each: { list: 'parts', key: 'name' },
        evidence: ['item.weight', 'label'],
        examples: {
          fires: [kettleFacts],
          silent: [{ ...kettleFacts, parts: [] }],
        },
      }),
      kettle,
    );
    const { verdicts, failures } = evaluate([heavy], kettleObservation());
    expect(failures).toEqual([]);
    expect(
      verdicts.map(({ fires, others, discriminator, evidence }) => ({
        fires,
        others,
        discriminator,
        evidence,
      })),
    ).toEqual([
      {
        fires: true,
        others: false,
        discriminator: 'handle',
        evidence: { weight: 120, label: 'Kettle/2.1' },
      },
      { fires: false, others: true, discriminator: '', evidence: {} },
    ]);
  });

  it('takes the severity from the item where the check says so', () => {
    const graded = compileCheck(
      kettleCheck('true', { id: 'graded', each: { list: 'parts', key: 'name', severity: 'name' } }),
      kettle,
    );
    const parts = [
      { name: 'CRITICAL', weight: 1 },
      { name: 'of no severity', weight: 1 },
    ];
    const { verdicts } = evaluate([graded], kettleObservation({ facts: { ...kettleFacts, parts } }));
    expect(verdicts.map(({ severity }) => severity)).toEqual(['CRITICAL', 'LOW', 'LOW']);
  });

  it('says nothing of any item when one cannot be looked at', () => {
    const fragile = compileCheck(
      kettleCheck('item.weight > 100', { id: 'fragile', each: { list: 'parts', key: 'name' } }),
      kettle,
    );
    const parts = [{ name: 'handle', weight: 120 }, { name: 'lost' }];
    const { verdicts, failures } = evaluate(
      [fragile],
      kettleObservation({ facts: { ...kettleFacts, parts } }),
    );
    expect(verdicts).toEqual([]);
    expect(failures.map(({ check }) => check.id)).toEqual(['fragile']);
  });

  it('makes a condition that fails an outcome of its own, and lets the others have theirs', () => {
    const { verdicts, failures } = evaluate(
      checks,
      kettleObservation({ facts: { ...kettleFacts, lid: null } }),
    );
    expect(verdicts.map(({ check, evidence }) => [check.id, evidence])).toEqual([
      ['boiling', { boiling: false }],
      ['many-cups', { cups: 6, 'lid.serial': null }],
    ]);
    expect(failures.map(({ check, error }) => [check.id, error.code, error.message])).toEqual([
      [
        'unguarded',
        'check-failed',
        'The check unguarded could not be evaluated (203.0.113.10, tcp port 443): got a condition that failed (No such key: open), expected true or false; a nullable fact may need "… != null &&" before it.',
      ],
    ]);
  });

  it('reports a fact that an older observation lacks as a failure, never as a pass', () => {
    const { boiling: _dropped, ...older } = kettleFacts;
    const { verdicts, failures } = evaluate(checks, kettleObservation({ facts: older }));
    expect(verdicts.map(({ check }) => check.id)).toEqual(['many-cups', 'unguarded']);
    expect(failures.map(({ check }) => check.id)).toEqual(['boiling']);
  });

  it('says nothing of observations without facts', () => {
    for (const status of observationStatuses.filter((candidate) => candidate !== 'answered')) {
      const observation = kettleObservation({ status, facts: null, detail: 'No answer.' });
      expect(evaluate(checks, observation)).toEqual({ verdicts: [], failures: [] });
    }
  });

  it("leaves other probes' observations alone", () => {
    expect(evaluate(checks, kettleObservation({ probe: 'toaster' }))).toEqual({ verdicts: [], failures: [] });
  });

  it('changes nothing of what it is given', () => {
    const facts = Object.freeze(structuredClone(kettleFacts));
    evaluate(checks, kettleObservation({ facts }));
    expect(facts).toEqual(kettleFacts);
  });
});
