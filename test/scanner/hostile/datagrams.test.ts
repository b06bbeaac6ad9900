import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenUdp, type Answerer } from '../datagram-support.ts';
import { problemsIn, useScanner, type Expectation } from './scanning.ts';

const scan = useScanner();

/** Sends the answers again and again to whoever has asked, in portions that fit into a queue. */
function amplify(reply: (answer: Buffer) => void, ...answers: Buffer[]): void {
  const timer = setInterval(() => {
    for (let index = 0; index < 100; index += 1) for (const answer of answers) reply(answer);
  }, 1);
  onTestFinished(() => clearInterval(timer));
}

const stop: Expectation = { mayAnswer: ['dns', 'ntp', 'snmp', 'memcached-udp'] };

/** An answer that every one of the probes takes for its own as far as its first bytes go. */
function halfAnswer(question: Buffer): Buffer {
  const answer = Buffer.concat([question, Buffer.alloc(1200, 0xff)]);
  answer[2] = 0x84;
  return answer;
}

const cases: readonly [name: string, answerer: Answerer, expectation?: Expectation][] = [
  ['says nothing', () => {}],
  ['echoes', (question, reply) => reply(question)],
  ['answers with empty datagrams', (_question, reply) => reply(Buffer.alloc(0))],
  ['answers with the largest datagrams there are', (_question, reply) => reply(Buffer.alloc(65_507, 0xff))],
  ['answers with zeros', (_question, reply) => reply(Buffer.alloc(512))],
  // To DNS it is a whole one, without records.
  ['answers with half an answer', (question, reply) => reply(halfAnswer(question)), { mayAnswer: ['dns'] }],
  [
    'answers every question with thousands of datagrams',
    (_question, reply) => amplify(reply, Buffer.alloc(1400, 0x41)),
  ],
  ['answers with thousands of echoes', (question, reply) => amplify(reply, question)],
  ['answers with thousands of empty datagrams', (_question, reply) => amplify(reply, Buffer.alloc(0))],
  [
    'answers with thousands of the largest datagrams',
    (_question, reply) => amplify(reply, Buffer.alloc(60_000, 0x41)),
  ],
];

describe.each(cases)('a host that %s over UDP', (_name, answerer, expectation) => {
  it('is got over by every probe', async () => {
    const { port } = await listenUdp(answerer);
    expect(problemsIn(await scan({ transport: 'udp', port }), expectation)).toEqual([]);
  });

  it('is got over as a port of an endpoint', async () => {
    const { port } = await listenUdp(answerer);
    const report = await scan({ how: 'endpoint', transport: 'udp', port });
    expect(problemsIn(report, expectation)).toEqual([]);
    expect(report.observations.map(({ probe }) => probe)).toContain('udp');
  });
});

describe('a host that amplifies what it really has', () => {
  /** A time server's answers, each of them thousands of times. */
  const ntp: Answerer = (question, reply) => {
    const mode = (question[0] ?? 0) & 7;
    if (mode === 3) {
      const time = Buffer.alloc(48);
      time[0] = 0x24;
      question.copy(time, 24, 40, 48);
      amplify(reply, time);
    } else if (mode === 6) {
      const text = `version="ntpd \u001b[2J 4.2.6", ${'x=1, '.repeat(80)}`;
      const header = Buffer.concat([Buffer.from([0x16, 0x82]), question.subarray(2, 4), Buffer.alloc(8)]);
      header.writeUInt16BE(text.length, 10);
      amplify(reply, Buffer.concat([header, Buffer.from(text, 'latin1')]));
    } else {
      amplify(reply, Buffer.concat([Buffer.from([0xd7, 0, 3, 42, 0, 6, 0, 72]), Buffer.alloc(432)]));
    }
  };

  it('is a fact, out of one datagram for each question', async () => {
    const { port, received } = await listenUdp(ntp);
    const report = await scan({ transport: 'udp', port, probes: ['ntp'] });
    expect(problemsIn(report, stop)).toEqual([]);
    expect(report.observations[0]?.facts).toEqual({
      tellsTime: true,
      controlAnswered: true,
      monitorListAnswered: true,
      version: 'ntpd \\x1b[2J 4.2.6',
    });
    expect(received).toHaveLength(3);
  });
});

describe('datagrams that nobody asked for', () => {
  async function stranger(): Promise<Socket> {
    const socket = createSocket('udp4');
    let open = true;
    socket.on('error', () => {}).on('close', () => (open = false));
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    onTestFinished(() => void (open && socket.close()));
    return socket;
  }

  it('are not heard from another port, however good they are', async () => {
    const other = await stranger();
    const version = (question: Buffer, { port, address }: RemoteInfo): void =>
      other.send(Buffer.concat([question.subarray(0, 8), Buffer.from('VERSION 1.4.31\r\n')]), port, address);
    const { port } = await listenUdp((question, _reply, from) => version(question, from));
    const report = await scan({ transport: 'udp', port });
    expect(problemsIn(report)).toEqual([]);
    expect(report.observations.map(({ status }) => status)).toEqual(
      report.observations.map(() => 'timed-out'),
    );
  });

  it('are not counted from another port, and the answer is still found', async () => {
    const other = await stranger();
    const { port } = await listenUdp((question, reply, from) => {
      for (let index = 0; index < 200; index += 1)
        other.send(Buffer.alloc(1400, 0x41), from.port, from.address);
      const answer = Buffer.concat([question.subarray(0, 8), Buffer.from('VERSION 1.4.31\r\n')]);
      setTimeout(() => reply(answer), 30);
    });
    const report = await scan({ transport: 'udp', port, probes: ['memcached-udp'] });
    expect(problemsIn(report, stop)).toEqual([]);
    expect(report.observations).toMatchObject([{ status: 'answered', facts: { version: '1.4.31' } }]);
  });
});

it('says refused of a port where nobody listens', async () => {
  const { port, socket } = await listenUdp(() => {});
  socket.close();
  await once(socket, 'close');
  const report = await scan({ how: 'endpoint', transport: 'udp', port });
  expect(problemsIn(report, { says: { udp: ['refused', /ECONNREFUSED/] } })).toEqual([]);
});
