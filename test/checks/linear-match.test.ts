import { describe, expect, it } from 'vitest';
import { compilePattern, matchesRe2 } from '../../src/checks/linear-match.ts';

describe('matchesRe2', () => {
  it('finds the pattern anywhere, unless it is anchored', () => {
    expect(matchesRe2('nginx/1.22.1', '/[0-9]')).toBe(true);
    expect(matchesRe2('nginx/1.22.1', '^[0-9]')).toBe(false);
    expect(matchesRe2('NGINX', '(?i)nginx')).toBe(true);
  });

  it('cannot be held by hostile text', () => {
    // 28 of these characters hold a backtracking engine for seconds, and each more doubles it.
    const hostile = `${'a'.repeat(4000)}!`;
    const started = performance.now();
    expect(matchesRe2(hostile, '^(a+)+$')).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('looks at the first 4,096 characters only', () => {
    expect(matchesRe2(`${'x'.repeat(4095)}y`, 'y$')).toBe(true);
    expect(matchesRe2(`${'x'.repeat(4096)}y`, 'y')).toBe(false);
  });

  it('compiles a pattern once', () => {
    expect(compilePattern('a.c')).toBe(compilePattern('a.c'));
  });
});
