import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions, hasUpdate, isWithin } from '../../src/vulnerabilities/version.ts';

describe('versions', () => {
  // Each line in ascending order; what is in one group is the same version.
  it.each([
    [['9.2'], ['9.2p1'], ['9.2p2'], ['9.3'], ['9.10']],
    [['1.4.7'], ['1.4.69', '1.4.69.0'], ['1.4.70']],
    [['10.11.9'], ['10.11.19', '10.11.19-MariaDB', '10.11.19-MariaDB-log'], ['11.0']],
    [['1.0.2-beta1'], ['1.0.2'], ['1.0.2a'], ['1.0.2z'], ['1.0.2za'], ['1.0.2zb'], ['1.1.1'], ['1.1.1w']],
    [
      ['2.0.0-alpha.1'],
      ['2.0.0-beta'],
      ['2.0.0-beta2'],
      ['2.0.0-rc1', '2.0.0-RC.1', '2.0.0rc1'],
      ['2.0.0', '2', 'v2.0'],
    ],
    [['9.0.0.M1'], ['9.0.0.M20'], ['9.0.0'], ['9.0.1']],
    [['9.11.4'], ['9.11.4-P1'], ['9.11.4-P2', '9.11.4-P2-RedHat-9.11.4-26'], ['9.11.5']],
    [['1.3.5rc3'], ['1.3.5'], ['1.3.5e'], ['1.3.6']],
    [['0.94.13'], ['0.94.14rc21'], ['0.94.14']],
    [['2019.78'], ['2022.82'], ['2022.83']],
    [['4.2.8p9'], ['4.2.8p15']],
    [['8.8.15', '8.8.15_GA', '8.8.15-Final'], ['8.8.16']],
  ])('ascend in %j', (...groups) => {
    const ranked = groups.flatMap((group, rank) => group.map((version) => ({ version, rank })));
    for (const left of ranked) {
      for (const right of ranked) {
        const expected = Math.sign(left.rank - right.rank);
        expect([left.version, right.version, compareVersions(left.version, right.version)]).toEqual([
          left.version,
          right.version,
          expected === 0 ? 0 : expected,
        ]);
      }
    }
  });

  it('order whatever comes, without an error and in the same way from both sides', () => {
    const version = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.stringMatching(/^\d{1,3}(\.\d{1,3}){0,3}([-_.]?(rc|beta|p|a|b|z|za|P|dev)\d{0,2})?$/),
    );
    fc.assert(
      fc.property(version, version, version, (one, two, three) => {
        expect(compareVersions(one, one)).toBe(0);
        expect(compareVersions(one, two) + compareVersions(two, one)).toBe(0);
        // Sorted, each is with or before every later one: the order has no circles.
        const [low = '', middle = '', high = ''] = [one, two, three].toSorted(compareVersions);
        expect(compareVersions(low, middle)).toBeLessThanOrEqual(0);
        expect(compareVersions(middle, high)).toBeLessThanOrEqual(0);
        expect(compareVersions(low, high)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 2000 },
    );
  });

  it('know a patch level from a label', () => {
    expect(['9.2p1', '1.1.1w', '2.0-rc1'].map(hasUpdate)).toEqual([true, true, true]);
    expect(['9.2', '10.11.19-MariaDB', '5.7.42-log'].map(hasUpdate)).toEqual([false, false, false]);
  });

  it('belong to a cycle by whole numbers', () => {
    expect(isWithin('7.4.33', '7.4')).toBe(true);
    expect(isWithin('7.4', '7.4')).toBe(true);
    expect(isWithin('7.40.1', '7.4')).toBe(false);
    expect(isWithin('7', '7.4')).toBe(false);
    expect(isWithin('10.1.2', '1')).toBe(false);
  });
});
