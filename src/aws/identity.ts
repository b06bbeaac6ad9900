import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { PermanentError } from '../domain/errors.ts';
import type { Aws } from './clients.ts';
import { callAws } from './call.ts';

/** Whose credentials these are. */
export interface Identity {
  /** Twelve digits. */
  readonly accountId: string;
  /** `aws`, `aws-cn`, `aws-us-gov`… */
  readonly partition: string;
  readonly arn: string;
}

/** Asks STS who the caller is; needs no permission. Throws what {@link callAws} maps, and `aws-rejected`. */
export async function identity(aws: Aws, signal?: AbortSignal): Promise<Identity> {
  const region = (await aws.homeRegion()) ?? 'no Region';
  const call = { service: 'sts', action: 'GetCallerIdentity', region };
  const options = signal === undefined ? {} : { abortSignal: signal };
  const answer = await callAws(call, signal, () => aws.sts().send(new GetCallerIdentityCommand({}), options));
  const arn = answer.Arn ?? '';
  const partition = /^arn:([a-z][a-z0-9-]*):(?:iam|sts)::\d{12}:/.exec(arn)?.[1];
  const accountId = answer.Account ?? '';
  if (partition === undefined || !/^\d{12}$/.test(accountId)) {
    throw new PermanentError('aws-rejected', {
      what: 'STS does not say who the caller is',
      where: region,
      got: `account "${accountId.slice(0, 40)}" and ARN "${arn.slice(0, 200)}"`,
      expected: 'twelve digits and an ARN of IAM or STS',
    });
  }
  return { accountId, partition, arn };
}
