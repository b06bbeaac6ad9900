import type { HttpResponse } from '../../scanner/connection.ts';
import { printable } from '../../scanner/printable.ts';
import { serves, type Answers, type Sought } from './answers.ts';
import { isHtml, textOf } from './body.ts';
import type { HttpFacts } from './facts.ts';
import { locationOf, valuesOf } from './headers.ts';

/** Enough to know any of the files by. */
const small = 8 * 1024;

const git: Sought = {
  path: '/.git/HEAD',
  maxBodyBytes: small,
  is: (response) =>
    /^(?:ref: refs\/[!-~]{1,250}|[0-9a-f]{40}(?:[0-9a-f]{24})?)\s{0,4}$/.test(textOf(response)),
};

const env: Sought = {
  path: '/.env',
  maxBodyBytes: small,
  is: (response) => !isHtml(response) && variablesSet(textOf(response)) !== null,
};

/** Prometheus' text format; much of it, because products are told by it too. */
export const metrics: Sought = {
  path: '/metrics',
  maxBodyBytes: 64 * 1024,
  is: (response) => !isHtml(response) && /^# (?:HELP|TYPE) [a-zA-Z_:][\w:]{0,200} /m.test(textOf(response)),
};

const statusPages: readonly Sought[] = [
  {
    path: '/server-status',
    maxBodyBytes: small,
    // Apache, and lighttpd, which explains its letters for the states of connections.
    is: (response) => /<h1>Apache (?:Server )?Status(?: for)?\b|<h1>Server-Status\b/i.test(textOf(response)),
  },
  {
    path: '/nginx_status',
    maxBodyBytes: small,
    is: (response) =>
      /^Active connections: \d{1,9}\s{1,9}server accepts handled requests/.test(textOf(response)),
  },
  metrics,
  {
    // Spring Boot; its health and info are meant for everybody, the others tell how it is built.
    path: '/actuator',
    maxBodyBytes: small,
    is: (response) =>
      /^\s{0,9}\{"_links":/.test(textOf(response)) &&
      /"(?:env|beans|configprops|heapdump|threaddump|loggers|mappings|metrics|httpexchanges|httptrace|prometheus)":\{"href"/.test(
        textOf(response),
      ),
  },
];

const securityTxt: Sought = {
  path: '/.well-known/security.txt',
  maxBodyBytes: small,
  is: (response) => !isHtml(response) && /^contact:\s{0,9}\S/im.test(textOf(response)),
};

/** The files and pages that are asked for. */
export const exposedPaths: readonly Sought[] = [git, env, ...statusPages, securityTxt];

/** What the answers show; `control` is the answer to a path that cannot exist. */
export function exposedPathFacts(
  answers: Answers,
  control: HttpResponse | null,
): Pick<HttpFacts, 'gitExposed' | 'envFileExposed' | 'envFileVariables' | 'statusPages' | 'securityTxt'> {
  const shows = (sought: Sought): boolean => serves(sought, answers, control);
  const envFile = shows(env) ? (answers.get(env) ?? null) : null;
  return {
    gitExposed: shows(git),
    envFileExposed: envFile !== null,
    envFileVariables: envFile === null ? [] : (variablesSet(textOf(envFile)) ?? []),
    statusPages: statusPages.filter(shows).map(({ path }) => path),
    securityTxt: shows(securityTxt) || leadsAway(answers.get(securityTxt) ?? null, control),
  };
}

/**
 * The names of the variables that a text sets, sorted, at most 32; null unless it sets at least two and has nothing
 * but assignments, comments and empty lines. The last may be cut off.
 */
function variablesSet(text: string): string[] | null {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const meaningful = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const names = meaningful.flatMap((line) => /^(?:export )?([A-Z][A-Z0-9_]{1,63})\s?=/.exec(line)?.[1] ?? []);
  if (names.length < 2 || names.length < meaningful.length - 1) return null;
  return [...new Set(names)]
    .map((name) => printable(name, 64))
    .toSorted()
    .slice(0, 32);
}

/** Whether this path redirects to somewhere, and not just as every path does (RFC 9116, section 3). */
function leadsAway(response: HttpResponse | null, control: HttpResponse | null): boolean {
  const base = 'https://invalid/';
  if (response === null || !locationOf(response, base)) return false;
  return control === null || valuesOf(control.headers, 'location')[0] === undefined;
}
