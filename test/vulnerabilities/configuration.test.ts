import { describe, expect, it } from 'vitest';
import type { Configuration, CpeMatch, MatchNode } from '../../src/domain/vulnerability.ts';
import { affects } from '../../src/vulnerabilities/configuration.ts';
import { aSoftware } from '../software/samples.ts';

const any = (...matches: CpeMatch[]): MatchNode => ({ matches });
const either = (...nodes: MatchNode[]): Configuration[] => [{ nodes }];
const both = (...nodes: MatchNode[]): Configuration[] => [{ all: true, nodes }];
const openssh = (range: Partial<CpeMatch> = {}): CpeMatch => ({ cpe: 'a:openbsd:openssh', ...range });
const linux: CpeMatch = { cpe: 'o:linux:linux_kernel:-', context: true };
const windows: CpeMatch = { cpe: 'o:microsoft:windows:-', context: true };

describe('a range of versions', () => {
  // As NVD states CVE-2024-6387.
  const ranges = either(
    any(
      openssh({ before: '4.4' }),
      openssh({ from: '8.6', before: '9.8' }),
      openssh({ cpe: 'a:openbsd:openssh:8.5:p1' }),
    ),
  );

  it.each([
    ['9.2', 'p1', true],
    ['9.7', null, true],
    ['8.6', 'p1', true],
    ['8.5', 'p1', true],
    ['4.3', 'p2', true],
    ['4.4', 'p1', false],
    ['8.4', 'p1', false],
    ['9.8', 'p1', false],
    ['9.8', null, false],
    ['9.10', null, false],
  ])('has OpenSSH %s%s: %s', (version, update, expected) => {
    expect(affects(ranges, aSoftware({ version, update })) !== null).toBe(expected);
  });

  it('says in which version it is corrected', () => {
    expect(affects(ranges, aSoftware())).toEqual({ certain: true, fixedIn: '9.8' });
    expect(affects(either(any(openssh({ through: '9.5' }))), aSoftware())).toEqual({
      certain: true,
      fixedIn: null,
    });
  });

  it.each([
    [{ from: '9.2' }, true],
    [{ after: '9.2' }, false],
    [{ through: '9.2' }, true],
    [{ before: '9.2' }, false],
    [{ before: '9.2p1' }, false],
    [{ before: '9.2p2' }, true],
    [{ through: '9.2p1' }, true],
    [{ after: '9.2p1' }, false],
  ])('counts the bound %j', (range, expected) => {
    expect(affects(either(any(openssh(range))), aSoftware()) !== null).toBe(expected);
  });

  it('leaves it open when the bound has a patch level that the server does not show', () => {
    const range = either(any(openssh({ from: '9.5', before: '9.9p2' })));
    expect(affects(range, aSoftware({ version: '9.9', update: null }))).toEqual({
      certain: false,
      fixedIn: '9.9p2',
    });
    expect(affects(range, aSoftware({ version: '9.9', update: 'p1' }))?.certain).toBe(true);
    expect(affects(range, aSoftware({ version: '9.9', update: 'p2' }))).toBeNull();
  });

  it('says nothing of software whose version is not known', () => {
    expect(affects(ranges, aSoftware({ version: null, update: null }))).toBeNull();
  });

  it('is only possible when there is none: nobody has looked', () => {
    expect(affects(either(any(openssh())), aSoftware())).toEqual({ certain: false, fixedIn: null });
  });
});

describe('a single version', () => {
  it.each([
    ['9.2', '9.2', 'p1', 'certain'],
    ['9.2:p1', '9.2', 'p1', 'certain'],
    ['9.2:p2', '9.2', 'p1', 'no'],
    ['9.2:-', '9.2', 'p1', 'no'],
    ['9.2:-', '9.2', null, 'certain'],
    ['9.2:p1', '9.2', null, 'possible'],
    ['9.20', '9.2', 'p1', 'no'],
    ['-', '9.2', 'p1', 'no'],
    ['1.1.1w', '1.1.1w', null, 'certain'],
    ['1.1.1:w', '1.1.1w', null, 'certain'],
    ['1.3.8b', '1.3.8', 'b', 'certain'],
    ['2.4.49', '2.4.49', null, 'certain'],
    ['2.4.49:oem', '2.4.49', 'p1', 'no'],
    ['1.0:beta', '1.0', 'beta', 'certain'],
    ['9.*', '9.2', 'p1', 'certain'],
  ])('%s has %s%s: %s', (criterion, version, update, expected) => {
    const hit = affects(
      either(any({ cpe: `a:openbsd:openssh:${criterion}` })),
      aSoftware({ version, update }),
    );
    expect(hit === null ? 'no' : hit.certain ? 'certain' : 'possible').toBe(expected);
  });
});

