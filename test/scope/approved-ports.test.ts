import { describe, expect, it } from 'vitest';
import type { ApprovedPorts } from '../../src/domain/approved-ports.ts';
import { approvedIn } from '../../src/scope/approved-ports.ts';
import { anEndpoint } from './endpoints.ts';

const web: ApprovedPorts = {
  id: 'web',
  covers: { tags: { team: 'web' } },
  ports: [{ transport: 'tcp', port: 443 }],
};
const metrics: ApprovedPorts = {
  id: 'metrics',
  covers: { cidrs: ['52.95.110.0/24'] },
  ports: [{ transport: 'udp', port: 161 }],
};

describe('approvedIn', () => {
  it('says nothing where no baseline covers the endpoint', () => {
    expect(approvedIn([], anEndpoint(), 'tcp', 443)).toBeNull();
    expect(approvedIn([web], anEndpoint({ tags: { team: 'mail' } }), 'tcp', 443)).toBeNull();
  });

  it('approves of what any baseline that covers it has, by transport and port', () => {
    const baseline = [web, metrics];
    expect(approvedIn(baseline, anEndpoint(), 'tcp', 443)).toBe(true);
    expect(approvedIn(baseline, anEndpoint(), 'udp', 161)).toBe(true);
    expect(approvedIn(baseline, anEndpoint(), 'udp', 443)).toBe(false);
    expect(approvedIn(baseline, anEndpoint(), 'tcp', 22)).toBe(false);
  });
});
