import { beforeAll, describe, expect, it } from 'vitest';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { exampleCircumstances, type CompiledCheck } from '../../src/checks/compile.ts';
import { evaluate } from '../../src/checks/evaluate.ts';
import type { FactType } from '../../src/checks/fact-type.ts';
import type { Facts, FactValue, Observation } from '../../src/domain/observation.ts';
import { derivations } from '../../src/derivations/derivations.ts';
import type { AnyProbe } from '../../src/scanner/probe.ts';
import { loadProbes } from '../../src/scanner/registry.ts';
import { readEnvironment } from '../../src/settings/environment.ts';
import { loadSettings } from '../../src/settings/load-settings.ts';
import { readYamlFile } from '../../src/settings/yaml-file.ts';
import type { Settings } from '../../src/settings/settings.ts';

// Every check that is shipped, against the real probes.

const { configDir } = readEnvironment({});
const namesIn = (folder: string): string[] =>
  readdirSync(path.join(configDir, folder)).map((file) => path.basename(file, '.yaml'));
const checkIds = namesIn('checks');
const baselineIds = namesIn('baselines');

let settings: Settings;
/** What checks may name: probes and derivations. */
let sources: ReadonlyMap<string, { readonly facts: AnyProbe['facts'] }>;

beforeAll(async () => {
  const probes = await loadProbes();
  sources = new Map([...probes.values(), ...derivations].map((source) => [source.id, source]));
  settings = await loadSettings({ environment: { configDir }, probes: [...probes.values()], derivations });
});

function checkOf(id: string): CompiledCheck {
  const compiled = settings.checks.find(({ check }) => check.id === id);
  if (compiled === undefined) throw new Error(`There is no check ${id}.`);
  return compiled;
}

function observed(probe: string, facts: Facts): Observation {
  const { observedAt, target } = exampleCircumstances;
  const what = { probe, name: null, status: 'answered', facts, detail: null } as const;
  return { endpointId: 'example', ...target, ...what, observedAt, durationMs: 1 };
}

/** All facts that differ in one nullable place, which is null in them. */
function* withOneNull(type: FactType, value: FactValue): Generator<FactValue> {
  if (value === null) return;
  if (type.nullable) yield null;
  if (type.kind === 'list' && Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      for (const changed of withOneNull(type.item, item)) yield value.with(index, changed);
    }
  }
  if (type.kind === 'object' && typeof value === 'object' && !Array.isArray(value)) {
    for (const [name, fieldType] of Object.entries(type.fields)) {
      for (const changed of withOneNull(fieldType, value[name] ?? null)) yield { ...value, [name]: changed };
    }
  }
}

it('ships at least 25 checks, each in a file of its name', () => {
  expect(checkIds.length).toBeGreaterThanOrEqual(25);
  expect(settings.checks.map(({ check }) => check.id)).toEqual(checkIds.toSorted());
});

describe.each(checkIds)('%s', (id) => {
  it('fires and stays silent on its examples, which are facts of its probe', () => {
    const compiled = checkOf(id);
    const { check } = compiled;
    const cases = [
      ...check.examples.fires.map((facts) => ({ facts, expected: true })),
      ...check.examples.silent.map((facts) => ({ facts, expected: false })),
    ];
    for (const { facts, expected } of cases) {
      expect(sources.get(check.probe)?.facts.safeParse(facts).error).toBeUndefined();
      const { verdicts, failures } = evaluate([compiled], observed(check.probe, facts));
      expect(failures).toEqual([]);
      // Beside those that fire, a check of each item of a list has a verdict about all others.
      expect(verdicts.some(({ fires }) => fires)).toBe(expected);
      expect(verdicts.length).toBeGreaterThan(0);
    }
  });

  it('has an example of each kind, unless it is about the mere presence of a service', () => {
    const { examples, when } = checkOf(id).check;
    expect(examples.fires.length).toBeGreaterThan(0);
    expect(examples.silent.length > 0).toBe(when.trim() !== 'true');
  });

  it('can be evaluated whatever is null', () => {
    const compiled = checkOf(id);
    const { check, factType } = compiled;
    for (const facts of [...check.examples.fires, ...check.examples.silent]) {
      for (const changed of withOneNull(factType, { ...facts })) {
        const { failures } = evaluate([compiled], observed(check.probe, changed as Facts));
        expect(failures.map(({ error }) => error.message)).toEqual([]);
      }
    }
  });

  it('shows evidence that says why it fired', () => {
    expect(checkOf(id).check.evidence.length).toBeGreaterThan(0);
  });
});

describe.each(baselineIds)('the baseline %s', (id) => {
  it('is what its probe reports, and no check but those about presence fires on it', async () => {
    const { value } = await readYamlFile(path.join(configDir, 'baselines', `${id}.yaml`));
    const facts = sources.get(id)?.facts.parse(value) as Facts;
    const { verdicts, failures } = evaluate(settings.checks, observed(id, facts));
    expect(failures).toEqual([]);
    const firing = verdicts.filter(({ fires }) => fires).map(({ check }) => check.id);
    expect(firing.filter((name) => checkOf(name).check.when.trim() !== 'true')).toEqual([]);
  });
});
