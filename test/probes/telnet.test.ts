import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTerminalText, parseNegotiation } from '../../src/probes/telnet/negotiation.ts';
import telnet from '../../src/probes/telnet.ts';
import { greeting, observe, rawServer } from './probing.ts';

/** What telnetd of GNU inetutils 2.4 opens with. */
const TELNETD = Buffer.from('fffb25fffb26fffd18fffd20fffd23fffd27fffd24', 'hex');
/** IAC WILL ECHO, IAC WILL SUPPRESS-GO-AHEAD, and a prompt, as routers do. */
const ROUTER = Buffer.concat([
  Buffer.from([255, 251, 1, 255, 251, 3]),
  Buffer.from('\r\n\r\nUser Access Verification\r\n\r\nUsername: '),
]);

describe('telnet', () => {
  it('sees the options of a server, and answers none', async () => {
    const server = await greeting(TELNETD);
    const seen = await observe(telnet, server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      options: [
        'WILL AUTHENTICATION',
        'WILL ENCRYPTION',
        'DO TERMINAL-TYPE',
        'DO TERMINAL-SPEED',
        'DO X-DISPLAY-LOCATION',
        'DO NEW-ENVIRONMENT',
        'DO ENVIRONMENT',
      ],
      banner: null,
    });
    expect(await server.received()).toHaveLength(0);
  });

  it('shows the first line that comes with them', async () => {
    const { port } = await greeting(ROUTER);
    const seen = await observe(telnet, port);
    expect(seen.facts).toEqual({
      options: ['WILL ECHO', 'WILL SUPPRESS-GO-AHEAD'],
      banner: 'User Access Verification',
    });
  });

  it('waits for a server that takes its time', async () => {
    const { port } = await rawServer((socket) => void setTimeout(() => socket.write(TELNETD), 400));
    await expect(observe(telnet, port)).resolves.toMatchObject({ status: 'answered' });
  });

  it('writes what is hostile in a banner as escapes', async () => {
    const { port } = await greeting(Buffer.concat([TELNETD, Buffer.from('\u001b[2Jroot \u0007\r\n')]));
    const seen = await observe(telnet, port);
    expect(seen.facts?.['banner']).toBe('\\x1b[2Jroot \\x07');
  });

  it.each([
    ['SSH', 'SSH-2.0-OpenSSH_9.2p1\r\n'],
    ['a prompt that negotiates nothing', 'login: '],
    ['options that do not exist', Buffer.from([255, 251, 100])],
  ])('refuses %s', async (_what, words) => {
    const { port } = await greeting(words);
    await expect(observe(telnet, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });

  it('stops at negotiation without end', async () => {
    const { port } = await rawServer((socket) => {
      const more = () => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_534, TELNETD.subarray(0, 3))));
      };
      socket.on('drain', more);
      more();
    });
    const seen = await observe(telnet, port);
    expect(seen.facts).toMatchObject({ options: ['WILL AUTHENTICATION'] });
    expect(seen.durationMs).toBeLessThan(2000);
  });

  it.each([
    ['telnetd', TELNETD, true],
    ['a router', ROUTER, true],
    ['a banner before the options', Buffer.concat([Buffer.from('Welcome\r\n'), TELNETD]), true],
    ['a prompt alone', Buffer.from('login: '), false],
    ['text', Buffer.from('220 ready\r\n'), false],
    ['a frame of MP3', Buffer.from('fffb90640000000000', 'hex'), false],
    ['the greeting of ZeroMQ', Buffer.from('ff00000000000000017f', 'hex'), false],
    ['a handshake of MySQL', Buffer.from('4a0000000a352e352e35fffb01', 'hex'), false],
    ['nothing', Buffer.alloc(0), false],
  ])('recognises %s', (_what, words, expected) => {
    expect(telnet.recognises?.(words)).toBe(expected);
  });
});

describe('parseNegotiation', () => {
  it('skips a sub-negotiation, and takes a doubled 255 for one of text', () => {
    const bytes = Buffer.from([255, 253, 24, 255, 250, 24, 1, 255, 240, 0x41, 255, 255, 255, 241]);
    expect(parseNegotiation(bytes)).toEqual({
      options: ['DO TERMINAL-TYPE'],
      text: Buffer.from([0x41, 255]),
    });
  });

  it('leaves out what the end cuts off', () => {
    for (const end of [[255], [255, 251], [255, 250, 24, 0]]) {
      expect(parseNegotiation(Buffer.from([255, 251, 1, ...end]))?.options).toEqual(['WILL ECHO']);
    }
  });

  it('takes apart any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const parsed = parseNegotiation(Buffer.from(bytes));
        expect(parsed === null || parsed.text.length <= bytes.length).toBe(true);
      }),
    );
  });
});

describe('isTerminalText', () => {
  it('has escapes and accents, and no other control characters', () => {
    expect(isTerminalText(Buffer.from('\u001b[1mGrüezi\r\0\r\n'))).toBe(true);
    expect(isTerminalText(Buffer.from([0x01]))).toBe(false);
    expect(isTerminalText(Buffer.from('a\0'))).toBe(false);
  });
});
