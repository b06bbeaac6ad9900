import type { HttpResponse } from '../../scanner/connection.ts';
import { printable } from '../../scanner/printable.ts';
import { elementText, isHtml, textOf } from './body.ts';
import type { HttpFacts } from './facts.ts';

/** What a page shows of itself. */
export function pageFacts(
  response: HttpResponse,
): Pick<HttpFacts, 'title' | 'generator' | 'passwordForm' | 'directoryListing' | 'bucketListing'> {
  const text = textOf(response);
  const html = isHtml(response);
  const title = html ? elementText(text, 'title') : null;
  const generator = html ? generatorOf(text) : null;
  return {
    title: title === null ? null : printable(title, 256),
    generator: generator === null ? null : printable(generator, 128),
    passwordForm: html && /<input\b[^>]{0,512}\btype\s{0,9}=\s{0,9}["']?password\b/i.test(text),
    directoryListing: response.status === 200 && html && isDirectoryListing(text, title),
    bucketListing: response.status === 200 && /<ListBucketResult[\s>]/.test(text),
  };
}

const generatorElement = /<meta\b[^>]{0,200}\bname\s{0,9}=\s{0,9}["']?generator\b[^>]{0,300}>/i;

function generatorOf(text: string): string | null {
  const element = generatorElement.exec(text)?.[0] ?? '';
  const [, double, single] =
    /\bcontent\s{0,9}=\s{0,9}(?:"([^"]{1,256})"|'([^']{1,256})')/i.exec(element) ?? [];
  return double ?? single ?? null;
}

/** Headings of the lists that Apache, nginx, lighttpd, Python, Tomcat, Jetty and serve-index make. */
const listing = /^(?:index of|directory listing for|listing directory|directory:)\s{0,9}[[/]/i;

function isDirectoryListing(text: string, title: string | null): boolean {
  const heading = elementText(text, 'h1') ?? elementText(text, 'h2');
  const links = (text.match(/<a\b/gi) ?? []).length;
  // A list says what it is in both places; with that, one file is enough of a list.
  const sure = title !== null && title === heading && links > 0;
  return (listing.test(title ?? '') || listing.test(heading ?? '')) && (links >= 2 || sure);
}

/** Names that software gives itself on its error pages, with the version. */
const namedServer =
  /\b(?:Apache Tomcat|Apache|nginx|openresty|Microsoft-IIS|lighttpd|squid|Werkzeug|gunicorn|WildFly|GlassFish)\/\d[\w.+~-]{0,40}|\bJetty:\/\/ ?\d[\w.]{0,40}/;

/** The software with its version that an error page names; null when it keeps it to itself. */
export function errorPageServer(response: HttpResponse): string | null {
  const name = namedServer.exec(textOf(response))?.[0];
  return response.status < 400 || name === undefined ? null : printable(name, 64);
}

const turnedAway =
  /No required SSL certificate was sent|The SSL certificate error|client certificate (?:is )?required/i;

/** Whether the answer is that of nginx, IIS and others to a client that has no certificate of its own. */
export function wantsClientCertificate(response: HttpResponse): boolean {
  return (response.status === 400 || response.status === 403) && turnedAway.test(textOf(response));
}
