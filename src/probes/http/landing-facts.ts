import { isHtml, isSuccess, textOf } from './body.ts';
import { parseCsp } from './content-security-policy.ts';
import { defaultPage } from './default-page.ts';
import type { HttpFacts } from './facts.ts';
import {
  headerFact,
  parseChallenges,
  parseCookies,
  parseHsts,
  parseRedirect,
  type Origin,
} from './headers.ts';
import type { Landing } from './landing.ts';
import { pageFacts, wantsClientCertificate } from './page.ts';
import { printable } from '../../scanner/printable.ts';
import { scriptsWithoutIntegrity } from './scripts.ts';

/** What the landing page and its headers tell. */
export function landingFacts({ response, path, way }: Landing, origin: Origin) {
  const { headers, status } = response;
  const html = isHtml(response);
  const lower = (name: string) => headerFact(headers, name)?.toLowerCase() ?? null;
  return {
    // Parameters and queries may be other ones each time.
    path: printable(path.replace(/[?;].*$/s, ''), 512),
    status,
    httpVersion: response.httpVersion.slice(0, 8),
    html: html && isSuccess(response),
    ...pageFacts(response),
    contentType: headerFact(headers, 'content-type'),
    server: headerFact(headers, 'server'),
    poweredBy: headerFact(headers, 'x-powered-by'),
    aspNetVersion: headerFact(headers, 'x-aspnet-version') ?? headerFact(headers, 'x-aspnetmvc-version'),
    redirect: parseRedirect(response, origin),
    ...parseChallenges(headers),
    clientCertificateWanted: wantsClientCertificate(response),
    defaultPage: defaultPage(response),
    hsts: parseHsts(headers),
    csp: parseCsp(headers, html ? textOf(response) : ''),
    xFrameOptions: headerFact(headers, 'x-frame-options')?.toUpperCase() ?? null,
    xContentTypeOptions: lower('x-content-type-options'),
    referrerPolicy: lower('referrer-policy'),
    cookies: parseCookies([...way, response].flatMap((passed) => passed.headers)),
    scriptsWithoutIntegrity: scriptsWithoutIntegrity(response, origin.url),
  } satisfies Partial<HttpFacts>;
}
