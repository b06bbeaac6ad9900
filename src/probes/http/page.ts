import type { HttpResponse } from '../../scanner/connection.ts';
import { printable } from '../../scanner/printable.ts';
import type { HttpFacts } from './facts.ts';
import { headerFact } from './headers.ts';

/** Most of a body that is searched; every expression here is linear in it. */
const SEARCHED = 64 * 1024;

/** The body as text, at most 64 KiB of it. */
export function textOf(response: HttpResponse): string {
  return response.body.toString('utf8', 0, SEARCHED);
}

/** Whether the body is an HTML page, by its type or, without one, by its beginning. */
export function isHtml(response: HttpResponse): boolean {
  const type = headerFact(response.headers, 'content-type')?.toLowerCase() ?? null;
  return type === null
    ? /^\s{0,64}<(?:!doctype html|html)\b/i.test(textOf(response))
    : /^(?:text\/html|application\/xhtml\+xml)\b/.test(type);
}

/** What a page shows of itself. */
export function pageFacts(
  response: HttpResponse,
): Pick<HttpFacts, 'title' | 'passwordForm' | 'directoryListing' | 'bucketListing'> {
  const text = textOf(response);
  const html = isHtml(response);
  const title = html ? elementText(text, 'title') : null;
  return {
    title: title === null ? null : printable(title, 256),
    passwordForm: html && /<input\b[^>]{0,512}\btype\s{0,9}=\s{0,9}["']?password\b/i.test(text),
    directoryListing: response.status === 200 && html && isDirectoryListing(text, title),
    bucketListing: response.status === 200 && /<ListBucketResult[\s>]/.test(text),
  };
}

function elementText(text: string, element: string): string | null {
  const inner = new RegExp(`<${element}\\b[^>]{0,256}>([^<]{0,1024})<`, 'i').exec(text)?.[1];
  return inner === undefined ? null : inner.replace(/\s+/g, ' ').trim();
}

/** Headings of the lists that Apache, nginx, lighttpd, Python, Tomcat, Jetty and serve-index make. */
const LISTING = /^(?:index of|directory listing for|listing directory|directory:)\s{0,9}[[/]/i;

function isDirectoryListing(text: string, title: string | null): boolean {
  const heading = elementText(text, 'h1') ?? '';
  return (LISTING.test(title ?? '') || LISTING.test(heading)) && (text.match(/<a\b/gi) ?? []).length >= 2;
}

/** Elasticsearch and OpenSearch present themselves at `/` to those whom they serve. */
export function isSearchEngine(response: HttpResponse): boolean {
  return (
    response.status === 200 &&
    /"cluster_name"\s{0,9}:/.test(textOf(response)) &&
    /"tagline"\s{0,9}:\s{0,9}"(?:You Know, for Search|The OpenSearch Project)/.test(textOf(response))
  );
}

const DEBUG_SIGNS = [
  // Python, and Django and Werkzeug on top of it.
  /Traceback \(most recent call last\)/,
  /You(?:'|&#x27;|&#39;|’)re seeing this error because you have <code>DEBUG = True<\/code>/,
  /Werkzeug Debugger/,
  // Java and Spring Boot.
  /\bat [\w$.]{3,200}\([\w$]{1,100}\.java:\d{1,6}\)/,
  /Whitelabel Error Page/,
  // Node.
  /\bat (?:[\w$.<> ]{1,200} \()?(?:file:\/\/)?\/[\w$.@/-]{1,200}\.[cm]?[jt]s:\d{1,6}:\d{1,6}/,
  // PHP and ASP.NET.
  /\bStack trace:\s{0,9}(?:<br \/>)?\s{0,9}#0 /,
  /Server Error in '[^']{0,200}' Application/,
];

/** Whether the answer to a path that cannot exist tells how the server is built. */
export function isDebugPage(response: HttpResponse): boolean {
  const text = textOf(response);
  return DEBUG_SIGNS.some((sign) => sign.test(text));
}

/** Whether a web server answered on a port where it speaks only TLS; what it says there is nothing of the site's. */
export function isPlainRequestToTls(response: HttpResponse): boolean {
  return (
    response.status === 400 &&
    /plain HTTP (?:request was sent )?to (?:an )?(?:HTTPS|SSL|TLS)|HTTP request to an HTTPS server/i.test(
      textOf(response),
    )
  );
}
