import type { Environment } from '../settings/environment.ts';
import type { OpenOperations } from './open-operations.ts';
import type { Terminal } from './terminal.ts';

/** What every command works with. */
export interface CommandContext {
  readonly environment: Environment;
  readonly terminal: Terminal;
  /** `make`: a ledger that is not there yet is made. */
  open(options?: { readonly make?: boolean }): Promise<OpenOperations>;
  /** Sets the code with which the process will end. */
  exitCode(code: number): void;
}
