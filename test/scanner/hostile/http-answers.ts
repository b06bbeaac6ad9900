import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Expectation } from './scanning.ts';
import { drip, flood } from './servers.ts';

/** The probes that speak HTTP. */
export const web = ['http', 'http-trace', 'http-proxy'];
/** Enough came for facts, whatever came after it. */
export const answers: Expectation = { mayAnswer: web, says: { http: ['answered', /^$/] } };
const says = (...[status, detail]: NonNullable<Expectation['says']>[string]): Expectation => ({
  mayAnswer: web,
  says: { http: [status, detail] },
});

/** A response that is there in full, after which the server hangs up. */
export const page = (body: string, headers = ''): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;

const ok = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n';
const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`;

/** Two hundred megabytes of zeros: a gzip file may have many parts. */
const bomb = Buffer.concat(Array<Buffer>(200).fill(gzipSync(Buffer.alloc(1024 * 1024))));

/** What web servers answer with, and what is to come of it. */
export const httpAnswers: readonly [
  name: string,
  answer: (socket: Socket) => void,
  expectation: Expectation,
][] = [
  [
    'a body in chunks without end',
    (socket) => (socket.write(`${ok}Transfer-Encoding: chunked\r\n\r\n`), flood(socket, chunk)),
    answers,
  ],
  [
    'a body of no length without end',
    (socket) => (socket.write(`${ok}\r\n`), flood(socket, 'x'.repeat(65_536))),
    answers,
  ],
  [
    'a body of nine petabytes',
    (socket) => (
      socket.write(`${ok}Content-Length: 9007199254740991\r\n\r\n`),
      flood(socket, 'x'.repeat(65_536))
    ),
    answers,
  ],
  [
    'one chunk of exabytes',
    (socket) => (
      socket.write(`${ok}Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n`),
      flood(socket, 'x'.repeat(65_536))
    ),
    answers,
  ],
  [
    'chunk extensions without end',
    (socket) => (
      socket.write(`${ok}Transfer-Encoding: chunked\r\n\r\n1;`),
      flood(socket, 'x'.repeat(65_536))
    ),
    { mayAnswer: web },
  ],
  [
    'trailers without end',
    (socket) => (
      socket.write(`${ok}Transfer-Encoding: chunked\r\n\r\n0\r\n`),
      flood(socket, 'X: y\r\n'.repeat(8192))
    ),
    { mayAnswer: web },
  ],
  [
    'a compression bomb',
    (socket) => (
      socket.write(`${ok}Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`),
      socket.end(bomb)
    ),
    answers,
  ],
  [
    'a body that drips',
    (socket) => (socket.write(`${ok}\r\n`), drip(socket, '<title>x')),
    { mayAnswer: web },
  ],
  ['headers that drip', (socket) => drip(socket, `${ok}X: `), says('timed-out', /did not end within/)],
  [
    'one header without end',
    (socket) => (socket.write(`${ok}X: `), flood(socket, 'x'.repeat(65_536))),
    says(['too-large', 'garbled'], /HPE_HEADER_OVERFLOW|bytes/),
  ],
  [
    'headers without end',
    (socket) => (socket.write(ok), flood(socket, 'X: y\r\n'.repeat(8192))),
    says(['too-large', 'garbled'], /HPE_HEADER_OVERFLOW|bytes/),
  ],
  [
    'a status line without end',
    (socket) => (socket.write('HTTP/1.1 200 '), flood(socket, 'O'.repeat(65_536))),
    says(['too-large', 'garbled'], /HPE_HEADER_OVERFLOW|bytes/),
  ],
  [
    'empty lines in place of a status line',
    (socket) => flood(socket, '\r\n'.repeat(32_768)),
    says('too-large', /no response within/),
  ],
  [
    '100 Continue without end',
    (socket) => flood(socket, 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1024)),
    says('garbled', /interim responses/),
  ],
  [
    'early hints without end',
    (socket) => flood(socket, 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'.repeat(1024)),
    says('garbled', /interim responses/),
  ],
  [
    'another protocol',
    (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
    says('garbled', /switched protocols/),
  ],
  [
    'a length and chunks',
    (socket) => socket.end(`${ok}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
    says('garbled', /HPE_/),
  ],
  [
    'two lengths',
    (socket) => socket.end(`${ok}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef`),
    says('garbled', /HPE_/),
  ],
  ['a negative length', (socket) => socket.end(`${ok}Content-Length: -1\r\n\r\n`), says('garbled', /HPE_/)],
  [
    'a length of many digits',
    (socket) => socket.end(`${ok}Content-Length: ${'9'.repeat(40)}\r\n\r\n`),
    says('garbled', /HPE_/),
  ],
  ['a status that is none', (socket) => socket.end('HTTP/1.1 xyz\r\n\r\n'), says('garbled', /HPE_/)],
  ['a version that is none', (socket) => socket.end('HTTP/9.9 200 OK\r\n\r\n'), says('garbled', /HPE_/)],
  ['NUL in a header', (socket) => socket.end(`${ok}X: a\0b\r\n\r\n`), says('garbled', /HPE_/)],
  ['a header without a colon', (socket) => socket.end(`${ok}nothing\r\n\r\n`), says('garbled', /HPE_/)],
  ['half a response', (socket) => socket.end('HTTP/1.1 200 O'), says('garbled', /./)],
  ['less than it announced', (socket) => socket.end(`${ok}Content-Length: 500\r\n\r\nabc`), answers],
  [
    'a second response nobody asked for',
    (socket) => socket.write(page('one') + page('two', 'Server: second\r\n')),
    answers,
  ],
  [
    'a thousand cookies',
    (socket) => socket.end(page('', 'Set-Cookie: a=b; SameSite=None\r\n'.repeat(900))),
    answers,
  ],
  [
    'a policy of thousands of words',
    (socket) => socket.end(page('', `Content-Security-Policy: ${"script-src 'self' * ; ".repeat(1300)}\r\n`)),
    answers,
  ],
  [
    'a whole header of commas and quotes',
    (socket) =>
      socket.end(
        page(
          '',
          `WWW-Authenticate: ${'Basic realm="a\\", '.repeat(1500)}\r\nStrict-Transport-Security: ${'max-age=1;'.repeat(200)}\r\n`,
        ),
      ),
    answers,
  ],
];
