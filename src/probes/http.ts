import { randomBytes } from 'node:crypto';
import type { HttpResponse } from '../scanner/connection.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import type { Question } from './http/answers.ts';
import { apiDocumentation, apiDocumentationAt } from './http/api-documentation.ts';
import { backupControls, backupFiles, backupsAt, likelyBackups } from './http/backup-files.ts';
import { textOf } from './http/body.ts';
import { complaintOf, isWebServer } from './http/complaint.ts';
import { isDebugPage } from './http/debug-page.ts';
import { exposedPathFacts, exposedPaths } from './http/exposed-paths.ts';
import { httpFacts } from './http/facts.ts';
import { parseAllow, valuesOf } from './http/headers.ts';
import { Inquiry } from './http/inquiry.ts';
import { land, originOf } from './http/landing.ts';
import { landingFacts } from './http/landing-facts.ts';
import { errorPageServer } from './http/page.ts';
import { serviceFacts, serviceQuestions } from './http/services.ts';

// HTTP/1.1 (RFC 9110, RFC 9112), ports 80, 443 and many others.
//
// Sends: GET requests for `/`, for the page at the same scheme, host and port that it redirects to, for that page once
// more with an invented Origin, for a random path, and for fixed paths of files, status pages, descriptions of APIs
// and version numbers that should not be public; of archives and dumps the first 64 bytes. Two OPTIONS requests, for
// `/` and the random path. Each on a connection of its own, about thirty in all, a few at once. What breaks off or is
// told to be too much is asked again, more slowly.
// Never: a body, a credential, a cookie or any other method; it never goes to another host, port or scheme.

export default defineProbe({
  id: 'http',
  title: 'How a web server presents itself, and what it serves that it should not',
  transport: 'tcp',
  defaultPorts: [80, 443, 3000, 5000, 8000, 8080, 8443, 9100, 9200],
  layers: ['plain', 'tls'],
  perName: true,
  facts: httpFacts,
  maxBytes: 1024 * 1024,
  connectionsAtOnce: 4,
  recognises: isWebServer,
  async run(connection, signal) {
    const root = await connection.request({ method: 'GET', path: '/' });
    const complaint = complaintOf(root.status, textOf(root));
    if (complaint !== null) throw new ConversationError('garbled', complaint);
    const origin = originOf(connection);
    const landing = await land(connection, root, origin);
    const inquiry = new Inquiry(connection, landing, signal);

    const nowhere = `/${randomBytes(12).toString('hex')}`;
    const control: Question = { path: nowhere };
    const options = ['/', nowhere].map((path): Question => ({ method: 'OPTIONS', path, maxBodyBytes: 0 }));
    const always = [control, ...exposedPaths, ...apiDocumentation, ...backupFiles];
    const answers = await inquiry.ask([...always, ...serviceQuestions(landing)]);

    const methods = await inquiry.askAnyway(options);
    const backups = likelyBackups(answers);
    const controls = backupControls(backups);
    const controlAnswers = await inquiry.ask(controls);
    const foreign = `https://${randomBytes(8).toString('hex')}.invalid`;
    const crossOrigin = await inquiry.last(foreign);

    const missing = answers.get(control) ?? null;
    const allowing = options.flatMap((question) => methods.get(question) ?? []);
    return {
      encrypted: connection.encrypted,
      ...landingFacts(landing, origin),
      ...corsFacts(crossOrigin, foreign),
      ...missingFacts(missing),
      allowedMethods: parseAllow(allowing),
      webDav: allowing.some(({ headers }) => valuesOf(headers, 'dav').length > 0),
      ...exposedPathFacts(answers, missing),
      backupFiles: backupsAt(backups, controls, controlAnswers),
      apiDocumentation: apiDocumentationAt(answers, missing),
      ...serviceFacts(landing, answers, missing),
    };
  },
});

function missingFacts(response: HttpResponse | null) {
  return {
    softNotFound: response !== null && response.status >= 200 && response.status < 300,
    debugPage: response !== null && isDebugPage(response),
    errorPageServer: response === null ? null : errorPageServer(response),
  };
}

function corsFacts(response: HttpResponse | null, origin: string) {
  const headers = response?.headers ?? [];
  return {
    corsReflectsOrigin: valuesOf(headers, 'access-control-allow-origin').includes(origin),
    corsAllowsCredentials: valuesOf(headers, 'access-control-allow-credentials').includes('true'),
  };
}
