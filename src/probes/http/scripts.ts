import type { HttpResponse } from '../../scanner/connection.ts';
import { printable } from '../../scanner/printable.ts';
import { isHtml, isSuccess, textOf } from './body.ts';

const maxScripts = 200;
const maxTag = 2048;
const maxHosts = 16;

/**
 * Hosts of others from which a page takes scripts that it does not hold against a hash (Subresource Integrity),
 * sorted. `origin` is where the page came from; hosts below its name, and the site that the page says it is, are
 * its own.
 */
export function scriptsWithoutIntegrity(response: HttpResponse, origin: string): string[] {
  if (!isSuccess(response) || !isHtml(response)) return [];
  const text = textOf(response);
  const own = [origin, canonical.exec(text)?.[1] ?? origin].map((url) => hostOf(url, origin) ?? '');
  const isOwn = (host: string): boolean =>
    own.some((name) => host === name || host.endsWith(`.${name.replace(/^www\./, '')}`));
  const hosts = new Set<string>();
  for (const attributes of scriptElements(text)) {
    const host = hostOf(attributes.get('src') ?? '', origin);
    const checked = /^\s{0,9}sha(?:256|384|512)-/.test(attributes.get('integrity') ?? '');
    if (host !== null && !isOwn(host) && !checked) hosts.add(printable(host, 255));
  }
  return [...hosts].toSorted().slice(0, maxHosts);
}

const canonical =
  /<link\b[^>]{0,64}\brel\s{0,9}=\s{0,9}["']?canonical["']?\s[^>]{0,64}\bhref\s{0,9}=\s{0,9}["']([^"'>]{1,512})/i;

/** The host of a URL of the web; null for any other and for none. */
function hostOf(url: string, base: string): string | null {
  const parsed = url.trim() === '' ? null : URL.parse(url.trim(), base);
  return parsed !== null && /^https?:$/.test(parsed.protocol) ? parsed.hostname : null;
}

/** The attributes of each script element, in one pass: comments and what scripts contain are stepped over. */
function* scriptElements(text: string): Generator<ReadonlyMap<string, string>> {
  // Only letters of ASCII, so that every index is the same in both.
  const lower = text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  const scripts = new Finder(lower, '<script');
  const comments = new Finder(lower, '<!--');
  let at = 0;
  for (let count = 0; count < maxScripts;) {
    const script = scripts.from(at);
    if (script === -1) return;
    const comment = comments.from(at);
    const begin = script + '<script'.length;
    if (comment !== -1 && comment < script) at = lower.indexOf('-->', comment);
    else if (!/[\s/>]/.test(lower[begin] ?? '')) at = begin;
    else {
      yield attributesOf(text.slice(begin, script + maxTag));
      count += 1;
      at = lower.indexOf('</script', begin);
    }
    if (at === -1) return;
  }
}

/** Remembers where a word was found last, so that going through a text looks at no part of it twice. */
class Finder {
  readonly #text: string;
  readonly #word: string;
  #at = 0;

  constructor(text: string, word: string) {
    this.#text = text;
    this.#word = word;
    this.#at = text.indexOf(word);
  }

  /** The first place at or after `from`, which never goes back; -1 without one. */
  from(from: number): number {
    if (this.#at !== -1 && this.#at < from) this.#at = this.#text.indexOf(this.#word, from);
    return this.#at;
  }
}

const attribute =
  /\s{0,9}\/?([^\s=>/"']{1,64})(?:\s{0,9}=\s{0,9}(?:"([^"]{0,2048})"|'([^']{0,2048})'|([^\s"'>]{1,2048})))?/y;

/** Attributes by name in lower case, as far as they can be read; the first of several counts. */
function attributesOf(tag: string): Map<string, string> {
  const attributes = new Map<string, string>();
  attribute.lastIndex = 0;
  for (let found = attribute.exec(tag); found !== null; found = attribute.exec(tag)) {
    const [, name = '', double, single, bare] = found;
    const key = name.toLowerCase();
    if (!attributes.has(key)) attributes.set(key, double ?? single ?? bare ?? '');
  }
  return attributes;
}
