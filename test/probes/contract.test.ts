import { expect, it } from 'vitest';
import { z } from 'zod';
import { factTypeOf } from '../../src/checks/fact-type.ts';
import { loadProbes } from '../../src/scanner/registry.ts';

const probes = await loadProbes();

/** Paths of fields without a description, through objects, lists and what may be null. */
function undescribed(schema: unknown, path: string): string[] {
  if (schema instanceof z.ZodNullable) return undescribed(schema.unwrap(), path);
  if (schema instanceof z.ZodArray) return undescribed(schema.element, `${path}[]`);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([name, field]) => [
    ...((field as z.ZodType).description === undefined ? [`${path}.${name}`] : []),
    ...undescribed(field, `${path}.${name}`),
  ]);
}

it('the folder has these probes', () => {
  expect([...probes.keys()]).toEqual(['http', 'mqtt', 'postgres', 'redis', 'smtp', 'ssh', 'tcp', 'tls']);
});

it.each([...probes.values()].map((probe) => [probe.id, probe] as const))(
  'the facts of %s are strict, described, and have types in conditions',
  (_id, { facts }) => {
    expect(undescribed(facts, 'facts')).toEqual([]);
    expect(facts.safeParse({ unheardOf: 1 }).error?.issues.map(({ code }) => code)).toContain(
      'unrecognized_keys',
    );
    expect(factTypeOf(facts).kind).toBe('object');
  },
);
