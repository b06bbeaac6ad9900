import { describe, expect, it } from 'vitest';
import { answers, page, web } from './http-answers.ts';
import { problemsIn, useScanner } from './scanning.ts';
import { start, whenSpokenTo } from './servers.ts';

const scan = useScanner();

/** Half a megabyte that an expression could go back and forth in. */
const fill = (piece: string): string => piece.repeat(Math.ceil(524_288 / piece.length));

describe.each([
  '<',
  '<<',
  ' ',
  '\n',
  '<a ',
  '<a href="',
  '<script ',
  '<script src=',
  '<script src="x" ',
  '<!--',
  '<title>',
  '<input type=',
  '<input ',
  '<form ',
  '<li><a href="x">',
  'Index of /',
  'a=b\n',
  'A_KEY=',
  'at x (y:1:1)\n',
  '"',
  '=',
  '&',
  '&#',
  'Traceback ',
  '\t<',
])('a page that is %j again and again', (piece) => {
  it('is read in time', async () => {
    const body = fill(piece);
    const { port } = await start((socket) => socket.on('data', () => socket.write(page(body))));
    const report = await scan({ port, probes: ['http'], deadlineMs: 20_000 });
    expect(problemsIn(report, answers)).toEqual([]);
  });
});

it('is led nowhere: a redirect to the metadata address and other hosts is kept, not followed', async () => {
  const metadata = await start((socket) => whenSpokenTo(socket, () => socket.end(page('SECRET'))));
  const location = `Location: http://127.0.0.1:${metadata.port}/latest/meta-data/iam/security-credentials/\r\n`;
  const moved = `HTTP/1.1 302 Found\r\n${location}Refresh: 0; url=http://127.0.0.1:${metadata.port}/\r\nContent-Length: 0\r\n\r\n`;
  const { port } = await start((socket) => whenSpokenTo(socket, () => socket.end(moved)));
  for (const how of ['every-probe', 'endpoint'] as const) {
    const report = await scan({ how, port });
    expect(problemsIn(report, { mayAnswer: web })).toEqual([]);
    expect(JSON.stringify(report.observations)).not.toContain('SECRET');
  }
  expect(metadata.connections()).toBe(0);
});

it('writes nobody’s escapes, markup or formulas where they would be obeyed', async () => {
  const evil = '\u001b]0;owned\u0007\u001b[2J<script>alert(1)</script>=cmd|calc!A0\u009b31m';
  const body = `<html><head><title>${evil}</title></head><body>${evil} <a href="${evil}">Index of /</a></body></html>`;
  const headers =
    'Server: <b>\u202e=cmd|calc!A0</b>\r\nX-Powered-By: "><script>\r\nSet-Cookie: <i>=\u009b31m; Path="\r\n';
  const { port } = await start((socket) => whenSpokenTo(socket, () => socket.end(page(body, headers))));
  const report = await scan({ port });
  expect(problemsIn(report, { mayAnswer: web })).toEqual([]);
  const http = report.observations.find(({ probe }) => probe === 'http');
  expect(http?.status).toBe('answered');
});
