import type { Finding } from '../../src/domain/finding.ts';
import type { Outbox, PublishedRevision, RejectedRevision } from '../../src/securityhub/outbox.ts';

/** An outbox without a database, which keeps the promises of the interface to the letter. */
export class MemoryOutbox implements Outbox {
  readonly findings = new Map<string, Finding>();
  readonly rejected = new Map<string, RejectedRevision>();
  /** Every recorded publication, in order. */
  readonly published: PublishedRevision[] = [];
  pages = 0;

  constructor(findings: readonly Finding[]) {
    for (const finding of findings) this.findings.set(finding.id, finding);
  }

  findingsToPublish(
    { accountId, region }: { accountId: string; region: string },
    { after, limit }: { after: string | null; limit: number },
  ): Promise<readonly Finding[]> {
    this.pages += 1;
    return Promise.resolve(
      [...this.findings.values()]
        .filter(
          (finding) =>
            finding.accountId === accountId &&
            finding.region === region &&
            finding.publishedRevision < finding.revision &&
            this.rejected.get(finding.id)?.revision !== finding.revision &&
            (after === null || finding.id > after),
        )
        .toSorted((left, right) => (left.id < right.id ? -1 : 1))
        .slice(0, limit),
    );
  }

  recordPublished(published: readonly PublishedRevision[]): Promise<void> {
    for (const { id, revision } of published) {
      this.published.push({ id, revision });
      const finding = this.findings.get(id);
      if (finding !== undefined && finding.publishedRevision < revision) {
        this.findings.set(id, { ...finding, publishedRevision: revision });
      }
    }
    return Promise.resolve();
  }

  recordRejected(rejected: readonly RejectedRevision[]): Promise<void> {
    for (const item of rejected) this.rejected.set(item.id, item);
    return Promise.resolve();
  }
}
