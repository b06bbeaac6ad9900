import { CronExpressionParser } from 'cron-parser';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { scanClasses, type Authorisation } from '../domain/authorisation.ts';
import { nearestName } from '../domain/nearest-name.ts';
import type { PlannedPort } from '../domain/port-plan.ts';
import { port, slug, text, unique } from './fields.ts';
import { DEFAULT_PROFILE, type Schedule } from './settings.ts';

const region = z
  .string()
  .regex(/^[a-z]{2,}(-[a-z]+)+-\d+$/, 'the name of an AWS Region, such as eu-central-1');
const instanceId = z.string().regex(/^i-[0-9a-f]{8,17}$/, 'an EC2 instance id, such as i-0123456789abcdef0');
const tags = z
  .record(z.string().min(1).max(128), z.string().max(256))
  .refine((map) => Object.keys(map).length > 0, 'at least one tag')
  .describe('Tags of the instance, all of which must match');

const instant = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], {
    error: 'a date such as 2026-01-31, which begins at midnight UTC, or a time such as 2026-01-31T08:00:00Z',
  })
  .transform((value) => new Date(value).toISOString());

const cidr = z.string().superRefine((value, context) => {
  const problem = cidrProblem(value);
  if (problem !== null) context.addIssue({ code: 'custom', message: problem });
});

const covers = z
  .strictObject({
    accounts: z
      .array(z.string().regex(/^\d{12}$/, 'an AWS account id: 12 digits, in quotes'))
      .min(1)
      .optional(),
    regions: z.array(region).min(1).optional(),
    instances: z.array(instanceId).min(1).optional(),
    cidrs: z.array(cidr).min(1).describe('Ranges of public addresses').optional(),
    tags: tags.optional(),
  })
  .refine((covers) => Object.values(covers).some((kind) => kind !== undefined), {
    error: 'at least one of accounts, regions, instances, cidrs, tags',
  })
  .meta({ minProperties: 1 })
  .describe('Kinds are joined with AND, values of one kind with OR; an absent kind does not restrict');

const authorisation = z
  .strictObject({
    id: slug,
    grantedBy: text(128).describe('The person who allowed it'),
    ticket: text(128).describe('Where that is written down'),
    contact: text(256).describe('Whom to call about these scans'),
    from: instant.describe('Inclusive'),
    until: instant.describe('Exclusive'),
    classes: z
      .array(z.enum(scanClasses))
      .superRefine(unique(String, []))
      .default(['read'])
      .transform((classes) => scanClasses.filter((name) => name === 'read' || classes.includes(name)))
      .describe(
        'What probes may look like: read always may; method sends a diagnostic method such as TRACE, login one attempt without a credential, relay asks the host to pass something on',
      ),
    covers,
  })
  .superRefine(({ from, until }, context) => {
    if (until <= from) {
      context.addIssue({ code: 'custom', path: ['until'], message: `a time after from, which is ${from}` });
    }
  });

const approvedPort = z
  .string()
  .regex(/^(tcp|udp)\/\d{1,5}$/, 'a transport and a port, such as tcp/443')
  .transform((value, context): PlannedPort => {
    const [transport = '', number = ''] = value.split('/');
    const parsed = port.safeParse(Number(number));
    if (!parsed.success) context.addIssue({ code: 'custom', message: 'a port from 1 to 65535' });
    return { transport: transport === 'udp' ? 'udp' : 'tcp', port: Number(number) };
  });

const approvedPorts = z.strictObject({
  id: slug,
  covers,
  ports: z.array(approvedPort).describe('Ports that may be open, such as tcp/443'),
});

const trusted = z.strictObject({
  id: slug,
  ca: text(512).describe(
    'A PEM file with certificates of authorities; its path is relative to the configuration folder',
  ),
  covers: covers.optional().describe('The endpoints at which they are trusted; at all of them when absent'),
});

const cron = z
  .string()
  .superRefine((value, context) => {
    const problem = cronProblem(value);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  })
  .describe('Minute, hour, day of month, month, day of week');

const timezone = z
  .string()
  .superRefine((value, context) => {
    const problem = timezoneProblem(value);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  })
  .describe('An IANA name, such as Europe/Berlin');

const addressAndPort = z.strictObject({
  address: z.union([z.ipv4(), z.ipv6()], { error: 'an IP address' }),
  port: z.int().min(0).max(65_535),
});

