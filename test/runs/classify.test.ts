import { describe, expect, it } from 'vitest';
import { compileCheck } from '../../src/checks/compile.ts';
import type { Check } from '../../src/domain/check.ts';
import type { Observation } from '../../src/domain/observation.ts';
import { port as portDerivation } from '../../src/derivations/port.ts';
import { classify, type ClassifyInput } from '../../src/runs/classify.ts';
import { noIntelligence } from '../../src/vulnerabilities/intelligence.ts';
import { kettle, kettleCheck, kettleFacts, kettleObservation } from '../checks/support.ts';
import { anEndpoint } from '../scope/endpoints.ts';

const ofPort = (id: string, when: string): Check =>
  kettleCheck(when, { id, probe: 'port', evidence: ['services'] });
const checks = [
  compileCheck(kettleCheck('facts.boiling', { id: 'boiling' }), kettle),
  compileCheck(ofPort('stranger', 'facts.services.size() == 0'), portDerivation),
  compileCheck(ofPort('drift', 'facts.approved != null && !facts.approved'), portDerivation),
];
const open = kettleObservation({ probe: 'tcp', facts: { open: true, greeting: null } });

function classified(observations: readonly Observation[], more: Partial<ClassifyInput> = {}): string[] {
  const { evidence } = classify({
    checks,
    derivations: [portDerivation],
    endpoint: anEndpoint(),
    observations,
    flickers: [],
    approved: () => null,
    intelligence: noIntelligence,
    ...more,
  });
  return evidence.flatMap(({ verdicts, port, confirmed }) =>
    verdicts
      .filter(({ fires }) => fires)
      .map(({ check, discriminator }) =>
        `${port}${confirmed ? '' : '?'} ${check.id} ${discriminator}`.trim(),
      ),
  );
}

describe('classify', () => {
  it('knows a port by what was answered there', () => {
    expect(classified([open])).toEqual(['443 stranger']);
    expect(classified([open, kettleObservation()])).toEqual([]);
    expect(classified([open, kettleObservation({ status: 'garbled', facts: null })])).toEqual([
      '443 stranger',
    ]);
  });

  it('judges no port that did not answer', () => {
    const closed = { ...open, status: 'refused', facts: null } as const;
    expect(classified([closed], { approved: () => false })).toEqual([]);
  });

  it('holds a port against what the operator approves of', () => {
    const asked: string[] = [];
    const approved = (transport: string, port: number): boolean => {
      asked.push(`${transport}/${port}`);
      return false;
    };
    expect(classified([open, kettleObservation()], { approved })).toEqual(['443 drift']);
    expect(asked).toEqual(['tcp/443']);
  });

  it('marks what was open only for a moment', () => {
    expect(classified([open], { flickers: [{ transport: 'tcp', port: 443 }] })).toEqual(['443? stranger']);
  });

  it('takes a fault that every name has for one, and one that only a name has for its own', () => {
    const boiling = { ...kettleFacts, boiling: true };
    const at = (name: string | null, facts: Observation['facts']) => kettleObservation({ name, facts });
    expect(classified([open, at(null, boiling), at('a.example', boiling)])).toEqual(['443 boiling']);
    expect(classified([open, at(null, kettleFacts), at('a.example', boiling)])).toEqual([
      '443 boiling a.example',
    ]);
  });
});
