import type { Processor } from 'bullmq';
import { parsePublishRequest } from '../src/queues/payloads.ts';
import type { PublishRequest } from '../src/queues/payloads.ts';
import type { RunContext } from '../src/runs/context.ts';
import { ledgerOutbox } from '../src/securityhub/outbox.ts';
import { createPacer } from '../src/securityhub/pacer.ts';
import type { Pacer } from '../src/securityhub/pacer.ts';
import { drainDestination } from '../src/securityhub/publish.ts';
import type { DrainResult } from '../src/securityhub/publish.ts';
import { processor } from './processor.ts';

/** Brings one destination in line with the ledger. */
export default function publish(context: RunContext): Processor {
  // The quota is the account's in its Region, so it is kept from one drain to the next.
  const pacers = new Map<string, Pacer>();
  return processor<PublishRequest, DrainResult>({
    logger: context.logger,
    parse: parsePublishRequest,
    async run({ data: destination, signal }) {
      const key = `${destination.accountId}/${destination.region}`;
      const pacer = pacers.get(key) ?? createPacer();
      pacers.set(key, pacer);
      return drainDestination({
        outbox: ledgerOutbox(context.database),
        client: context.aws.securityHub(destination.region),
        destination,
        partition: context.identity.partition,
        pacer,
        now: context.now,
        signal,
        logger: context.logger,
      });
    },
  });
}
