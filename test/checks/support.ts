import { z } from 'zod';
import type { Check } from '../../src/domain/check.ts';
import type { Facts, Observation } from '../../src/domain/observation.ts';

/** A probe with a fact of every type that conditions know. */
export const kettle = {
  id: 'kettle',
  facts: z.strictObject({
    boiling: z.boolean(),
    litres: z.number(),
    cups: z.int(),
    label: z.string().nullable(),
    colour: z.enum(['red', 'blue']),
    on: z.literal(true),
    filledAt: z.iso.datetime(),
    tags: z.array(z.string()),
    lid: z.strictObject({ open: z.boolean(), serial: z.int().nullable() }).nullable(),
    parts: z.array(z.strictObject({ name: z.string(), weight: z.int() })),
  }),
};

export const kettleFacts: Facts = {
  boiling: false,
  litres: 1.5,
  cups: 6,
  label: 'Kettle/2.1',
  colour: 'red',
  on: true,
  filledAt: '2025-12-31T12:00:00.000Z',
  tags: ['kitchen', 'office'],
  lid: { open: false, serial: 7 },
  parts: [
    { name: 'spout', weight: 90 },
    { name: 'handle', weight: 120 },
  ],
};

/** A check of the kettle; its examples are made to fit what the condition gives for these facts. */
export function kettleCheck(when: string, overrides: Partial<Check> = {}): Check {
  return {
    id: 'kettle-check',
    title: 'A check of the kettle',
    description: 'It looks at the kettle.',
    probe: 'kettle',
    when,
    severity: 'LOW',
    rationale: 'tea',
    category: 'Software and Configuration Checks/Kitchen',
    remediation: { text: 'Put the kettle on.' },
    requirements: [],
    evidence: [],
    examples: { fires: [], silent: [] },
    ...overrides,
  };
}

export function kettleObservation(overrides: Partial<Observation> = {}): Observation {
  return {
    endpointId: '111122223333/eu-central-1/eni-0123456789abcdef0/10.0.0.5',
    address: '203.0.113.10',
    transport: 'tcp',
    port: 443,
    probe: 'kettle',
    name: null,
    status: 'answered',
    detail: null,
    facts: kettleFacts,
    observedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 12,
    ...overrides,
  };
}
