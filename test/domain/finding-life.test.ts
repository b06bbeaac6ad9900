import { describe, expect, it } from 'vitest';
import type { Check, Verdict } from '../../src/domain/check.ts';
import type { Endpoint } from '../../src/domain/endpoint.ts';
import { advanceFindings } from '../../src/domain/finding-life.ts';
import type { PortEvidence } from '../../src/domain/finding-life.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Facts, ObservationStatus } from '../../src/domain/observation.ts';

const endpoint: Endpoint = {
  id: '111122223333/eu-central-1/eni-1/10.0.0.5',
  accountId: '111122223333',
  partition: 'aws',
  region: 'eu-central-1',
  networkInterfaceId: 'eni-1',
  address: '198.51.100.7',
  family: 4,
  privateAddress: '10.0.0.5',
  vpcId: 'vpc-1',
  subnetId: 'subnet-1',
  securityGroupIds: ['sg-1'],
  interfaceType: 'interface',
  requesterManaged: false,
  instanceId: 'i-1',
  instanceType: 't3.micro',
  instanceState: 'running',
  tags: { Name: 'web' },
  exposure: { state: 'unknown', reason: 'not read in this test' },
};

const check: Check = {
  id: 'redis-no-auth',
  title: 'Redis answers commands without authentication',
  description: 'Anyone who can reach it can read and change its data.',
  probe: 'redis',
  when: 'facts.authRequired == false',
  severity: 'CRITICAL',
  rationale: '9.8',
  category: 'Effects/Data Exposure',
  remediation: { text: 'Require a password.' },
  requirements: [],
  evidence: ['authRequired'],
  examples: { fires: [], silent: [] },
};

function verdict(fires: boolean, evidence: Facts = { authRequired: !fires }): Verdict {
  return {
    check,
    fires,
    evidence,
    severity: check.severity,
    others: false,
    discriminator: '',
    observation: {
      endpointId: endpoint.id,
      address: endpoint.address,
      transport: 'tcp',
      port: 6379,
      probe: 'redis',
      name: null,
      status: 'answered',
      detail: null,
      facts: evidence,
      observedAt: '2026-11-01T00:00:00.000Z',
      durationMs: 3,
    },
  };
}

function port(connection: ObservationStatus, verdicts: Verdict[] = [], blocked = false): PortEvidence {
  return {
    transport: 'tcp',
    port: 6379,
    connection,
    confirmed: true,
    reachability: {
      verdict: blocked ? 'blocked' : 'allowed',
      rule: null,
      reason: blocked ? 'no rule' : 'sgr-1 of sg-1 allows 0.0.0.0/0',
    },
    verdicts,
  };
}

const start = Date.parse('2026-11-01T00:00:00.000Z');
function step(
  previous: readonly Finding[],
  evidence: PortEvidence[],
  run: number,
  minutes = run * 60,
): Finding[] {
  const changed = advanceFindings({
    endpoint,
    previous,
    evidence,
    runId: `run-${run}`,
    at: new Date(start + minutes * 60_000),
  });
  const merged = new Map([...previous, ...changed].map((finding) => [finding.id, finding]));
  return [...merged.values()];
}
function only(findings: readonly Finding[]): Finding {
  expect(findings).toHaveLength(1);
  return findings[0] as Finding;
}

