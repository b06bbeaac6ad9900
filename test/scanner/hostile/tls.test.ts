import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { selfSigned, type TestCertificate } from '../certificates.ts';
import { problemsIn, useScanner, type Expectation } from './scanning.ts';
import { drip, flood, start, whenSpokenTo } from './servers.ts';
import { alertRecord, dataRecord, handshake, handshakeRecord, record, serverHello } from './tls-records.ts';

const scan = useScanner();
let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await selfSigned('hostile.example');
});

const inTls = ['tls', 'certificate'];
const zeros = Buffer.alloc(16_384);
const alert = record(alertRecord, Buffer.from([1, 90]));
/** The beginning of a certificate message of 16 MiB, and records full of it. */
const endless = record(
  handshakeRecord,
  Buffer.concat([handshake(11, Buffer.alloc(0), 0xffffff), zeros.subarray(4)]),
);

const cases: readonly [name: string, answer: (socket: Socket) => void, expectation?: Expectation][] = [
  ['text', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  [
    'a record that never ends',
    (socket) => (socket.write(record(handshakeRecord, Buffer.alloc(0), 0xffff)), flood(socket, zeros)),
  ],
  [
    'an empty record, again and again',
    (socket) =>
      flood(socket, Buffer.concat(Array<Buffer>(4096).fill(record(handshakeRecord, Buffer.alloc(0))))),
  ],
  ['warnings without end', (socket) => flood(socket, Buffer.concat(Array<Buffer>(4096).fill(alert)))],
  ['data before the handshake', (socket) => flood(socket, record(dataRecord, zeros))],
  ['a record of no known type', (socket) => flood(socket, record(99, zeros))],
  [
    'a handshake message of 16 MiB',
    (socket) => (socket.write(endless), flood(socket, record(handshakeRecord, zeros))),
  ],
  [
    'a server hello of another length than it says',
    (socket) => socket.write(record(handshakeRecord, handshake(2, Buffer.alloc(40), 30))),
  ],
  [
    'a server hello with a suite that nobody offers',
    (socket) => socket.write(record(handshakeRecord, serverHello(0xdead))),
  ],
  [
    'a server hello with extensions past its end',
    (socket) => socket.write(record(handshakeRecord, serverHello(0xc02f, Buffer.from([0, 1, 0xff, 0xff])))),
  ],
  [
    'a server hello, and nothing more',
    (socket) => socket.write(record(handshakeRecord, serverHello(0xc02f))),
  ],
  [
    'a server hello, and junk without end',
    (socket) => (
      socket.write(record(handshakeRecord, serverHello(0xc02f))),
      flood(
        socket,
        record(handshakeRecord, Buffer.concat([handshake(11, Buffer.alloc(0), 0xfffff), zeros.subarray(4)])),
      )
    ),
  ],
  [
    'a server hello, and a key exchange of no known kind',
    (socket) =>
      socket.write(
        record(
          handshakeRecord,
          Buffer.concat([
            serverHello(0x0033),
            handshake(12, Buffer.alloc(6, 0xff)),
            handshake(14, Buffer.alloc(0)),
          ]),
        ),
      ),
  ],
  [
    'a server hello in single bytes',
    (socket) => drip(socket, record(handshakeRecord, serverHello(0xc02f)), 1, 30),
  ],
  [
    'a server hello in records of one byte',
    (socket) =>
      drip(
        socket,
        Buffer.concat([...serverHello(0xc02f)].map((byte) => record(handshakeRecord, Buffer.from([byte])))),
        6,
        2,
      ),
  ],
  [
    'a hello of SSL 2 that is too long',
    (socket) => (socket.write(Buffer.from([0xff, 0xff, 4, 0, 1, 0, 2])), flood(socket, zeros)),
  ],
];

describe.each(cases)('a server that answers TLS with %s', (_name, answer, expectation) => {
  const behave = (socket: Socket): void => whenSpokenTo(socket, () => answer(socket));

  it('is got over by those that speak TLS', async () => {
    const { port } = await start(behave);
    // Versions and suites are read from hellos, whatever comes behind them.
    expect(problemsIn(await scan({ port, probes: inTls }), { mayAnswer: ['tls'], ...expectation })).toEqual(
      [],
    );
  });

  it('is got over by those inside TLS', async () => {
    const { port } = await start(behave);
    expect(problemsIn(await scan({ port, layer: 'tls' }), {})).toEqual([]);
  });

  it('is got over as a port of an endpoint', async () => {
    const { port } = await start(behave);
    expect(
      problemsIn(await scan({ how: 'endpoint', port }), { mayAnswer: ['http', 'http-trace', 'tls'] }),
    ).toEqual([]);
  });
});

/** A server of TLS that shakes hands as it should, and what it does then. */
function encrypted(behave: (socket: TLSSocket) => void, certificates = certificate.pem) {
  const server = createTlsServer({ key: certificate.key, cert: certificates });
  server
    .on('tlsClientError', () => {})
    .on('secureConnection', (socket: TLSSocket) => {
      socket.on('error', () => {});
      behave(socket);
    });
  return start(() => {}, server);
}

describe.each<[string, (socket: TLSSocket) => void]>([
  ['says nothing', () => {}],
  ['floods', (socket) => flood(socket, zeros)],
  ['floods when it is spoken to', (socket) => whenSpokenTo(socket, () => flood(socket, zeros))],
  ['sends lines without end', (socket) => flood(socket, '220 x\r\n'.repeat(4096))],
  ['drips', (socket) => drip(socket, 'x')],
  ['hangs up', (socket) => socket.end()],
  ['resets', (socket) => socket.destroy()],
])('a server that %s inside TLS', (_name, behave) => {
  it('is got over by those inside TLS', async () => {
    const { port } = await encrypted(behave);
    // It runs behind `ftp` alone, to which this is a refusal.
    expect(problemsIn(await scan({ port, layer: 'tls' }), { mayAnswer: ['ftp-anonymous'] })).toEqual([]);
  });

  it('is got over as a port of an endpoint', async () => {
    const { port } = await encrypted(behave);
    const report = await scan({ how: 'endpoint', port });
    expect(problemsIn(report, { mayAnswer: inTls })).toEqual([]);
    expect(report.observations.map(({ probe }) => probe)).toContain('tls');
  });
});

it('does not take two thousand certificates', async () => {
  const { port } = await encrypted(() => {}, `${certificate.pem}\n`.repeat(2000));
  expect(
    problemsIn(await scan({ port, probes: inTls, deadlineMs: 4000 }), {
      mayAnswer: ['tls'],
      says: { certificate: [['too-large', 'garbled'], /EXCESSIVE|bytes/] },
    }),
  ).toEqual([]);
  expect(
    problemsIn(await scan({ port, layer: 'tls', probes: ['redis'] }), {
      says: { redis: [['too-large', 'garbled'], /EXCESSIVE|bytes/] },
    }),
  ).toEqual([]);
});
