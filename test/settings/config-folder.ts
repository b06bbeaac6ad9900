import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PermanentError } from '../../src/domain/errors.ts';
import { loadSettings } from '../../src/settings/load-settings.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { kettle } from '../checks/support.ts';

/** The files of a small configuration that is valid. */
export const validFiles = {
  'picket.yaml': `version: 1
authorisations:
  - id: kitchen
    grantedBy: Jo Doe
    ticket: CHANGE-1
    contact: jo@example.org
    from: 2026-01-01
    until: 2026-07-01T12:00:00+02:00
    covers:
      accounts: ["111122223333"]
      cidrs: [203.0.113.0/24, "2001:db8::/32"]
schedules:
  - id: nightly
    cron: "30 2 * * *"
    timezone: Europe/Berlin
    select: { all: true }
  - id: weekly
    cron: "0 4 * * 0"
    profile: gentle
    select: { tags: { room: kitchen } }
`,
  'ports.yaml': `ports:
  - { port: 80, service: http, probes: [kettle] }
`,
  'profiles.yaml': `profiles:
${['standard', 'gentle']
  .map(
    (id) => `  - id: ${id}
    sweep: [22]
    expandRangesUpTo: 100
    probesOnUnknownPorts: [kettle]
    connectTimeoutMs: 1000
    probeDeadlineMs: 5000
    greetingWaitMs: 200
    socketsPerHost: 4
    connectionsPerSecondPerHost: 20
    endpointsAtOnce: 8
`,
  )
  .join('')}`,
  'frameworks/house-rules.yaml': `id: house-rules
title: Rules of the house
note: A finding supports work on a rule; its absence does not satisfy it.
controls:
  1.10: Nothing boils over
`,
  'baselines/kettle.yaml': `boiling: false
litres: 1.5
cups: 6
label: Kettle/2.1
colour: red
on: true
filledAt: 2025-12-31T12:00:00.000Z
tags: [kitchen]
lid: { open: false, serial: 7 }
parts: []
`,
  'checks/kettle-boils.yaml': `id: kettle-boils
title: The kettle boils
description: It boils with nobody there.
probe: kettle
when: facts.boiling
severity: HIGH
rationale: Water runs out
category: Effects/Data Exposure
remediation: { text: Switch it off., url: "https://example.org/kettles" }
requirements: [house-rules/1.10]
evidence: [boiling, lid.open]
examples:
  fires: [{ boiling: true, lid: { open: true } }]
  silent: [{}]
`,
} as const;

export type FileName = keyof typeof validFiles;

/** A configuration folder of its own, made of the valid files with some changes. */
export class ConfigFolder {
  readonly path = mkdtempSync(path.join(tmpdir(), 'picket-config-'));

  constructor() {
    for (const [name, text] of Object.entries(validFiles)) this.write(name, text);
  }

  write(name: string, text: string | Buffer): void {
    const file = path.join(this.path, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** Puts one text in the place of another, which must be there. */
  replace(name: FileName, from: string, to: string): void {
    const text: string = validFiles[name];
    if (!text.includes(from)) throw new Error(`${name} does not contain ${from}`);
    this.write(name, text.replace(from, to));
  }

  remove(name: string): void {
    rmSync(path.join(this.path, name), { recursive: true });
  }

  copyOf(name: FileName, to: string): void {
    cpSync(path.join(this.path, name), path.join(this.path, to));
  }

  load(): Promise<Settings> {
    return loadSettings({
      environment: { configDir: this.path },
      probes: [{ ...kettle, transport: 'tcp' }],
      derivations: [],
    });
  }

  /** What start-up says, with paths relative to this folder. */
  async refusal(): Promise<string> {
    try {
      await this.load();
    } catch (error) {
      if (!(error instanceof PermanentError) || error.code !== 'config-invalid') throw error;
      return error.message.replaceAll(`${this.path}${path.sep}`, '');
    }
    return 'accepted';
  }
}
