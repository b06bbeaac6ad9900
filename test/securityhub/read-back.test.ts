import { describe, expect, it } from 'vitest';
import { readFindings } from '../../src/securityhub/read-back.ts';
import { destination } from './a-finding.ts';
import { HttpFailure, stubClient } from './stub-client.ts';

const ProductArn = 'arn:aws:securityhub:eu-central-1:111122223333:product/111122223333/default';
const own = (index: number) => ({ Id: `f${index}`, ProductArn, GeneratorId: 'picket/redis-no-auth' });

async function readAll(answer: Parameters<typeof stubClient>[0], signal?: AbortSignal) {
  const { client, requests } = stubClient(answer);
  const ids: string[] = [];
  const request = { destination, partition: 'aws', signal };
  for await (const finding of readFindings(client, request)) ids.push(finding.Id ?? '');
  return { ids, bodies: requests.map(({ body }) => JSON.parse(body) as Record<string, unknown>) };
}

describe('readFindings', () => {
  it('asks for its own findings only, 100 at a time, and follows the pages', async () => {
    const { ids, bodies } = await readAll(({ index }) => ({
      Findings: [own(2 * index), own(2 * index + 1)],
      ...(index < 2 ? { NextToken: `page-${index + 1}` } : {}),
    }));
    expect(ids).toEqual(['f0', 'f1', 'f2', 'f3', 'f4', 'f5']);
    const query = {
      Filters: {
        ProductArn: [{ Value: ProductArn, Comparison: 'EQUALS' }],
        GeneratorId: [{ Value: 'picket/', Comparison: 'PREFIX' }],
      },
      MaxResults: 100,
    };
    expect(bodies).toEqual([query, { ...query, NextToken: 'page-1' }, { ...query, NextToken: 'page-2' }]);
  });

  it('takes no other finding for its own, whatever the service returns', async () => {
    const { ids } = await readAll(() => ({
      Findings: [own(1), { ...own(2), GeneratorId: 'prowler-x' }, { ...own(3), ProductArn: 'arn:aws:other' }],
    }));
    expect(ids).toEqual(['f1']);
  });

  it('fails on pages that do not end', async () => {
    await expect(readAll(() => ({ Findings: [], NextToken: 'again' }))).rejects.toThrow('do not end');
  });

  it('maps the errors of the service and stops when halted', async () => {
    const disabled = new HttpFailure(401, 'InvalidAccessException', 'not subscribed');
    await expect(readAll(() => disabled)).rejects.toMatchObject({ code: 'securityhub-not-enabled' });
    await expect(readAll(() => new HttpFailure(429, 'TooManyRequestsException'))).rejects.toMatchObject({
      code: 'aws-throttled',
    });
    const halt = AbortSignal.abort(new Error('shutting down'));
    await expect(readAll(() => ({ Findings: [] }), halt)).rejects.toThrow('shutting down');
  });
});
