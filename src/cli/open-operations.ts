import { existsSync } from 'node:fs';
import { PermanentError } from '../domain/errors.ts';
import { openDatabase } from '../ledger/database.ts';
import { migrate } from '../ledger/migrate.ts';
import { connectToService } from '../local-api/client.ts';
import { createOperations } from '../local-api/operations.ts';
import type { Operations } from '../local-api/operations.ts';
import { openQueueBackend } from '../queues/backend.ts';
import type { QueueBackend } from '../queues/backend.ts';
import type { Environment } from '../settings/environment.ts';

export interface OpenOperations {
  readonly operations: Operations;
  /** Whether there is anything that could carry a request out: with servers there may be, embedded only a service. */
  readonly canScan: boolean;
  readonly close: () => Promise<void>;
}

/**
 * Opens ledger and queue in the way that the environment asks for: servers directly, an embedded data directory
 * through the service that holds it, or by itself when none does. Commands do not know which.
 */
export async function openOperations(environment: Environment): Promise<OpenOperations> {
  const { databaseUrl, dataDir, redisUrl } = environment;
  if (databaseUrl === null) {
    const service = await connectToService(dataDir);
    if (service !== null) return { operations: service, canScan: true, close: async () => undefined };
    if (!existsSync(dataDir)) {
      throw new PermanentError('no-ledger', {
        what: 'There is no ledger yet',
        where: dataDir,
        expected:
          'a service that has been started there with "npm start", DATABASE_URL, or another PICKET_DATA_DIR',
      });
    }
  }
  const database = await openDatabase(
    databaseUrl === null ? { dataDirectory: dataDir } : { url: databaseUrl },
  );
  let opened: Promise<QueueBackend> | undefined;
  const close = async (): Promise<void> => {
    await (await opened)?.close();
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
