import { describe, expect, it } from 'vitest';
import { isHtml } from '../../../src/probes/http/body.ts';
import { complaintOf, isWebServer } from '../../../src/probes/http/complaint.ts';
import { isDebugPage } from '../../../src/probes/http/debug-page.ts';
import { defaultPage } from '../../../src/probes/http/default-page.ts';
import { errorPageServer, pageFacts, wantsClientCertificate } from '../../../src/probes/http/page.ts';
import { notFound, response } from './serving.ts';

describe('pageFacts', () => {
  it('reads the title of HTML alone, escaped and on one line', () => {
    expect(pageFacts(response('<html><TITLE lang="en">\n Hello\n <br>')).title).toBe('Hello');
    expect(pageFacts(response('<title>\u001b[31mx</title>')).title).toBe('\\x1b[31mx');
    expect(pageFacts(response('<title>x</title>', 'text/plain')).title).toBeNull();
    expect(isHtml(response('<!DOCTYPE html><p>', null))).toBe(true);
    expect(isHtml(response('{}', null))).toBe(false);
  });

  it.each([
    ['<meta name="generator" content="WordPress 6.4.2" />', 'WordPress 6.4.2'],
    ["<META content='x' NAME=generator>", 'x'],
    ['<meta name="description" content="generator">', null],
  ])('generator: %s', (html, expected) => {
    expect(pageFacts(response(html)).generator).toBe(expected);
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
      'Apache 2.4',
      '<html>\n <head>\n  <title>Index of /</title>\n </head>\n <body>\n<h1>Index of /</h1>\n<ul><li><a href=".env"> .env</a></li>\n<li><a href="sub/"> sub/</a></li>\n</ul>\n</body></html>',
      true,
    ],
    [
      'lighttpd 1.4, with one file',
      '<title>Index of /</title></head><body><h2>Index of /</h2><div class="list"><a href="sub/">sub</a>/',
      true,
    ],
    [
      'Python',
      '<title>Directory listing for /</title><ul><li><a href="a">a</a><li><a href="b">b</a></ul>',
      true,
    ],
    ['Tomcat', '<title>Directory Listing For [/]</title><a href="a">a</a> <a href="b">b</a>', true],
    ['an empty one', '<title>Index of /</title>', false],
    ['one link under another heading', '<title>Index of /</title><h1>Hello</h1><a href="a">a</a>', false],
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

describe('isDebugPage', () => {
  it.each([
    'Traceback (most recent call last):\n  File "app.py"',
    '<pre>Error: x<br> &nbsp;at /srv/app/index.js:10:7</pre>',
    'Error: x\n    at Layer.handle (/srv/app/node_modules/express/lib/router/layer.js:95:5)',
    '<pre>Error: x\n    at Server.&lt;anonymous&gt; (file:///srv/app/main.mjs:3:4)</pre>',
    '<h1>Whitelabel Error Page</h1>',
    'at com.example.Main.run(Main.java:12)',
    '<br />\n<b>Warning</b>:  Undefined variable $a in <b>/srv/www/index.php</b> on line <b>3</b><br />',
    '<p><code>Rails.root: /srv/app</code></p>',
    'goroutine 1 [running]:\nmain.main()',
  ])('%j', (body) => {
    expect(isDebugPage(response(body, 'text/html', 404))).toBe(true);
  });

  it('is not an ordinary page', () => {
    const body =
      '<title>Not Found</title><p>Look at the index. Error 404 at 10:20:30. Warning: nothing here.</p>';
    expect(isDebugPage(response(body, 'text/html', 404))).toBe(false);
  });
});

describe('defaultPage', () => {
  it.each([
    ['nginx', '<html><head><title>Welcome to nginx!</title>'],
    ['apache', '<title>Apache2 Debian Default Page: It works</title>'],
    ['apache', '<html><body><h1>It works!</h1></body></html>\n'],
    ['tomcat', "<title>Apache Tomcat</title></head><h1>It works !</h1><p>If you're seeing this page via"],
    ['lighttpd', '<title>Welcome page</title><p>The unconfigured lighttpd'],
    ['iis', '<title>IIS Windows Server</title>'],
    ['caddy', '<title>Caddy works!</title>'],
    [null, '<title>Welcome page</title><p>of our club'],
    [null, '<title>Why It works!</title><h1>It works!</h1>'],
    [null, '<title>How to replace Welcome to nginx!</title>'],
  ])('%s: %s', (expected, html) => {
    expect(defaultPage(response(html))).toBe(expected);
    expect(defaultPage(response(html, 'text/html', 404))).toBeNull();
  });
});

describe('errorPageServer', () => {
  it.each([
    ['<hr class="line" /><h3>Apache Tomcat/10.1.60 (Debian)</h3></body>', 'Apache Tomcat/10.1.60'],
    ['<address>Apache/2.4.52 (Ubuntu) Server at x Port 80</address>', 'Apache/2.4.52'],
    ['<hr><center>nginx/1.22.1</center>', 'nginx/1.22.1'],
    [
      '<a href="https://eclipse.org/jetty">Powered by Jetty:// 9.4.43.v20210629</a>',
      'Jetty:// 9.4.43.v20210629',
    ],
    ['<hr><center>nginx</center>', null],
  ])('%s', (html, expected) => {
    expect(errorPageServer(response(html, 'text/html', 404))).toBe(expected);
    expect(errorPageServer(response(html))).toBeNull();
  });
});

describe('wantsClientCertificate', () => {
  const page = '<center>No required SSL certificate was sent</center>';

  it('is so where nginx says so', () => {
    expect(wantsClientCertificate(response(page, 'text/html', 400))).toBe(true);
    expect(wantsClientCertificate(response(page))).toBe(false);
    expect(wantsClientCertificate(notFound)).toBe(false);
  });
});

describe('complaintOf', () => {
  it.each([
    [400, '<center>The plain HTTP request was sent to HTTPS port</center>'],
    [400, "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />"],
    [400, 'Client sent an HTTP request to an HTTPS server.\n'],
    [400, 'Bad Request\r\nThis combination of host and port requires TLS.\r\n'],
    [200, 'It looks like you are trying to access MongoDB over HTTP on the native driver port.\r\n'],
    [400, 'Port 9000 is for clickhouse-client program\r\nYou must use port 8123 for HTTP.\r\n'],
  ])('%d: %s', (status, body) => {
    expect(complaintOf(status, body)).toMatch(/^(The|A) .*\.$/);
    expect(complaintOf(status, `<title>What to do about</title>${' '.repeat(3000)}${body}`)).toBeNull();
    expect(complaintOf(404, body)).toBeNull();
    expect(isWebServer(Buffer.from(`HTTP/1.1 ${status} X\r\nServer: x\r\n\r\n${body}`))).toBe(false);
  });
});

describe('isWebServer', () => {
  it.each([
    ['HTTP/1.1 200 OK\r\nServer: x\r\n\r\n', true],
    ['HTTP/1.0 404 \r\n', true],
    ['HTTP/1.1 400\r\n\r\n', true],
    ['HTTP/1.1 200 OK', false],
    ['HTTP/2.0 200 OK\r\n', false],
    ['RTSP/1.0 400 Bad Request\r\n\r\n', false],
    ['-ERR unknown command HTTP/1.1 200 OK\r\n', false],
    ['<html>HTTP/1.1 200 OK\r\n', false],
    ['', false],
  ])('%j: %s', (words, expected) => {
    expect(isWebServer(Buffer.from(words))).toBe(expected);
  });
});
