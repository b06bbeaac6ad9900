import { describe, expect, it } from 'vitest';
import { namesOf } from '../../src/runs/names-of.ts';
import { anEndpoint } from '../scope/endpoints.ts';

describe('the names of an endpoint', () => {
  it('are in its tag, in lower case, each once', () => {
    const endpoint = anEndpoint({
      tags: { 'picket:hosts': ' Shop.example.org, api.example.org  shop.example.org' },
    });
    expect(namesOf(endpoint, [])).toEqual(['shop.example.org', 'api.example.org']);
  });

  it('are also those under which something was found', () => {
    expect(namesOf(anEndpoint(), ['old.example.org', 'CVE-2024-6387'])).toEqual(['old.example.org']);
  });

  it.each([
    '203.0.113.9',
    '[2001:db8::1]',
    'localhost',
    '*.example.org',
    'a b',
    'evil.example.org\r\nHost: other',
    'evil.example.org/path',
    'evil.example.org:8080',
    '-bad.example.org',
    `${'a'.repeat(64)}.example.org`,
    `${'a.'.repeat(130)}org`,
    'example.123',
    'http://169.254.169.254',
  ])('are never %s', (tag) => {
    const names = namesOf(anEndpoint({ tags: { 'picket:hosts': tag } }), [tag]);
    expect(names.filter((name) => !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(name) || name === tag)).toEqual([]);
  });
});
