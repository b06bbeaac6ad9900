/** The columns of `picket.finding` under the names of the domain's `Finding`. */
export const FINDING_COLUMNS = `
  finding.id, finding.endpoint_id as "endpointId", finding.transport, finding.port, finding.check_id as "checkId",
  finding.discriminator, finding.account_id as "accountId", finding.region, finding.state, finding.content,
  finding.first_seen_at as "firstSeenAt", finding.last_seen_at as "lastSeenAt", finding.times_seen as "timesSeen",
  finding.resolved_at as "resolvedAt", finding.resolution, finding.unreachable_runs as "unreachableRuns",
  finding.last_run_id as "lastRunId", finding.updated_at as "updatedAt", finding.revision,
  finding.published_revision as "publishedRevision"`;
