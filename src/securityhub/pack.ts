import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import { PermanentError } from '../domain/errors.ts';
import { limits } from './limits.ts';

/** Anything that carries a finding in the wire format. */
export interface Packable {
  readonly asff: AwsSecurityFinding;
}

export interface PackLimits {
  readonly findingsPerCall: number;
  readonly callBytes: number;
}

/** `{"Findings":[]}`, in bytes. */
const ENVELOPE = Buffer.byteLength(JSON.stringify({ Findings: [] }));

/**
 * Puts findings together for BatchImportFindings calls: in their order, as many to a call as count and bytes allow,
 * never the same Id twice in one call, since the service looks only at the first. Lazy: it holds one call's findings
 * at a time, and reads on only when asked.
 *
 * Sizes are the UTF-8 bytes of the JSON that the SDK sends. A finding that fits into no call is a broken promise of
 * the caller, who is to validate first.
 */
export async function* packFindings<Item extends Packable>(
  items: AsyncIterable<Item> | Iterable<Item>,
  most: PackLimits = limits,
): AsyncGenerator<Item[], void, void> {
  let batch: Item[] = [];
  let ids = new Set<string | undefined>();
  let bytes = ENVELOPE;
  for await (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(item.asff));
    if (ENVELOPE + size > most.callBytes) {
      throw new PermanentError('finding-too-large', {
        what: 'A finding does not fit into any call of BatchImportFindings',
        where: item.asff.Id ?? 'a finding without Id',
        got: `${size} bytes`,
        expected: `at most ${most.callBytes - ENVELOPE}`,
      });
    }
    const comma = batch.length === 0 ? 0 : 1;
    const full = batch.length >= most.findingsPerCall || bytes + comma + size > most.callBytes;
    if (batch.length > 0 && (full || ids.has(item.asff.Id))) {
      yield batch;
      batch = [];
      ids = new Set();
      bytes = ENVELOPE;
    }
    bytes += size + (batch.length === 0 ? 0 : 1);
    batch.push(item);
    ids.add(item.asff.Id);
  }
  if (batch.length > 0) {
    yield batch;
  }
}
