import { GetFindingsCommand } from '@aws-sdk/client-securityhub';
import type { AwsSecurityFinding, GetFindingsResponse, SecurityHubClient } from '@aws-sdk/client-securityhub';
import { RetryableError } from '../domain/errors.ts';
import type { Destination } from '../domain/finding.ts';
import { productArn } from './asff.ts';
import { hubError } from './call-failure.ts';
import { ownPrefix } from './limits.ts';
import { paceAttempts } from './pacer.ts';
import type { Pacer } from './pacer.ts';

export interface ReadBackRequest {
  readonly destination: Destination;
  readonly partition: string;
  readonly pacer?: Pacer | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A finding as Security Hub holds it. */
export type HeldFinding = AwsSecurityFinding;

const PAGE = 100;

/**
 * Picket's own findings as Security Hub holds them, active and archived, a page of 100 at a time. Eventually
 * consistent: what was just sent may be missing. The filter is checked again here, so that no other product's finding
 * is ever taken for ours.
 *
 * Throws the errors that `hubError` makes, and the signal's reason when aborted.
 */
export async function* readFindings(
  client: SecurityHubClient,
  request: ReadBackRequest,
): AsyncGenerator<HeldFinding, void, void> {
  const { destination, signal } = request;
  const arn = productArn(destination, request.partition);
  let token: string | undefined;
  do {
    const page = await readPage(client, request, arn, token);
    for (const finding of page.Findings ?? []) {
      if (finding.ProductArn === arn && finding.GeneratorId?.startsWith(ownPrefix) === true) {
        yield finding;
      }
    }
    if (page.NextToken !== undefined && page.NextToken === token) {
      throw new RetryableError('aws-unavailable', {
        what: 'The pages of securityhub:GetFindings do not end',
        where: destination.region,
        got: 'the same NextToken twice',
      });
    }
    token = page.NextToken === '' ? undefined : page.NextToken;
    signal?.throwIfAborted();
  } while (token !== undefined);
}

async function readPage(
  client: SecurityHubClient,
  { destination, pacer, signal }: ReadBackRequest,
  arn: string,
  token: string | undefined,
): Promise<GetFindingsResponse> {
  const command = new GetFindingsCommand({
    Filters: {
      ProductArn: [{ Value: arn, Comparison: 'EQUALS' }],
      GeneratorId: [{ Value: ownPrefix, Comparison: 'PREFIX' }],
    },
    MaxResults: PAGE,
    ...(token === undefined ? {} : { NextToken: token }),
  });
  if (pacer !== undefined) {
    paceAttempts(command, pacer, signal);
  }
  try {
    return await client.send(command, signal === undefined ? {} : { abortSignal: signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw hubError(error, 'GetFindings', destination);
  }
}
