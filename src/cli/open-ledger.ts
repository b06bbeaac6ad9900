import { openDatabase } from '../ledger/database.ts';
import { migrate } from '../ledger/migrate.ts';
import { createOperations } from '../local-api/create-operations.ts';
import { openQueueBackend } from '../queues/backend.ts';
import type { QueueBackend } from '../queues/backend.ts';
import type { Environment } from '../settings/environment.ts';
import type { OpenOperations } from './open-operations.ts';

/** Opens ledger and, when first needed, queue in this process. */
export async function openLedger({ databaseUrl, dataDir, redisUrl }: Environment): Promise<OpenOperations> {
  const database = await openDatabase(
    databaseUrl === null ? { dataDirectory: dataDir } : { url: databaseUrl },
  );
  let opened: Promise<QueueBackend> | undefined;
  const close = async (): Promise<void> => {
    await (await opened?.catch(() => undefined))?.close();
    await database.close();
  };
  try {
    await migrate(database);
  } catch (error) {
    await close();
    throw error;
  }
  const backend = (): Promise<QueueBackend> =>
    (opened ??= openQueueBackend({ database, ...(redisUrl === null ? {} : { redisUrl }) }));
  return { operations: createOperations({ database, backend }), canScan: databaseUrl !== null, close };
}
