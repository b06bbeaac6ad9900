import type { HttpResponse } from '../../scanner/connection.ts';
import { headerFact } from './headers.ts';

/** Most of a body that is searched; every expression used on it is linear in it. */
const searched = 64 * 1024;

/** The body as text, at most 64 KiB of it. */
export function textOf(response: HttpResponse): string {
  return response.body.toString('utf8', 0, searched);
}

/** Whether the body is an HTML page, by its type or, without one, by its beginning. */
export function isHtml(response: HttpResponse): boolean {
  const type = headerFact(response.headers, 'content-type')?.toLowerCase() ?? null;
  return type === null
    ? /^\s{0,64}<(?:!doctype html|html)\b/i.test(textOf(response))
    : /^(?:text\/html|application\/xhtml\+xml)\b/.test(type);
}

export function isSuccess({ status }: HttpResponse): boolean {
  return status >= 200 && status < 300;
}

/** The text in the first element of a name that holds nothing but text, on one line; null without one. */
export function elementText(text: string, element: 'title' | 'h1' | 'h2'): string | null {
  const inner = opening[element].exec(text)?.[1];
  return inner === undefined ? null : inner.replace(/\s+/g, ' ').trim();
}

const opening = {
  title: /<title\b[^>]{0,256}>([^<]{0,1024})</i,
  h1: /<h1\b[^>]{0,256}>([^<]{0,1024})</i,
  h2: /<h2\b[^>]{0,256}>([^<]{0,1024})</i,
};
