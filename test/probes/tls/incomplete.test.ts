import path from 'node:path';
import { expect, it } from 'vitest';
import { exampleCircumstances } from '../../../src/checks/compile.ts';
import { evaluate } from '../../../src/checks/evaluate.ts';
import { derivations } from '../../../src/derivations/derivations.ts';
import type { Facts } from '../../../src/domain/observation.ts';
import { loadProbes } from '../../../src/scanner/registry.ts';
import { readEnvironment } from '../../../src/settings/environment.ts';
import { loadSettings } from '../../../src/settings/load-settings.ts';
import { readYamlFile } from '../../../src/settings/yaml-file.ts';

const { configDir } = readEnvironment({});
const probes = await loadProbes();
const { checks } = await loadSettings({
  environment: { configDir },
  probes: [...probes.values()],
  derivations,
});
const { value } = await readYamlFile(path.join(configDir, 'baselines', 'tls.yaml'));

/** What the checks make of a server that is well kept but for these facts. */
function verdictsOn(facts: Facts) {
  const { observedAt, target } = exampleCircumstances;
  const { verdicts, failures } = evaluate(checks, {
    endpointId: 'example',
    ...target,
    probe: 'tls',
    name: null,
    status: 'answered',
    detail: null,
    facts: { ...(value as Facts), ...facts },
    observedAt,
    durationMs: 1,
  });
  expect(failures).toEqual([]);
  const idsOf = (fires: boolean) =>
    verdicts.filter((one) => one.fires === fires).map(({ check }) => check.id);
  return { firing: idsOf(true), silent: idsOf(false) };
}

/** As of a server that was cut off before anything modern was found. */
const meagre = {
  protocols: ['TLSv1', 'TLSv1.2'],
  aeadInTls12: false,
  forwardSecrecy: false,
  postQuantum: false,
  groups: [],
};

it('a complete look gives every check of TLS a verdict', () => {
  const { firing, silent } = verdictsOn(meagre);
  expect(firing).toEqual([
    'tls-1-0',
    'tls-1-3-missing',
    'tls-no-aead',
    'tls-no-forward-secrecy',
    'tls-no-post-quantum',
  ]);
  expect(firing.length + silent.length).toBe(21);
});

it('an incomplete look opens only what was found, and lets nothing pass', () => {
  const { firing, silent } = verdictsOn({
    ...meagre,
    complete: false,
    incompleteReason: 'The server went away.',
  });
  expect(firing).toEqual(['tls-1-0']);
  expect(silent).toEqual([]);
});
