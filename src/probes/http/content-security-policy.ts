import type { HttpResponse } from '../../scanner/connection.ts';
import { printable } from '../../scanner/printable.ts';
import type { HttpFacts } from './facts.ts';
import { valuesOf } from './headers.ts';

/** One policy: its directives by name, each with its sources in lower case. */
type Policy = ReadonlyMap<string, readonly string[]>;

const META = /<meta\b[^>]{0,200}\bhttp-equiv\s{0,9}=\s{0,9}["']?content-security-policy["']?[^>]{0,4096}>/i;
const ANYWHERE = new Set(['*', 'http:', 'https:', 'data:']);

/**
 * Content Security Policy Level 3 of the headers and, without any, of a meta element. Where there are several
 * policies all must agree, so a weakness counts only when every one of them has it.
 */
export function parseCsp(headers: HttpResponse['headers'], html: string): HttpFacts['csp'] {
  const sent = valuesOf(headers, 'content-security-policy');
  const inMeta = sent.length === 0 ? metaPolicy(html) : null;
  const texts = (inMeta === null ? sent : [inMeta]).join(',').slice(0, 8192);
  const policies = texts
    .split(',')
    .map(parsePolicy)
    .filter((policy) => policy.size > 0);
  if (policies.length === 0) {
    return null;
  }
  return {
    // A nonce is another one each time.
    policy: printable(texts.replace(/'nonce-[^']*'/gi, "'nonce'"), 2048),
    // A meta element cannot forbid framing.
    frameAncestors: inMeta === null && policies.some((policy) => policy.has('frame-ancestors')),
    unsafeInline: policies.every(allowsInline),
    unsafeEval: policies.every((policy) => scriptSources(policy)?.includes("'unsafe-eval'") ?? true),
    anyScriptSource: policies.every(allowsAnySource),
  };
}

function metaPolicy(html: string): string | null {
  const element = META.exec(html)?.[0] ?? '';
  const [, double, single] = /\bcontent\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)')/i.exec(element) ?? [];
  return double ?? single ?? null;
}

function parsePolicy(text: string): Policy {
  const directives = new Map<string, readonly string[]>();
  for (const directive of text.split(';')) {
    const [name = '', ...sources] = directive.trim().toLowerCase().split(/\s+/);
    // The first of several directives of one name counts.
    if (name !== '' && !directives.has(name)) {
      directives.set(name, sources);
    }
  }
  return directives;
}

/** The sources that scripts may come from; undefined when the policy does not speak of them. */
function scriptSources(policy: Policy): readonly string[] | undefined {
  return policy.get('script-src') ?? policy.get('default-src');
}

function allowsInline(policy: Policy): boolean {
  const sources = scriptSources(policy);
  // Nonces, hashes and strict-dynamic make browsers ignore 'unsafe-inline'.
  return (
    sources === undefined ||
    (sources.includes("'unsafe-inline'") &&
      !sources.some((source) => /^'(?:nonce-|sha(?:256|384|512)-|strict-dynamic')/.test(source)))
  );
}

function allowsAnySource(policy: Policy): boolean {
  const sources = scriptSources(policy);
  return (
    sources === undefined ||
    (!sources.includes("'strict-dynamic'") && sources.some((source) => ANYWHERE.has(source)))
  );
}