const schedule = z.strictObject({
  id: slug,
  cron,
  timezone: timezone.default('UTC'),
  profile: slug.default(DEFAULT_PROFILE),
  select: z
    .strictObject({
      all: z.literal(true).describe('Every discovered endpoint that is authorised').optional(),
      instances: z.array(instanceId).min(1).optional(),
      endpoints: z.array(text(256)).min(1).describe('Endpoint ids or public addresses').optional(),
      tags: tags.optional(),
    })
    .refine(
      ({ all, ...kinds }) => Object.values(kinds).some((kind) => kind !== undefined) === (all === undefined),
      'either all: true, or at least one of instances, endpoints, tags',
    )
    .meta({ minProperties: 1 })
    .describe('Kinds are joined with AND, values of one kind with OR'),
});

/** `config/picket.yaml`. */
export const picketFileSchema = z.strictObject({
  version: z.literal(1),
  authorisations: z
    .array(authorisation)
    .superRefine(unique(({ id }) => id, ['id']))
    .describe('Who allowed scanning what, from when until when; without one, nothing is scanned'),
  schedules: z.array(schedule).superRefine(unique(({ id }) => id, ['id'])),
  regions: z
    .union([z.literal('all'), z.array(region).min(1)], {
      error: 'all, or a list of at least one AWS Region such as eu-central-1',
    })
    .default('all')
    .describe('Where to look for endpoints'),
  approvedPorts: z
    .array(approvedPorts)
    .superRefine(unique(({ id }) => id, ['id']))
    .default([])
    .describe('Ports that may be open at the endpoints that each entry covers; any other is reported'),
  trust: z
    .array(trusted)
    .superRefine(unique(({ id }) => id, ['id']))
    .default([])
    .describe('Certificate authorities that are trusted beside those that ship with Node'),
  publish: z
    .strictObject({ enabled: z.boolean().default(true) })
    .prefault({})
    .describe('Findings to Security Hub'),
  scan: z
    .strictObject({
      leaseSeconds: z
        .int()
        .min(10)
        .max(300)
        .default(300)
        .describe('How long a proof of ownership counts before it is read from EC2 again'),
      jobsAtOnce: z
        .int()
        .min(1)
        .max(64)
        .default(2)
        .describe('Chunks of endpoints that one worker scans at the same time'),
      canary: z
        .strictObject({
          listen: addressAndPort.describe('Where each worker listens; port 0 for any that is free'),
          reachedAt: addressAndPort
            .describe('Where endpoints reach it, if that is somewhere else')
            .optional(),
        })
        .nullable()
        .default(null)
        .describe(
          "A listener of Picket's own to which open proxies are led, so that no third party is; without it they are not looked for",
        ),
    })
    .prefault({}),
});

export type PicketFile = z.output<typeof picketFileSchema>;

/** The file's words in those of the domain. */
export function authorisationsOf(file: PicketFile): Authorisation[] {
  return file.authorisations;
}

export function schedulesOf(file: PicketFile): Schedule[] {
  return file.schedules.map(({ select: { all: _everything, ...selection }, ...rest }) => ({
    ...rest,
    selection,
  }));
}

function cronProblem(value: string): string | null {
  const expected = 'a cron expression of five fields that fires at least once';
  // cron-parser fills fields that are missing, and takes a sixth for seconds: neither is what was meant.
  if (value.trim().split(/\s+/).length !== 5) return expected;
  try {
    CronExpressionParser.parse(value, { tz: 'UTC' }).next();
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `${expected} (${reason.charAt(0).toLowerCase()}${reason.slice(1)})`;
  }
}

function timezoneProblem(value: string): string | null {
  try {
    // Offsets such as +02:00 know no summer time, and cron's library does not take them.
    if (/^[A-Za-z]/.test(value) && new Intl.DateTimeFormat('en', { timeZone: value })) return null;
  } catch {
    // RangeError: the sentence below says so.
  }
  const meant = nearestName(value, Intl.supportedValuesOf('timeZone'));
  return `the IANA name of a time zone, such as Europe/Berlin${meant === null ? '' : ` (did you mean ${meant}?)`}`;
}

function cidrProblem(value: string): string | null {
  const expected = 'a range of addresses such as 203.0.113.0/24';
  if (!ipaddr.isValidCIDR(value)) return expected;
  const [address, bits] = ipaddr.parseCIDR(value);
  const network =
    address.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(value)
      : ipaddr.IPv6.networkAddressFromCIDR(value);
  return network.toString() === address.toString()
    ? null
    : `a range that begins at its network address, here ${network.toString()}/${bits}`;
}
