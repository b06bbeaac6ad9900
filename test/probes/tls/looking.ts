import { expect } from 'vitest';
import type { Profile } from '../../../src/domain/profile.ts';
import type { TlsFacts } from '../../../src/probes/tls/facts.ts';
import tls from '../../../src/probes/tls.ts';
import { observe, type ProbingExtra } from '../probing.ts';
import { scriptedTls, type Script, type Scripted } from './scripted-server.ts';

/** What the probe sees at a port of 127.0.0.1, where it has to see something. */
export async function factsAt(
  port: number,
  extra: ProbingExtra = {},
  limits: Partial<Profile> = {},
): Promise<TlsFacts> {
  const wide = { socketsPerHost: 8, connectionsPerSecondPerHost: 10_000, probeDeadlineMs: 20_000 };
  const seen = await observe(tls, port, 'plain', { ...wide, ...limits }, extra);
  expect(seen.detail).toBeNull();
  return seen.facts as unknown as TlsFacts;
}

/** What the probe sees at a server that follows a script. */
export async function factsOf(script: Script, scripted?: Scripted): Promise<TlsFacts> {
  return factsAt((await scriptedTls(script, scripted)).port);
}

export const pairs = ({ suites }: TlsFacts): string[] =>
  suites.map(({ protocol, name }) => `${protocol} ${name}`);
