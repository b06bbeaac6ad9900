import { z } from 'zod';
import { PermanentError } from '../domain/errors.ts';
import type { Selection } from '../domain/endpoint.ts';

const name = z.string().min(1).max(256);

const scanRequestSchema = z
  .strictObject({
    version: z.literal(1).describe('Version of this payload. Producers of an unknown version are refused.'),
    requestedBy: z
      .string()
      .min(1)
      .max(128)
      .describe('Who asks: a person, a team or a system. Shown with the run.'),
    reason: z.string().max(256).optional().describe('Why, for the record.'),
    profile: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
      .optional()
      .describe('Id of a scan profile of the service. Default: standard.'),
    select: z
      .union([
        z.strictObject({ all: z.literal(true).describe('Every discovered endpoint.') }),
        z
          .strictObject({
            instances: z
              .array(z.string().regex(/^i-[0-9a-f]{8,17}$/))
              .min(1)
              .max(1000)
              .readonly()
              .optional()
              .describe('EC2 instance ids.'),
            endpoints: z
              .array(name)
              .min(1)
              .max(1000)
              .readonly()
              .optional()
              .describe('Endpoint ids or public addresses, of endpoints that Picket has discovered.'),
            tags: z
              .record(z.string().min(1).max(128), z.string().max(256))
              .readonly()
              .optional()
              .describe('Tags of the instance, all of which must match.'),
          })
          .refine(
            ({ instances, endpoints, tags }) =>
              instances !== undefined || endpoints !== undefined || Object.keys(tags ?? {}).length > 0,
            'expected at least one of instances, endpoints or tags; to scan everything say {"all": true}',
          )
          // A refinement is lost in JSON Schema; this says the same to other producers.
          .meta({ minProperties: 1 }),
      ])
      .describe(
        'Which of the discovered endpoints to scan. Kinds are joined with AND, values of one kind with OR.',
      ),
  })
  .describe('Asks Picket for an ad-hoc scan. A job in the queue "scan-run" with this object as its data.');

/** The data of a job in `scan-run`: the versioned contract with producers in any language. */
export type ScanRequest = z.infer<typeof scanRequestSchema>;

/** Reads a job's data. Raises `scan-request-invalid`, permanent, with every problem in one sentence. */
export function parseScanRequest(data: unknown): ScanRequest {
  const parsed = scanRequestSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  const version = typeof data === 'object' && data !== null && 'version' in data ? data.version : undefined;
  if (version !== undefined && version !== 1) {
    throw new PermanentError('scan-request-invalid', {
      what: 'Scan request refused',
      where: 'version',
      got: JSON.stringify(version),
      expected: '1, the only version that this Picket knows',
    });
  }
  throw new PermanentError('scan-request-invalid', {
    what: 'Scan request refused',
    where: 'job data',
    got: flatten(parsed.error.issues).join('; '),
    expected: 'an object after config/schema/scan-request.schema.json',
  });
}

/** The JSON Schema (2020-12) of the payload, as published in `config/schema/`. */
export function scanRequestJsonSchema(): Record<string, unknown> {
  return {
    $id: 'scan-request.schema.json',
    title: 'Scan request',
    ...z.toJSONSchema(scanRequestSchema, { target: 'draft-2020-12', io: 'input' }),
  };
}

/** The part of a request that selects; an empty selection is everything. */
export function selectionOf(request: ScanRequest): Selection {
  return 'all' in request.select ? {} : request.select;
}

function flatten(issues: readonly z.core.$ZodIssue[], prefix = ''): string[] {
  return issues.flatMap((issue) => {
    const path = [prefix, ...issue.path.map(String)].filter((part) => part !== '').join('.');
    if (issue.code === 'invalid_union') {
      // Of the alternatives, the one with the fewest complaints is the one that was meant.
      const alternatives = issue.errors.map((alternative) => flatten(alternative, path));
      return alternatives.sort((left, right) => left.length - right.length)[0] ?? [];
    }
    return [`${path === '' ? 'the object' : path}: ${lowerFirst(issue.message)}`];
  });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
