import { describe, expect, it } from 'vitest';
import { exposureFacts } from '../../../src/probes/http/exposed-paths.ts';
import {
  isDebugPage,
  isHtml,
  isPlainRequestToTls,
  isSearchEngine,
  pageFacts,
} from '../../../src/probes/http/page.ts';
import type { HttpResponse } from '../../../src/scanner/connection.ts';

function response(
  body: string,
  type: string | null = 'text/html; charset=utf-8',
  status = 200,
): HttpResponse {
  const headers: [string, string][] = type === null ? [] : [['content-type', type]];
  return { status, httpVersion: '1.1', headers, body: Buffer.from(body), truncated: false };
}

const notFound = response('<h1>Not Found</h1>', 'text/html', 404);

describe('pageFacts', () => {
  it('reads the title of HTML alone, escaped and on one line', () => {
    expect(pageFacts(response('<html><TITLE lang="en">\n Hello\n <br>')).title).toBe('Hello');
    expect(pageFacts(response('<title>\u001b[31mx</title>')).title).toBe('\\x1b[31mx');
    expect(pageFacts(response('<title>x</title>', 'text/plain')).title).toBeNull();
    expect(isHtml(response('<!DOCTYPE html><p>', null))).toBe(true);
    expect(isHtml(response('{}', null))).toBe(false);
  });

  it.each([
    ['<form><input name=p type="password"></form>', true],
    ["<input TYPE = 'password'>", true],
    ['<input type="text" placeholder="password">', false],
    ['<p>type=password</p>', false],
  ])('password form: %s', (html, expected) => {
    expect(pageFacts(response(html)).passwordForm).toBe(expected);
  });

  it.each([
    [
      'nginx',
      '<title>Index of /</title><h1>Index of /</h1><pre><a href="../">../</a><a href="a">a</a></pre>',
      true,
    ],
    [
      'Python',
      '<title>Directory listing for /</title><ul><li><a href="a">a</a><li><a href="b">b</a></ul>',
      true,
    ],
    ['Tomcat', '<title>Directory Listing For [/]</title><a href="a">a</a> <a href="b">b</a>', true],
    ['an empty one', '<title>Index of /</title>', false],
    [
      'an article about it',
      '<title>What is Index of / good for</title><a href="a">a</a><a href="b">b</a>',
      false,
    ],
  ])('directory listing: %s', (_what, html, expected) => {
    expect(pageFacts(response(html)).directoryListing).toBe(expected);
  });

  it('knows a bucket’s list', () => {
    const xml = '<?xml version="1.0"?><ListBucketResult xmlns="x"><Name>b</Name></ListBucketResult>';
    expect(pageFacts(response(xml, 'application/xml')).bucketListing).toBe(true);
    expect(pageFacts(response(xml, 'application/xml', 403)).bucketListing).toBe(false);
  });
});

describe('exposureFacts', () => {
  const facts = (path: string, answer: HttpResponse, control = notFound) =>
    exposureFacts(new Map([[path, answer]]), control);

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
    ['assignments', '# secrets\nDB_HOST=db\nexport DB_PASSWORD="x y"\n', true],
    ['a cut last line', 'DB_HOST=db\nDB_PASSWORD=x\nLAST_', true],
    ['one assignment', 'DB_HOST=db\n', false],
    ['prose', 'This is\nA=1 and B=2\nnot one.\nC=3\nD=4', false],
  ])('.env with %s', (_what, body, expected) => {
    expect(facts('/.env', response(body, null)).envFileExposed).toBe(expected);
    expect(facts('/.env', response(body, 'text/html')).envFileExposed).toBe(false);
  });

  it('does not believe a server that answers everything alike', () => {
    const same = response('A=1\nB=2\n', 'text/plain');
    expect(facts('/.env', same, same).envFileExposed).toBe(false);
  });

  it.each([
    ['/server-status', '<html><h1>Apache Server Status for 127.0.0.1 (via 127.0.0.1)</h1>', 'text/html'],
    ['/nginx_status', 'Active connections: 1 \nserver accepts handled requests\n 1 1 1 \n', 'text/plain'],
    ['/metrics', '# HELP up Whether.\n# TYPE up gauge\nup 1\n', 'text/plain; version=0.0.4'],
  ])('%s', (path, body, type) => {
    expect(facts(path, response(body, type)).statusPages).toEqual([path]);
    expect(facts(path, response('<html>Welcome</html>')).statusPages).toEqual([]);
  });
});

describe('single pages', () => {
  it.each([
    'Traceback (most recent call last):\n  File "app.py"',
    '<pre>Error: x<br> &nbsp;at /srv/app/index.js:10:7</pre>',
    'Error: x\n    at Layer.handle (/srv/app/node_modules/express/lib/router/layer.js:95:5)',
    '<h1>Whitelabel Error Page</h1>',
    'at com.example.Main.run(Main.java:12)',
  ])('debug page: %j', (body) => {
    expect(isDebugPage(response(body, 'text/html', 404))).toBe(true);
  });

  it('an ordinary page is none of them', () => {
    const page = response('<title>Not Found</title><p>Look at the index. Error 404 at 10:20:30.</p>');
    expect([isDebugPage(page), isSearchEngine(page), isPlainRequestToTls(page)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('a search engine that serves anybody', () => {
    const body = '{"name":"n","cluster_name" : "c","tagline" : "You Know, for Search"}';
    expect(isSearchEngine(response(body, 'application/json'))).toBe(true);
    expect(isSearchEngine(response(body, 'application/json', 401))).toBe(false);
  });

  it.each([
    'The plain HTTP request was sent to HTTPS port',
    "Reason: You're speaking plain HTTP to an SSL-enabled server port.",
    'Client sent an HTTP request to an HTTPS server.',
  ])('plain request to TLS: %s', (body) => {
    expect(isPlainRequestToTls(response(body, 'text/html', 400))).toBe(true);
  });
});

describe('a hostile body', () => {
  const pieces = [
    '<title',
    '<input ',
    '<a ',
    'at a.',
    'at /a/',
    '"tagline"  ',
    '<meta http-equiv=',
    '# HELP a',
    'A=',
    ' ',
    '<',
  ];

  it.each(pieces)('made of %j takes no time', (piece) => {
    const page = response(piece.repeat(Math.ceil(65_536 / piece.length)));
    const started = performance.now();
    pageFacts(page);
    isDebugPage(page);
    isSearchEngine(page);
    exposureFacts(new Map(['/.git/HEAD', '/.env', '/metrics'].map((path) => [path, page])), notFound);
    // Hundreds of times what it takes; a backtracking expression would need minutes.
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
