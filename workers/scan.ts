import type { Processor } from 'bullmq';
import { PermanentError } from '../src/domain/errors.ts';
import { getRun } from '../src/ledger/runs.ts';
import { parseScanChunk } from '../src/queues/payloads.ts';
import type { ScanChunk } from '../src/queues/payloads.ts';
import type { RunContext } from '../src/runs/context.ts';
import { scanChunk } from '../src/runs/scan-chunk.ts';
import { processor } from './processor.ts';

/** One chunk of endpoints, in either lane. */
export default function scan(context: RunContext): Processor {
  return processor<ScanChunk, null>({
    logger: context.logger,
    parse: parseScanChunk,
    async run({ data, signal, handBack }) {
      const run = await getRun(context.database, data.runId);
      if (run === null) {
        throw new PermanentError('run-unknown', {
          what: 'A chunk belongs to a run that the ledger does not have',
          got: data.runId,
        });
      }
      const complete = await scanChunk(context, { run, chunk: data.chunk }, signal);
      return complete ? null : handBack();
    },
  });
}
