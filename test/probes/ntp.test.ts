import { describe, expect, it } from 'vitest';
import ntp from '../../src/probes/ntp.ts';
import { isMonitorAnswer, listsMonitors, versionIn } from '../../src/probes/ntp/message.ts';
import { listenUdp } from '../scanner/datagram-support.ts';
import { observeDatagram } from './probing.ts';

const hasty = { datagramWaitMs: 60 };
const modeOf = (datagram: Buffer): number => (datagram[0] ?? 0) & 7;

/** A server's answer (stratum 2) that sends the request's transmit timestamp back as the origin's. */
function time(request: Buffer): Buffer {
  const answer = Buffer.alloc(48, 0x11);
  answer[0] = 0x24;
  answer[1] = 2;
  request.copy(answer, 24, 40, 48);
  return answer;
}

/** Variables as ntpd sends them; 0x82 is a response to opcode 2. */
function variables(request: Buffer, text: string, flags = 0x82): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x16;
  header[1] = flags;
  request.copy(header, 2, 2, 4);
  header.writeUInt16BE(text.length, 10);
  const padding = Buffer.alloc((4 - (text.length % 4)) % 4);
  return Buffer.concat([header, Buffer.from(text, 'latin1'), padding]);
}

/** An answer to monlist with that many items, of which there is one datagram's worth. */
function monitors(items: number, error = 0): Buffer {
  const header = Buffer.from([0xd7, 0, 3, 42, (error << 4) | (items >> 8), items & 0xff, 0, 72]);
  return Buffer.concat([header, Buffer.alloc(72 * Math.min(items, 6))]);
}

interface Behaviour {
  readonly time?: (request: Buffer) => Buffer;
  readonly variables?: (request: Buffer) => Buffer;
  readonly monitors?: () => Buffer;
}

async function server(behaviour: Behaviour) {
  const asked: number[] = [];
  const { port, received } = await listenUdp((request, reply) => {
    const mode = modeOf(request);
    asked.push(mode);
    const answer =
      mode === 3
        ? behaviour.time?.(request)
        : mode === 6
          ? behaviour.variables?.(request)
          : behaviour.monitors?.();
    if (answer !== undefined) reply(answer);
  });
  return { port, asked, received };
}

const shown = 'version="ntpd 4.2.6p5@1.2349-o Fri Jul 22 17:30:51 UTC 2016 (1)", processor="x86_64"';

describe('ntp', () => {
  it('sees a server that answers everything, without what changes by itself', async () => {
    const { port, asked } = await server({
      time,
      variables: (request) => variables(request, shown),
      monitors: () => monitors(6),
    });
    const seen = await observeDatagram(ntp, port, hasty);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      tellsTime: true,
      controlAnswered: true,
      monitorListAnswered: true,
      version: 'ntpd 4.2.6p5@1.2349-o (1)',
    });
    expect(asked).toEqual([3, 6, 7]);
  });

  it('sees a server that tells the time and nothing else', async () => {
    const { port, asked } = await server({ time });
    const seen = await observeDatagram(ntp, port, hasty);
    expect(seen.facts).toEqual({
      tellsTime: true,
      controlAnswered: false,
      monitorListAnswered: false,
      version: null,
    });
    expect(asked).toEqual([3, 6, 6, 7, 7]);
  });

  it('sees a server that shows its variables, but not the time', async () => {
    const { port } = await server({ variables: (request) => variables(request, 'leap=0, stratum=2') });
    const seen = await observeDatagram(ntp, port, hasty);
    expect(seen.facts).toEqual({
      tellsTime: false,
      controlAnswered: true,
      monitorListAnswered: false,
      version: null,
    });
  });

  it('tells refusals from answers', async () => {
    const { port } = await server({
      time,
      variables: (request) => variables(request, '', 0xc2),
      monitors: () => monitors(0, 7),
    });
    const seen = await observeDatagram(ntp, port, hasty);
    expect(seen.facts).toMatchObject({ controlAnswered: false, monitorListAnswered: false });
  });

  it('takes in the first datagram of a monitor list, and asks no second time', async () => {
    const { port, received } = await listenUdp((request, reply) => {
      if (modeOf(request) === 3) reply(time(request));
      if (modeOf(request) === 7) for (let index = 0; index < 2000; index += 1) reply(monitors(6));
    });
    const seen = await observeDatagram(ntp, port, hasty);
    expect(seen.facts).toMatchObject({ monitorListAnswered: true });
    expect(received.filter(({ datagram }) => modeOf(datagram) === 7)).toHaveLength(1);
  });

  it('sends 48, 12 and 8 bytes, under a number of their own each time', async () => {
    const { port, received } = await server({ time, variables: (request) => variables(request, shown) });
    await observeDatagram(ntp, port, hasty);
    await observeDatagram(ntp, port, hasty);
    const [first, control, list] = received.map(({ datagram }) => datagram);
    expect(first?.toString('hex')).toMatch(/^23(?:00){39}[0-9a-f]{16}$/);
    expect(control?.toString('hex')).toMatch(/^1602[0-9a-f]{4}(?:00){8}$/);
    expect(list?.toString('hex')).toBe('1700032a00000000');
    expect(received[4]?.datagram).not.toEqual(first);
  });

  it('gives up on a port that says nothing after the second question', async () => {
    const { port, asked } = await server({});
    expect(await observeDatagram(ntp, port, hasty)).toMatchObject({ status: 'timed-out', facts: null });
    expect(asked).toEqual([3, 3, 6, 6]);
  });

  it.each<[string, (request: Buffer) => Buffer]>([
    ['its own question', (request) => request],
    ['the time as an answer to somebody else', () => time(Buffer.alloc(48))],
    ['half a time', (request) => time(Buffer.concat([request, Buffer.alloc(48)])).subarray(0, 40)],
    ['variables under another number', (request) => variables(Buffer.alloc(4, ~(request[3] ?? 0)), shown)],
    ['variables that end too early', (request) => variables(request, shown).subarray(0, 20)],
    ['noise', () => Buffer.alloc(90, 0xff)],
    ['nothing', () => Buffer.alloc(0)],
  ])('draws no conclusion from %s', async (_what, answer) => {
    const { port } = await listenUdp((request, reply) => reply(answer(request)));
    expect(await observeDatagram(ntp, port, { datagramWaitMs: 30 })).toMatchObject({
      status: 'garbled',
      facts: null,
    });
  });
});

describe('versionIn', () => {
  it.each([
    // As ntpsec 1.2.2 sends it.
    [
      'clock=eeacd46c.576c042f, processor="x86_64",\r\nsystem="Linux/6.1", version="ntpd ntpsec-1.2.2", mintc=0',
      'ntpd ntpsec-1.2.2',
    ],
    ['version=4', '4'],
    ['system="version=1"', null],
    ['version="never ends', null],
    ['', null],
  ])('%j', (text, version) => {
    expect(versionIn(Buffer.from(text, 'latin1'))).toBe(version);
  });
});

describe('a monitor list', () => {
  it.each([
    [monitors(6), true],
    [monitors(600), true],
    [monitors(0), false],
    [monitors(0, 4), false],
    [monitors(1, 7), false],
  ])('%#', (answer, lists) => {
    expect(isMonitorAnswer(answer)).toBe(true);
    expect(listsMonitors(answer)).toBe(lists);
  });
});
