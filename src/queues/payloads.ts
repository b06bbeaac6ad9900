import { z } from 'zod';
import { PermanentError } from '../domain/errors.ts';

/** A job in `scan` or `scan-ad-hoc`: which chunk of which run. The ledger knows the rest. */
const scanChunkSchema = z.strictObject({ runId: z.string().min(1), chunk: z.int().min(0) });
export type ScanChunk = z.infer<typeof scanChunkSchema>;

/** A job in `publish`: one destination to bring in line with the ledger. */
const publishSchema = z.strictObject({
  accountId: z.string().regex(/^\d{12}$/),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/),
});
export type PublishRequest = z.infer<typeof publishSchema>;

export function parseScanChunk(data: unknown): ScanChunk {
  return parse(scanChunkSchema, data, 'scan');
}

export function parsePublishRequest(data: unknown): PublishRequest {
  return parse(publishSchema, data, 'publish');
}

function parse<T>(schema: z.ZodType<T>, data: unknown, queue: string): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new PermanentError('payload-invalid', {
    what: 'Job refused',
    where: `queue ${queue}`,
    got: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    expected: 'a payload made by Picket itself',
  });
}
