import { describe, expect, it } from 'vitest';
import type { Answers, Question } from '../../../src/probes/http/answers.ts';
import { apiDocumentation, apiDocumentationAt } from '../../../src/probes/http/api-documentation.ts';
import { exposedPathFacts, exposedPaths } from '../../../src/probes/http/exposed-paths.ts';
import type { HttpResponse } from '../../../src/scanner/connection.ts';
import { notFound, response } from './serving.ts';

/** The answers when one path is served and the server breaks off all others. */
function only(questions: readonly Question[], path: string, answer: HttpResponse): Answers {
  return new Map(questions.map((question) => [question, question.path === path ? answer : null]));
}

const facts = (path: string, answer: HttpResponse, control: HttpResponse | null = notFound) =>
  exposedPathFacts(only(exposedPaths, path, answer), control);

describe('exposedPathFacts', () => {
  it.each([
    ['a branch', 'ref: refs/heads/main\n', true],
    ['a commit', `${'a1'.repeat(20)}\n`, true],
    ['a page', '<html>ref: refs/heads/main</html>', false],
    ['a second line', 'ref: refs/heads/main\nmore\n', false],
  ])('.git/HEAD with %s', (_what, body, expected) => {
    expect(facts('/.git/HEAD', response(body, 'application/octet-stream')).gitExposed).toBe(expected);
    expect(facts('/.git/HEAD', response(body, 'application/octet-stream', 403)).gitExposed).toBe(false);
  });

  it.each([
    ['assignments', '# secrets\nDB_HOST=db\nexport DB_PASSWORD="x y"\n', ['DB_HOST', 'DB_PASSWORD']],
    ['a cut last line', 'DB_HOST=db\nDB_PASSWORD=x\nLAST_', ['DB_HOST', 'DB_PASSWORD']],
    ['short names', 'DB=1\nPASSWORD=x\n', ['DB', 'PASSWORD']],
    ['one assignment', 'DB_HOST=db\n', []],
    ['prose', 'This is\nA=1 and B=2\nnot one.\nC=3\nD=4', []],
  ])('.env with %s', (_what, body, expected) => {
    const seen = facts('/.env', response(body, null));
    expect([seen.envFileExposed, seen.envFileVariables]).toEqual([expected.length > 0, expected]);
    expect(facts('/.env', response(body, 'text/html')).envFileExposed).toBe(false);
  });

  it('does not believe a server that answers everything alike', () => {
    const same = response('AA=1\nBB=2\n', 'text/plain');
    expect(facts('/.env', same, same).envFileExposed).toBe(false);
    expect(facts('/.env', same, null).envFileExposed).toBe(true);
    expect(facts('/.env', same, response('<title>App</title>')).envFileExposed).toBe(true);
  });

  it.each([
    ['/server-status', '<html><h1>Apache Server Status for 127.0.0.1 (via 127.0.0.1)</h1>', 'text/html'],
    ['/server-status', '<body>\n<h1>Server-Status (lighttpd/1.4.69)</h1>', 'text/html'],
    ['/nginx_status', 'Active connections: 1 \nserver accepts handled requests\n 1 1 1 \n', 'text/plain'],
    ['/metrics', '# HELP up Whether.\n# TYPE up gauge\nup 1\n', 'text/plain; version=0.0.4'],
    [
      '/actuator',
      '{"_links":{"self":{"href":"http://x/actuator","templated":false},"env":{"href":"http://x/actuator/env"}}}',
      'application/vnd.spring-boot.actuator.v3+json',
    ],
  ])('%s', (path, body, type) => {
    expect(facts(path, response(body, type)).statusPages).toEqual([path]);
    expect(facts(path, response(body, type, 401)).statusPages).toEqual([]);
    expect(facts(path, response('<html>Welcome</html>')).statusPages).toEqual([]);
  });

  it('takes an actuator that tells only its health for what it is meant to be', () => {
    const body =
      '{"_links":{"self":{"href":"http://x/actuator"},"health":{"href":"http://x/actuator/health"}}}';
    expect(facts('/actuator', response(body, 'application/json')).statusPages).toEqual([]);
  });

  it.each<[string, HttpResponse, boolean, (HttpResponse | null)?]>([
    ['a contact', response('# us\nContact: mailto:a@example.com\n', 'text/plain'), true],
    ['no contact', response('Hello\n', 'text/plain'), false],
    ['a page', response('<p>\nContact: us', 'text/html'), false],
    ['a redirect', response('', null, 301, [['location', 'https://example.com/security.txt']]), true],
    [
      'a redirect like that of any path',
      response('', null, 301, [['location', '/login']]),
      false,
      response('', null, 301, [['location', '/login']]),
    ],
    ['nothing', notFound, false],
  ])('security.txt with %s', (_what, answer, expected, control = notFound) => {
    expect(facts('/.well-known/security.txt', answer, control).securityTxt).toBe(expected);
  });
});

describe('apiDocumentationAt', () => {
  it.each([
    ['/openapi.json', '{"openapi":"3.1.0","info":{"title":"Shop"}}', 'application/json', true],
    ['/v2/api-docs', '{\n  "swagger": "2.0"', 'application/json', true],
    ['/swagger.json', '<html>"openapi":"3.0.0"', 'text/html', false],
    ['/openapi.json', '{"error":"not found"}', 'application/json', false],
    ['/graphql', '<title>GraphiQL</title>', 'text/html', true],
    ['/graphql', '{"errors":[{"message":"GraphiQL is off"}]}', 'application/json', false],
  ])('%s: %s', (path, body, type, expected) => {
    const at = (status: number, control: HttpResponse | null = notFound) =>
      apiDocumentationAt(only(apiDocumentation, path, response(body, type, status)), control);
    expect(at(200)).toEqual(expected ? [path] : []);
    expect(at(403)).toEqual([]);
    expect(at(200, response(body, type))).toEqual([]);
  });
});
