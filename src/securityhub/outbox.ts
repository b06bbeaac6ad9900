import type { Destination, Finding } from '../domain/finding.ts';
import type { Queryable } from '../ledger/database.ts';
import { findingsToPublish, recordPublished, recordRejected } from '../ledger/publications.ts';

export interface PublishedRevision {
  readonly id: string;
  readonly revision: number;
}

/** A revision that Security Hub, or our own validation, would not have; `message` is a sentence for a person. */
export interface RejectedRevision extends PublishedRevision {
  readonly code: string;
  readonly message: string;
}

/**
 * The findings of which a destination does not have the newest revision yet, as publishing sees the ledger. Recording
 * names the revision that was sent: a finding that changed meanwhile stays in the outbox.
 */
export interface Outbox {
  /** In the order of their ids, from behind `after`; without those whose newest revision was rejected. */
  findingsToPublish(
    destination: Destination,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly Finding[]>;
  recordPublished(published: readonly PublishedRevision[], at: Date): Promise<void>;
  recordRejected(rejected: readonly RejectedRevision[], at: Date): Promise<void>;
}

/** The outbox that is the ledger's own table of findings. */
export function ledgerOutbox(database: Queryable): Outbox {
  return {
    findingsToPublish: (destination, page) => findingsToPublish(database, destination, page),
    recordPublished: (published, at) => recordPublished(database, published, at.toISOString()),
    recordRejected: (rejected, at) => recordRejected(database, rejected, at.toISOString()),
  };
}