describe('advanceFindings', () => {
  it('opens a finding when a check fires, and says nothing when it does not', () => {
    expect(step([], [port('answered', [verdict(false)])], 1)).toEqual([]);
    const finding = only(step([], [port('answered', [verdict(true)])], 1));
    expect(finding).toMatchObject({ state: 'open', revision: 1, publishedRevision: 0, timesSeen: 1 });
  });

  it('counts what is seen again without making it worth publishing again', () => {
    const first = step([], [port('answered', [verdict(true)])], 1);
    const again = only(step(first, [port('answered', [verdict(true)])], 2));
    expect(again).toMatchObject({ state: 'open', revision: 1, timesSeen: 2, lastRunId: 'run-2' });
    expect(again.updatedAt).toBe(first[0]?.updatedAt);
    expect(again.firstSeenAt).toBe(first[0]?.firstSeenAt);
  });

  it('opens and reopens nothing at a port that was open only for a moment, and resolves nothing there', () => {
    const flicker = (fires: boolean) => ({ ...port('answered', [verdict(fires)]), confirmed: false });
    expect(step([], [flicker(true)], 1)).toEqual([]);
    const open = step([], [port('answered', [verdict(true)])], 1);
    expect(only(step(open, [flicker(true)], 2))).toMatchObject({ state: 'open', timesSeen: 2 });
    const resolved = step(open, [port('refused')], 2);
    expect(only(step(resolved, [flicker(true)], 3))).toMatchObject({ state: 'resolved', lastRunId: 'run-2' });
  });

  it('resolves what a check no longer finds beside what it still does', () => {
    const found = (key: string): Verdict => ({ ...verdict(true), discriminator: key });
    const rest: Verdict = { ...verdict(false), others: true };
    const both = step([], [port('answered', [found('CVE-1'), found('CVE-2'), rest])], 1);
    expect(both.map(({ discriminator, state }) => [discriminator, state])).toEqual([
      ['CVE-1', 'open'],
      ['CVE-2', 'open'],
    ]);
    const one = step(both, [port('answered', [found('CVE-2'), rest])], 2);
    expect(one.map(({ discriminator, state }) => [discriminator, state])).toEqual([
      ['CVE-1', 'resolved'],
      ['CVE-2', 'open'],
    ]);
    expect(one[0]?.resolution).toBe('observed again and found good');
    // No verdict at all, as when the check could not be evaluated, resolves neither.
    expect(step(both, [port('answered')], 2).map(({ state }) => state)).toEqual(['open', 'open']);
  });

  it('gives the same result when the same run is processed twice', () => {
    const first = step([], [port('answered', [verdict(true)])], 1);
    expect(step(first, [port('answered', [verdict(true)])], 1)).toEqual(first);
    const accepted = first.map((finding) => ({ ...finding, state: 'accepted' as const }));
    expect(step(accepted, [port('answered', [verdict(true)])], 1)).toEqual(accepted);
  });

  it('makes a new revision when what a reader sees has changed, whatever the order of its keys', () => {
    const first = step([], [port('answered', [verdict(true, { a: 1, b: 2 })])], 1);
    expect(only(step(first, [port('answered', [verdict(true, { b: 2, a: 1 })])], 2)).revision).toBe(1);
    const changed = only(step(first, [port('answered', [verdict(true, { a: 1, b: 3 })])], 2));
    expect(changed.revision).toBe(2);
    expect(changed.updatedAt > (first[0] as Finding).updatedAt).toBe(true);
  });

  it('keeps update times strictly increasing even when the clock stands still or goes back', () => {
    const first = step([], [port('answered', [verdict(true)])], 1);
    const second = step(first, [port('answered', [verdict(false)])], 2, 60);
    const third = only(step(second, [port('answered', [verdict(true)])], 3, 30));
    expect(Date.parse(third.updatedAt)).toBe(Date.parse((second[0] as Finding).updatedAt) + 1);
  });

  it('resolves when the same check is observed again and found good, and reopens when it fires once more', () => {
    const open = step([], [port('answered', [verdict(true)])], 1);
    const good = step(open, [port('answered', [verdict(false)])], 2);
    expect(only(good)).toMatchObject({
      state: 'resolved',
      resolution: 'observed again and found good',
      revision: 2,
    });
    expect(only(step(good, [port('answered', [verdict(true)])], 3))).toMatchObject({
      state: 'reopened',
      revision: 3,
      resolvedAt: null,
      resolution: null,
      firstSeenAt: open[0]?.firstSeenAt,
    });
  });

  it('resolves when the port refuses connections', () => {
    const open = step([], [port('answered', [verdict(true)])], 1);
    expect(only(step(open, [port('refused')], 2))).toMatchObject({ state: 'resolved' });
  });

  it('resolves what is out of reach by exposure and by probe only in the second such run', () => {
    const open = step([], [port('answered', [verdict(true)])], 1);
    const once = step(open, [port('timed-out', [], true)], 2);
    expect(only(once)).toMatchObject({ state: 'open', unreachableRuns: 1, revision: 1 });
    // The same run processed twice is still one run.
    const replayed = step(once, [port('timed-out', [], true)], 2);
    expect(only(replayed)).toMatchObject({ state: 'open', unreachableRuns: 1 });
    expect(only(step(replayed, [port('unreachable', [], true)], 3))).toMatchObject({ state: 'resolved' });
  });

  it('starts the count of unreachable runs again when the finding is seen in between', () => {
    let findings = step([], [port('answered', [verdict(true)])], 1);
    findings = step(findings, [port('timed-out', [], true)], 2);
    findings = step(findings, [port('answered', [verdict(true)])], 3);
    findings = step(findings, [port('timed-out', [], true)], 4);
    expect(only(findings)).toMatchObject({ state: 'open', unreachableRuns: 1 });
  });

  it.each(['timed-out', 'unreachable', 'reset', 'failed', 'moved', 'halted', 'garbled'] as const)(
    'does not resolve for %s alone',
    (status) => {
      const open = step([], [port('answered', [verdict(true)])], 1);
      expect(step(step(open, [port(status)], 2), [port(status)], 3)).toEqual(open);
    },
  );

  it('does not resolve what the run did not look at', () => {
    const open = step([], [port('answered', [verdict(true)])], 1);
    expect(step(open, [], 2)).toEqual(open);
    expect(step(open, [{ ...port('refused'), port: 6380 }], 3)).toEqual(open);
    // The port is open, but the probe got no answer: no verdict, so no evidence.
    expect(step(open, [port('answered', [])], 4)).toEqual(open);
  });

  it('builds identity on what stays: a new public address is the same finding', () => {
    const open = only(step([], [port('answered', [verdict(true)])], 1));
    const moved = only(
      advanceFindings({
        endpoint: { ...endpoint, address: '203.0.113.9' },
        previous: [open],
        evidence: [port('answered', [verdict(true)])],
        runId: 'run-2',
        at: new Date(start + 7_200_000),
      }),
    );
    expect(moved.id).toBe(open.id);
    expect(moved).toMatchObject({ state: 'open', revision: 2 });
  });
});
