import { z } from 'zod';
import { defineDerivation } from './derivation.ts';

/** Observations under these names say whether a port is open, and nothing of what is behind it. */
const stateProbes = new Set(['tcp', 'udp']);

/** The control plane's word and the operator's on a port, joined with what answers there. */
export const port = defineDerivation({
  id: 'port',
  title: 'What an open port is, and whether it should be open',
  facts: z.strictObject({
    services: z
      .array(z.string().max(64))
      .max(64)
      .describe('Ids of the probes that were answered, in order; empty when nothing could be identified'),
    approved: z
      .boolean()
      .nullable()
      .describe(
        'Whether the operator has approved that it is open; null where nothing is said of the endpoint',
      ),
    exposure: z
      .enum(['allowed', 'restricted', 'blocked', 'unknown'])
      .describe('Whether security groups, network ACLs and routes let the internet in at the port'),
  }),
  derive({ observations, approved, reachability }) {
    const services = observations
      .filter(({ probe, status }) => status === 'answered' && !stateProbes.has(probe))
      .map(({ probe }) => probe);
    return {
      services: [...new Set(services)].toSorted().slice(0, 64),
      approved,
      exposure: reachability.verdict,
    };
  },
});
