import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apiDocumentation, apiDocumentationAt } from '../../../src/probes/http/api-documentation.ts';
import { backupFiles, likelyBackups } from '../../../src/probes/http/backup-files.ts';
import { complaintOf, isWebServer } from '../../../src/probes/http/complaint.ts';
import { isDebugPage } from '../../../src/probes/http/debug-page.ts';
import { exposedPathFacts, exposedPaths } from '../../../src/probes/http/exposed-paths.ts';
import { httpFacts } from '../../../src/probes/http/facts.ts';
import { landingFacts } from '../../../src/probes/http/landing-facts.ts';
import { errorPageServer } from '../../../src/probes/http/page.ts';
import { serviceFacts, serviceQuestions } from '../../../src/probes/http/services.ts';
import type { HttpResponse } from '../../../src/scanner/connection.ts';
import { notFound, response } from './serving.ts';

const origin = { url: 'http://127.0.0.1:8080', hosts: ['127.0.0.1'] };

/** All that the probe makes of a server that gives the same answer to everything. */
function everything(page: HttpResponse) {
  const landing = { response: page, path: '/', way: [] };
  const questions = [...exposedPaths, ...apiDocumentation, ...backupFiles, ...serviceQuestions(landing)];
  const answers = new Map(questions.map((question) => [question, page]));
  isWebServer(page.body);
  complaintOf(page.status, page.body.toString('utf8'));
  likelyBackups(answers);
  return {
    ...landingFacts(landing, origin),
    debugPage: isDebugPage(page),
    errorPageServer: errorPageServer(page),
    ...exposedPathFacts(answers, notFound),
    apiDocumentation: apiDocumentationAt(answers, notFound),
    ...serviceFacts(landing, answers, notFound),
  };
}

const pieces = [
  '<title',
  '<title>',
  '<h2>Index of /',
  '<input ',
  '<a ',
  'at a.',
  'at /a/',
  'at a.a(a',
  '"tagline"  ',
  '<meta http-equiv=',
  '<meta name=generator ',
  '<meta name="generator" content="',
  '<link rel=canonical ',
  '<script',
  '<script ',
  '<script src=//a.b ',
  '<!--',
  '<!-- --><script',
  '<b>Warning</b>: a',
  '<b>Warning</b>:  ',
  'goroutine 1',
  '# HELP a',
  'nginx/1',
  'A=',
  '-- \n',
  '{"_links":',
  '"openapi" : ',
  ' ',
  '<',
  '\\',
  '\u0130',
];

describe('a hostile body', () => {
  it.each(pieces)('made of %j takes no time', (piece) => {
    const page = response(piece.repeat(Math.ceil(65_536 / piece.length)));
    const started = performance.now();
    everything(page);
    everything({ ...page, status: 404 });
    // Hundreds of times what it takes; a backtracking expression would need minutes.
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('made of anything leads to facts that the schema allows', () => {
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc
        .array(
          fc.oneof(
            fc.constantFrom(...pieces, '>', '"', "'", '</script>', '-->'),
            fc.string({ maxLength: 9 }),
          ),
        )
        .map((parts) => Buffer.from(parts.join(''))),
    );
    const type = fc.constantFrom('text/html', 'text/plain', 'application/json', null);
    const status = fc.constantFrom(200, 206, 301, 400, 401, 404, 500, 999);
    const schema = httpFacts.partial();
    fc.assert(
      fc.property(body, type, status, (bytes, contentType, code) => {
        const facts = everything(
          response(bytes, contentType, code, [['location', bytes.toString('latin1')]]),
        );
        expect(schema.safeParse(facts).error?.issues ?? []).toEqual([]);
      }),
      { numRuns: 1500 },
    );
  });

  it('of a mebibyte is no more work than one of 64 KiB', () => {
    const page = response(
      randomBytes(1024 * 1024)
        .toString('base64')
        .slice(0, 1024 * 1024),
    );
    const started = performance.now();
    everything(page);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
