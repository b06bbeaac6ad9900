import type { HttpResponse } from '../../scanner/connection.ts';
import type { HttpFacts } from './facts.ts';
import { isHtml, textOf } from './page.ts';

/** A file or page that should not be public: where it is, and whether an answer really is it. */
interface ExposedPath {
  readonly path: string;
  readonly is: (response: HttpResponse) => boolean;
}

const git: ExposedPath = {
  path: '/.git/HEAD',
  is: (response) =>
    /^(?:ref: refs\/[!-~]{1,250}|[0-9a-f]{40}(?:[0-9a-f]{24})?)\s{0,4}$/.test(textOf(response)),
};

const env: ExposedPath = {
  path: '/.env',
  is: (response) => !isHtml(response) && setsVariables(textOf(response)),
};

const statusPages: readonly ExposedPath[] = [
  {
    path: '/server-status',
    is: (response) => /<h1>Apache (?:Server )?Status(?: for)?\b/i.test(textOf(response)),
  },
  {
    path: '/nginx_status',
    is: (response) =>
      /^Active connections: \d{1,9}\s{1,9}server accepts handled requests/.test(textOf(response)),
  },
  {
    path: '/metrics',
    is: (response) => !isHtml(response) && /^# (?:HELP|TYPE) [a-zA-Z_:][\w:]{0,200} /m.test(textOf(response)),
  },
];

/** The fixed paths that are asked for, in order. */
export const exposedPaths: readonly string[] = [git, env, ...statusPages].map(({ path }) => path);

/**
 * What the answers show. `responses` has those that came, by path; `control` is the answer to a path that cannot
 * exist, and whatever would pass there too proves nothing.
 */
export function exposureFacts(
  responses: ReadonlyMap<string, HttpResponse>,
  control: HttpResponse,
): Pick<HttpFacts, 'gitExposed' | 'envFileExposed' | 'statusPages'> {
  const shows = ({ path, is }: ExposedPath): boolean => {
    const response = responses.get(path);
    return response?.status === 200 && is(response) && !(control.status === 200 && is(control));
  };
  return {
    gitExposed: shows(git),
    envFileExposed: shows(env),
    statusPages: statusPages.filter(shows).map(({ path }) => path),
  };
}

/** At least two assignments, and nothing but assignments, comments and empty lines (the last may be cut off). */
function setsVariables(text: string): boolean {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const meaningful = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const assignments = meaningful.filter((line) => /^(?:export )?[A-Z][A-Z0-9_]{1,63}\s?=/.test(line));
  return assignments.length >= 2 && assignments.length >= meaningful.length - 1;
}
