import type { Advisory, ReleaseCycles } from '../domain/vulnerability.ts';
import type { Catalogue } from './catalogue.ts';

/** What software is recognised by, and what is known of it without any feed. */
export interface SoftwareKnowledge {
  readonly catalogue: Catalogue;
  readonly releaseCycles: readonly ReleaseCycles[];
  readonly advisories: readonly Advisory[];
}
