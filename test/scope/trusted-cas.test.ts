import { expect, it } from 'vitest';
import { trustedCasFor } from '../../src/scope/trusted-cas.ts';
import { anEndpoint } from './endpoints.ts';

const trust = [
  { id: 'everywhere', certificates: ['one', 'two'] },
  { id: 'web', certificates: ['three'], covers: { tags: { team: 'web' } } },
  { id: 'range', certificates: ['four'], covers: { cidrs: ['52.95.110.0/24'], accounts: ['111122223333'] } },
];

it.each([
  ['by everything that covers it', {}, ['one', 'two', 'three', 'four']],
  ['by no others', { tags: { team: 'data' }, address: '52.95.111.1' }, ['one', 'two']],
  ['where all kinds match', { accountId: '444455556666' }, ['one', 'two', 'three']],
])('an endpoint has what is trusted %s', (_how, changes, expected) => {
  expect(trustedCasFor(trust, anEndpoint(changes))).toEqual(expected);
});
