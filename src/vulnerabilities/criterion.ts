import { cpeFields, unquoted } from '../domain/cpe-name.ts';
import { productKey, type Software } from '../domain/software.ts';
import type { CpeMatch } from '../domain/vulnerability.ts';
import { every, type Answer } from './answer.ts';
import { attributeMatches, parseCpe, type Cpe } from './cpe.ts';
import { compareVersions, hasUpdate } from './version.ts';

/** A criterion, read once: the same record is held against the software of many ports. */
interface Criterion {
  readonly part: string;
  readonly key: string;
  readonly cpe: Cpe;
}

const criteria = new WeakMap<CpeMatch, Criterion | 'unreadable'>();

/** Null for what is no CPE name. */
export function criterionOf(match: CpeMatch): Criterion | null {
  let known = criteria.get(match);
  if (known === undefined) {
    const cpe = parseCpe(match.cpe);
    const [part = '', vendor = '', product = ''] = cpeFields(match.cpe);
    const key = productKey({ vendor: unquoted(vendor), product: unquoted(product) });
    known = cpe === null ? 'unreadable' : { part, key, cpe };
    criteria.set(match, known);
  }
  return known === 'unreadable' ? null : known;
}

/** Whether the software goes by that name. */
export function isCalled(software: Software, part: string, key: string): boolean {
  return (
    software.part === part &&
    (productKey(software) === key || software.aliases.some((alias) => productKey(alias) === key))
  );
}

const families: readonly (readonly [platform: string, products: RegExp])[] = [
  ['windows', /^microsoft:windows/],
  ['linux', /^(?:linux:linux_kernel|(?:debian|canonical|redhat|fedoraproject|suse|opensuse):)/],
  ['freebsd', /^freebsd:freebsd$/],
  ['macos', /^apple:(?:mac_os_x|macos)/],
];

/** Whether a criterion asks for another operating system than the one that is known. */
export function contradicts(key: string, platform: string | null): boolean {
  if (platform === null) return false;
  const asked = families.find(([, products]) => products.test(key))?.[0];
  return asked !== undefined && asked !== platform;
}

/** Holds the version and what CPE knows beside it against the criterion. */
export function ofVersion(match: CpeMatch, cpe: Cpe, { version, update, platform }: Software): Answer {
  if (version === null) return 'unknown';
  const literal = ofLiteralVersion(cpe, version, update);
  if (literal === 'no') return 'no';
  return every([
    literal,
    ofRange(match, version, update),
    ofEdition(cpe, platform),
    // "Any version" without a bound is how databases write that nobody has looked.
    cpe.version.kind === 'any' && !isBounded(match) ? 'possible' : 'certain',
  ]);
}

function isBounded({ from, after, through, before }: CpeMatch): boolean {
  return [from, after, through, before].some((bound) => bound !== undefined);
}

function ofLiteralVersion({ version, update }: Cpe, own: string, ownUpdate: string | null): Answer {
  const whole = withUpdate(own, ownUpdate);
  const yes = (holds: boolean): Answer => (holds ? 'certain' : 'no');
  if (version.kind === 'none') return 'no';
  if (version.kind === 'any' || version.before > 0 || version.after > 0) {
    return yes(
      attributeMatches(version, own) && (update.kind === 'any' || attributeMatches(update, ownUpdate)),
    );
  }
  const sameVersion = compareVersions(version.text, own) === 0;
  // Some databases write 1.3.8b as one version, others as version 1.3.8 with the update b.
  if (update.kind === 'none') return yes(compareVersions(version.text, whole) === 0);
  if (update.kind === 'any') return yes(sameVersion || compareVersions(version.text, whole) === 0);
  if (sameVersion && ownUpdate === null) return 'possible';
  // An update that is a mere word ranks nowhere, so only the same word will do.
  if (!/\d/.test(update.text) && !hasUpdate(withUpdate('0', update.text))) {
    return yes(sameVersion && attributeMatches(update, ownUpdate));
  }
  return yes(compareVersions(withUpdate(version.text, update.text), whole) === 0);
}

/**
 * Bounds without a patch level are about the version alone: 9.5p1 belongs to "through 9.5". Where a bound has one and
 * the server does not show its own, both are possible: portable OpenSSH 9.9p1 and 9.9p2 both call themselves 9.9.
 */
function ofRange({ from, after, through, before }: CpeMatch, version: string, update: string | null): Answer {
  const against = (bound: string | undefined, holds: (difference: number) => boolean): Answer => {
    if (bound === undefined) return 'certain';
    if (!hasUpdate(bound)) return holds(compareVersions(version, bound)) ? 'certain' : 'no';
    if (update === null && compareVersions(version, numbersOf(bound)) === 0) return 'possible';
    return holds(compareVersions(withUpdate(version, update), bound)) ? 'certain' : 'no';
  };
  return every([
    against(from, (difference) => difference >= 0),
    against(after, (difference) => difference > 0),
    against(through, (difference) => difference <= 0),
    against(before, (difference) => difference < 0),
  ]);
}

function numbersOf(version: string): string {
  return /^\d+(?:\.\d+)*/.exec(version)?.[0] ?? version;
}

function withUpdate(version: string, update: string | null): string {
  return update === null ? version : `${version}-${update}`;
}

/** An edition or a target cannot be seen from outside, so a criterion that names one leaves something open. */
function ofEdition(cpe: Cpe, platform: string | null): Answer {
  const { targetSoftware } = cpe;
  if (targetSoftware.kind === 'text' && platform !== null) {
    const asked = families.map(([name]) => name).find((name) => targetSoftware.text.startsWith(name));
    if (asked !== undefined && asked !== platform) return 'no';
  }
  const rest = [cpe.edition, cpe.softwareEdition, targetSoftware, cpe.targetHardware, cpe.other];
  return rest.every(({ kind }) => kind !== 'text') ? 'certain' : 'possible';
}
