import { existsSync } from 'node:fs';
import { PermanentError } from '../domain/errors.ts';
import { connectToService } from '../local-api/client.ts';
import type { Operations } from '../local-api/operations.ts';
import type { Environment } from '../settings/environment.ts';

export interface OpenOperations {
  readonly operations: Operations;
  /** Whether there is anything that could carry a request out: with servers there may be, embedded only a service. */
  readonly canScan: boolean;
  readonly close: () => Promise<void>;
}

/**
 * Opens ledger and queue in the way that the environment asks for: servers directly, an embedded data directory
 * through the service that holds it, or by itself when none does. Commands do not know which. With `make` a data
 * directory that is not there is made.
 */
export async function openOperations(
  environment: Environment,
  { make = false }: { readonly make?: boolean } = {},
): Promise<OpenOperations> {
  const { databaseUrl, dataDir } = environment;
  if (databaseUrl === null) {
    const service = await connectToService(dataDir);
    if (service !== null) return { operations: service, canScan: true, close: async () => undefined };
    if (!make && !existsSync(dataDir)) {
      throw new PermanentError('no-ledger', {
        what: 'There is no ledger yet',
        where: dataDir,
        expected:
          'a service that has been started there with "npm start", DATABASE_URL, or another PICKET_DATA_DIR',
      });
    }
  }
  // The database and the queue take a second to load; asking a service must not wait for them.
  const { openLedger } = await import('./open-ledger.ts');
  return openLedger(environment);
}
