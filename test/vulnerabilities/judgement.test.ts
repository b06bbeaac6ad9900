import { describe, expect, it } from 'vitest';
import type { CvssVersion, ReleaseCycles } from '../../src/domain/vulnerability.ts';
import { chooseScore } from '../../src/vulnerabilities/cvss.ts';
import { endOfLife } from '../../src/vulnerabilities/end-of-life.ts';
import { severityOf, shifted } from '../../src/vulnerabilities/severity.ts';
import { aSoftware } from '../software/samples.ts';

const scored = (version: CvssVersion, primary: boolean, score = 5) => ({
  version,
  primary,
  score,
  vector: `${version}/${primary}`,
  source: 'somebody',
});

describe('the score to go by', () => {
  it('is of the newest version of CVSS, and then the primary one', () => {
    const all = [
      scored('2.0', true),
      scored('3.0', true),
      scored('3.1', false),
      scored('3.1', true),
      scored('4.0', false),
    ];
    expect(chooseScore(all)).toEqual({ version: '4.0', score: 5, vector: '4.0/false', source: 'somebody' });
    expect(chooseScore(all.slice(0, 4))?.vector).toBe('3.1/true');
    expect(chooseScore(all.slice(0, 2))?.version).toBe('3.0');
    expect(chooseScore([])).toBeNull();
  });
});

describe('the severity of a vulnerability', () => {
  const of = (score: number | null, exploited = false, potential = false, version: CvssVersion = '3.1') =>
    severityOf({ cvss: score === null ? null : { version, score }, exploited, potential });

  it.each([
    [0, 'INFORMATIONAL'],
    [0.1, 'LOW'],
    [3.9, 'LOW'],
    [4, 'MEDIUM'],
    [6.9, 'MEDIUM'],
    [7, 'HIGH'],
    [8.9, 'HIGH'],
    [9, 'CRITICAL'],
    [10, 'CRITICAL'],
  ])('follows the score %d: %s', (score, severity) => {
    expect(of(score)).toBe(severity);
  });

  it('has no CRITICAL in CVSS v2, and is MEDIUM without a score', () => {
    expect(of(10, false, false, '2.0')).toBe('HIGH');
    expect(of(null)).toBe('MEDIUM');
  });

  it('is one level up and at least HIGH when exploited', () => {
    expect(of(8, true)).toBe('CRITICAL');
    expect(of(5, true)).toBe('HIGH');
    expect(of(2, true)).toBe('HIGH');
    expect(of(9.8, true)).toBe('CRITICAL');
  });

  it('is one level down when only potential, after everything else', () => {
    expect(of(9.8, false, true)).toBe('HIGH');
    expect(of(8, true, true)).toBe('HIGH');
    expect(of(2, true, true)).toBe('MEDIUM');
    expect(of(0, false, true)).toBe('INFORMATIONAL');
    expect(shifted('CRITICAL', 1)).toBe('CRITICAL');
  });
});

describe('the end of life', () => {
  const table: ReleaseCycles[] = [
    {
      vendor: 'openbsd',
      product: 'openssh',
      url: 'https://example.com',
      cycles: [
        { cycle: '9', endsOn: null },
        { cycle: '9.2', endsOn: '2026-01-31' },
        { cycle: '8.4', endsOn: '2025-01-31' },
      ],
    },
  ];
  const on = (version: string | null, at: string) =>
    endOfLife(table, aSoftware({ version }), `${at}T12:00:00.000Z`);

  it('begins on the day after the last one', () => {
    expect(on('9.2', '2026-01-31')).toEqual({ over: false, cycle: '9.2', endsOn: '2026-01-31' });
    expect(on('9.2', '2026-02-01')).toEqual({ over: true, cycle: '9.2', endsOn: '2026-01-31' });
    expect(on('9.5', '2030-01-01')).toEqual({ over: false, cycle: '9', endsOn: null });
  });

  it('has come for what is older than a branch that is over, and is not known before that', () => {
    expect(on('7.9', '2025-02-01')).toEqual({ over: true, cycle: '< 8.4', endsOn: null });
    expect(on('7.9', '2025-01-31')).toBeNull();
  });

  it('is not known for other versions and other products', () => {
    expect(on('10.0', '2026-01-01')).toBeNull();
    expect(on(null, '2026-01-01')).toBeNull();
    expect(endOfLife(table, aSoftware({ product: 'other' }), '2026-01-01')).toBeNull();
  });
});
