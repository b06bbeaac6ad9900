import type { Derivation } from './derivation.ts';
import { port } from './port.ts';
import { software } from './software.ts';

/** Every derivation; what checks may name beside probes. */
export const derivations: readonly Derivation[] = [port, software];
