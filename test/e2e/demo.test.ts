import { describe, expect, it } from 'vitest';
import { runPicket } from '../support/picket.ts';

describe('picket demo', () => {
  it('goes through its three runs and ends with 0', { timeout: 120_000 }, async () => {
    const { code, stdout, stderr } = await runPicket(['demo'], {});
    expect(code, stdout + stderr).toBe(0);
    expect(stderr).toContain('endpoints');
    expect(stdout).toMatch(/BatchImportFindings calls: [1-9]\d* in the first run, 0 in the second/);
    expect(stdout).toMatch(/ARCHIVED +HIGH +1 +The certificate has expired/);
    expect(stdout).toMatch(/the stranger's address \(127\.20\.0\.66\) saw: 0/);
  });
});
