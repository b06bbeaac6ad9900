import { readdirSync, readFileSync } from 'node:fs';
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

it('every probe has facts that some check judges, or is there for what follows it', () => {
  const judged = new Set(
    readdirSync(new URL('../../config/checks/', import.meta.url)).map(
      (name) =>
        /^probe: (.+)$/m.exec(
          readFileSync(new URL(`../../config/checks/${name}`, import.meta.url), 'utf8'),
        )?.[1],
    ),
  );
  const followed = new Set(
    [...probes.values()].map((probe) => (probe.transport === 'tcp' ? probe.follows : null)),
  );
  // Its facts are what software is known by; nothing is wrong with a broker that asks who comes.
  const identifies = new Set(['tcp', 'amqp']);
  const idle = [...probes.keys()].filter((id) => !judged.has(id) && !followed.has(id) && !identifies.has(id));
  expect(idle).toEqual([]);
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
