import { quoted } from '../../src/domain/cpe-name.ts';
import { compileFinder } from '../../src/software/catalogue.ts';
import { toRe2 } from './pattern.ts';
import type { XmlElement } from './xml.ts';

/** An entry of the file that the conversion writes; `convertedFileSchema` in `src/settings` reads it. */
export interface Converted {
  readonly id: string;
  readonly name: string;
  readonly part: string;
  readonly vendor: string;
  readonly product: string;
  readonly facts: readonly string[];
  readonly pattern: string;
  readonly version?: string;
}

/** What became of one fingerprint of recog. */
export interface Outcome {
  /** Whether RE2 can say its pattern. */
  readonly expressible: boolean;
  readonly examples: number;
  readonly examplesMatched: number;
  /** Why there is nothing to write, if so. */
  readonly dropped: 'pattern' | 'no-cpe' | 'no-fact' | 'examples' | null;
  readonly converted: readonly Converted[];
}

interface Parameter {
  readonly position: number;
  readonly value: string;
}

/** What a fingerprint can be about; what is beneath the service (`os`, `hw`) is left out: it is mostly a guess. */
const subjects = ['service', 'service.component'] as const;

/**
 * Converts one `fingerprint` element.
 *
 * @param facts the facts of ours in which to look; none when no probe has what it matches.
 * @param readFile gives an example's text that stands in a file of its own.
 */
export function convertFingerprint(
  element: XmlElement,
  facts: readonly string[],
  id: string,
  readFile: (name: string) => string,
): Outcome {
  const { pattern = '', flags = '' } = element.attributes;
  const parameters = new Map<string, Parameter>(
    element.children
      .filter(({ name }) => name === 'param')
      .map(({ attributes }) => [
        attributes['name'] ?? '',
        { position: Number(attributes['pos'] ?? '0'), value: attributes['value'] ?? '' },
      ]),
  );
  const examples = element.children.filter(({ name }) => name === 'example');
  const names = new Map(
    [...parameters].flatMap(([name, { position }]) =>
      position > 0 ? [[position, groupName(name)] as const] : [],
    ),
  );
  const whole = toRe2(pattern, flags, names);
  if (whole === null) {
    return {
      expressible: false,
      examples: examples.length,
      examplesMatched: 0,
      dropped: 'pattern',
      converted: [],
    };
  }
  const matched = examples.filter((example) => matches(whole, example, names, parameters, readFile)).length;
  const base = { expressible: true, examples: examples.length, examplesMatched: matched };
  if (matched < examples.length) return { ...base, dropped: 'examples', converted: [] };
  const converted = subjects.flatMap((subject) => {
    const cpe = cpeOf(parameters.get(`${subject}.cpe23`)?.value ?? '');
    if (cpe === null) return [];
    const version = parameters.get(`${subject}.version`);
    const group = version !== undefined && version.position > 0 ? version.position : null;
    const own = toRe2(pattern, flags, group === null ? new Map() : new Map([[group, 'version']]));
    const constant =
      group === null && /^\d[\w.-]{0,63}$/.test(version?.value ?? '') ? version?.value : undefined;
    if (own === null) return [];
    return [
      {
        id: subject === 'service' ? id : `${id}-component`,
        name: (parameters.get(`${subject}.product`)?.value || cpe.product).slice(0, 128),
        part: cpe.part,
        vendor: quoted(cpe.vendor),
        product: quoted(cpe.product),
        facts,
        pattern: own,
        ...(constant === undefined ? {} : { version: constant }),
      },
    ];
  });
  if (facts.length === 0) return { ...base, dropped: 'no-fact', converted: [] };
  return { ...base, dropped: converted.length === 0 ? 'no-cpe' : null, converted };
}

/** Whether an example matches and gives what its attributes say. */
function matches(
  pattern: string,
  example: XmlElement,
  names: ReadonlyMap<number, string>,
  parameters: ReadonlyMap<string, Parameter>,
  readFile: (name: string) => string,
): boolean {
  const find = compileFinder(pattern);
  const file = example.attributes['_filename'];
  const raw = file === undefined ? example.text : readFile(file);
  const text =
    example.attributes['_encoding'] === 'base64' ? Buffer.from(raw, 'base64').toString('latin1') : raw;
  const groups = find(text) ?? find(text.trim());
  if (groups === null) return false;
  return Object.entries(example.attributes).every(([name, expected]) => {
    const parameter = parameters.get(name);
    if (name.startsWith('_') || parameter === undefined) return true;
    const found = parameter.position === 0 ? parameter.value : groups[names.get(parameter.position) ?? ''];
    return (found ?? '') === expected || parameter.value.includes('{');
  });
}

function groupName(parameter: string): string {
  return parameter.replaceAll(/\W/g, '_');
}

/** Vendor and product of a CPE 2.2 URI, such as `cpe:/a:f5:nginx:{service.version}`. */
function cpeOf(uri: string): { part: string; vendor: string; product: string } | null {
  const [, part, vendor, product] = /^cpe:\/([aoh]):([^:]+):([^:{}]+)/.exec(uri) ?? [];
  if (part === undefined || vendor === undefined || product === undefined || vendor === '-') return null;
  const plain = (value: string): string => decodeURIComponent(value).replace(/\\(.)/g, '$1').toLowerCase();
  return { part, vendor: plain(vendor), product: plain(product) };
}