describe('criteria together', () => {
  const range = openssh({ before: '9.8' });

  it('are alternatives within a node and among nodes', () => {
    const other: CpeMatch = { cpe: 'a:vendor:thing', before: '2.0' };
    expect(affects(either(any(other, range)), aSoftware())).not.toBeNull();
    expect(affects(either(any(other), any(range)), aSoftware())).not.toBeNull();
    expect(affects(either(any(other)), aSoftware())).toBeNull();
  });

  it('leave open what has to run beneath, unless the platform is known', () => {
    const onLinux = both(any(range), any(linux));
    expect(affects(onLinux, aSoftware())).toEqual({ certain: false, fixedIn: '9.8' });
    expect(affects(onLinux, aSoftware({ platform: 'windows' }))).toBeNull();
    expect(affects(both(any(range), any(windows)), aSoftware({ platform: 'linux' }))).toBeNull();
    expect(affects(both(any(range), any(windows, linux)), aSoftware({ platform: 'linux' }))).not.toBeNull();
  });

  it('do not hold when the product is only what something else runs on', () => {
    const plugin: CpeMatch = { cpe: 'a:vendor:plugin', before: '1.5' };
    expect(affects(both(any(plugin), any({ ...range, context: true })), aSoftware())).toBeNull();
  });

  it('take what else is at the port into account', () => {
    const php = aSoftware({ vendor: 'php', product: 'php', version: '7.4.3', update: null });
    const withPhp = (before: string): Configuration[] =>
      both(any(range), any({ cpe: 'a:php:php', before, context: true }));
    expect(affects(withPhp('8.0'), aSoftware(), [php])?.certain).toBe(true);
    expect(affects(withPhp('7.0'), aSoftware(), [php])).toBeNull();
    expect(affects(withPhp('7.0'), aSoftware())?.certain).toBe(false);
  });

  it('may be in one node, all of which have to hold', () => {
    const node: MatchNode = { all: true, matches: [range, { cpe: 'a:vendor:thing' }] };
    expect(affects(either(node), aSoftware())?.certain).toBe(false);
    const contradiction: MatchNode = { all: true, matches: [range, openssh({ from: '9.8' })] };
    expect(affects(either(contradiction), aSoftware())).toBeNull();
  });

  it('may be negated', () => {
    const not = (...matches: CpeMatch[]): MatchNode => ({ not: true, matches });
    const bounded = openssh({ from: '9.0' });
    expect(affects(both(any(range), not(bounded)), aSoftware())).toBeNull();
    expect(affects(both(any(range), not(openssh({ from: '9.5' }))), aSoftware())?.certain).toBe(true);
    expect(affects([{ not: true, nodes: [any(range)] }], aSoftware())).toBeNull();
  });

  it('count an edition or a target as open, and another platform as no', () => {
    const edition: CpeMatch = { cpe: 'a:openbsd:openssh:*:*:*:*:enterprise', before: '9.8' };
    const target: CpeMatch = { cpe: 'a:openbsd:openssh:*:*:*:*:*:windows', before: '9.8' };
    expect(affects(either(any(edition)), aSoftware())?.certain).toBe(false);
    expect(affects(either(any(target)), aSoftware())?.certain).toBe(false);
    expect(affects(either(any(target)), aSoftware({ platform: 'linux' }))).toBeNull();
  });

  it('know the product by its other names, and no product of the same name that is something else', () => {
    const nginx = aSoftware({
      vendor: 'f5',
      product: 'nginx',
      aliases: [{ vendor: 'igor_sysoev', product: 'nginx' }],
      version: '1.3.0',
      update: null,
    });
    expect(affects(either(any({ cpe: 'a:igor_sysoev:nginx', before: '1.4.1' })), nginx)).not.toBeNull();
    expect(affects(either(any({ cpe: 'a:other:nginx', before: '1.4.1' })), nginx)).toBeNull();
    expect(affects(either(any({ cpe: 'o:f5:nginx', before: '1.4.1' })), nginx)).toBeNull();
  });

  it('survive what is no CPE name', () => {
    expect(affects(either(any({ cpe: 'nonsense' }, { cpe: '' })), aSoftware())).toBeNull();
    expect(affects([{ nodes: [] }], aSoftware())).toBeNull();
  });
});
