import { describe, expect, it } from 'vitest';
import { parseScanRequest, selectionOf } from '../../src/queues/scan-request.ts';

const request = { version: 1, requestedBy: 'alice', select: { all: true } };

describe('parseScanRequest', () => {
  it.each([
    ['everything', { all: true }, {}],
    ['instances', { instances: ['i-0123456789abcdef0'] }, { instances: ['i-0123456789abcdef0'] }],
    ['endpoints', { endpoints: ['198.51.100.7'] }, { endpoints: ['198.51.100.7'] }],
    ['tags', { tags: { env: 'prod' } }, { tags: { env: 'prod' } }],
  ])('takes a selection of %s', (_, select, selection) => {
    expect(selectionOf(parseScanRequest({ ...request, select }))).toEqual(selection);
  });

  it.each([
    ['nothing', undefined, 'the object'],
    ['text', 'scan everything', 'the object'],
    ['no version', { requestedBy: 'alice', select: { all: true } }, 'version'],
    [
      'a later version',
      { ...request, version: 2 },
      'got 2, expected 1, the only version that this Picket knows',
    ],
    ['nobody', { ...request, requestedBy: '' }, 'requestedBy'],
    ['an unknown key', { ...request, host: '198.51.100.7' }, '"host"'],
    ['an empty selection', { ...request, select: {} }, '{"all": true}'],
    [
      'a selection of everything and of something',
      { ...request, select: { all: true, tags: { a: 'b' } } },
      '"tags"',
    ],
    ['all: false', { ...request, select: { all: false } }, 'select'],
    ['an instance that is none', { ...request, select: { instances: ['web-1'] } }, 'select.instances.0'],
    ['an empty list', { ...request, select: { endpoints: [] } }, 'select.endpoints'],
    ['a profile that is a path', { ...request, profile: '../loud' }, 'profile'],
  ])('refuses %s in one sentence, for good', (_, data, part) => {
    const refusal = (): unknown => parseScanRequest(data);
    expect(refusal).toThrow(part);
    expect(refusal).toThrow(
      expect.objectContaining({ code: 'scan-request-invalid', retryable: false }) as Error,
    );
    expect(refusal).toThrow(/^Scan request refused \(.*\): got .*, expected .*\.$/);
  });
});
