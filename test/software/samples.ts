import { formatCpe } from '../../src/domain/cpe-name.ts';
import type { Facts, Observation } from '../../src/domain/observation.ts';
import type { Software } from '../../src/domain/software.ts';

/** A piece of software, OpenSSH 9.2p1 of the vendor's own making unless the test wants another. */
export function aSoftware(changes: Partial<Software> = {}): Software {
  const software = {
    part: 'a' as const,
    vendor: 'openbsd',
    product: 'openssh',
    name: 'OpenSSH',
    aliases: [],
    version: '9.2',
    update: 'p1',
    distribution: null,
    backported: false,
    platform: null,
    source: 'ssh.banner',
    ...changes,
  };
  return { ...software, cpe: changes.cpe ?? formatCpe(software) };
}

/** What a probe saw at a port. */
export function anObservation(
  probe: string,
  facts: Facts | null,
  changes: Partial<Observation> = {},
): Observation {
  return {
    endpointId: 'endpoint',
    address: '203.0.113.10',
    transport: 'tcp',
    port: 22,
    probe,
    name: null,
    status: facts === null ? 'timed-out' : 'answered',
    detail: null,
    facts,
    observedAt: '2026-03-01T10:00:00.000Z',
    durationMs: 3,
    ...changes,
  };
}
