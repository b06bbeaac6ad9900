import { z } from 'zod';
import { port, slug, text, unique } from './fields.ts';

/** `config/ports.yaml`. */
export const portsFileSchema = z.strictObject({
  ports: z
    .array(
      z.strictObject({
        port,
        transport: z.enum(['tcp', 'udp']).default('tcp'),
        service: text(64).describe('What usually listens there'),
        probes: z
          .array(slug)
          .superRefine(unique((id) => id, []))
          .describe('Probes to try first, in order'),
      }),
    )
    .superRefine(unique(({ port: number, transport }) => `${transport} port ${number}`, ['port'])),
});

/** `config/profiles.yaml`. */
export const profilesFileSchema = z.strictObject({
  profiles: z
    .array(
      z.strictObject({
        id: slug,
        sweep: z
          .array(port)
          .superRefine(unique(String, []))
          .describe('Ports scanned at every endpoint, whatever its exposure'),
        expandRangesUpTo: z
          .int()
          .min(1)
          .max(65_535)
          .describe('An exposed range of at most this many ports is scanned port by port'),
        probesOnUnknownPorts: z
          .array(slug)
          .superRefine(unique((id) => id, []))
          .describe('Probes tried in this order where the port catalogue has no advice'),
        connectTimeoutMs: z.int().min(100).max(10_000),
        probeDeadlineMs: z.int().min(500).max(120_000),
        guessDeadlineMs: z
          .int()
          .min(200)
          .max(120_000)
          .default(2500)
          .describe('How long a peer has until its first byte where the probe is a guess'),
        datagramWaitMs: z
          .int()
          .min(100)
          .max(10_000)
          .default(1000)
          .describe('How long a UDP service has for an answer, each of the two times that it is asked'),
        namesPerPort: z
          .int()
          .min(0)
          .max(64)
          .default(4)
          .describe('Names (SNI, virtual hosts) under which one port is looked at, beside its address'),
        greetingWaitMs: z.int().min(0).max(5_000),
        socketsPerHost: z.int().min(1).max(8).describe('Sockets open at one host at the same time'),
        connectionsPerSecondPerHost: z.int().min(1).max(1_000),
        endpointsAtOnce: z.int().min(1).max(1_000).describe('Endpoints that one job scans at the same time'),
      }),
    )
    .min(1)
    .superRefine(unique(({ id }) => id, ['id'])),
});

/** `config/frameworks/<id>.yaml`. */
export const frameworkFileSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{0,39}$/, 'a name of lower-case letters, digits, dots and hyphens'),
  title: text(128),
  note: text(512),
  controls: z.record(
    z.string().regex(/^[A-Za-z0-9.()-]{1,24}$/, 'the id of a control, such as 2.2.7 or SC-8(1)'),
    text(256),
  ),
});
