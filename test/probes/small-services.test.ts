import { describe, expect, it } from 'vitest';
import { identify, LINE, questionAt } from '../../src/probes/small-services/answers.ts';
import smallServices from '../../src/probes/small-services.ts';
import { answering, greeting, observe, rawServer } from './probing.ts';

/** The pattern of the character generator, as inetd of GNU inetutils sends it: without end, 72 characters a line. */
function generated(lines: number): string {
  const ring = Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index)).join('');
  return Array.from({ length: lines }, (_, index) => `${(ring + ring).slice(index, index + 72)}\r\n`).join(
    '',
  );
}

describe('small-services', () => {
  it('sees the time of day, and keeps nothing of it', async () => {
    const server = await rawServer((socket) => void socket.end('Sun Nov 22 02:38:18 2026\r\n'));
    const seen = await observe(smallServices, server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ service: 'daytime' });
    expect(await server.received()).toHaveLength(0);
  });

  it('sees a character generator, and does not listen to it for long', async () => {
    const server = await rawServer((socket) => {
      const more = () => {
        while (!socket.destroyed && socket.write(generated(95)));
      };
      socket.on('drain', more);
      more();
    });
    const seen = await observe(smallServices, server.port);
    expect(seen.facts).toEqual({ service: 'chargen' });
    expect(seen.durationMs).toBeLessThan(2000);
    expect(await server.received()).toHaveLength(0);
  });

  it('sees an echo', async () => {
    const server = await rawServer((socket) => void socket.on('data', (chunk) => socket.write(chunk)));
    const seen = await observe(smallServices, server.port);
    expect(seen.facts).toEqual({ service: 'echo' });
    expect((await server.received()).toString()).toBe('picket-nobody\r\n');
  });

  it.each([
    'finger: picket-nobody: no such user.\r\n',
    'Login name: picket-nobody\t\t\tIn real life: ???\r\n',
    'finger denied\r\n',
  ])('sees finger by %j', async (words) => {
    const { port } = await rawServer((socket) => void socket.once('data', () => socket.end(words)));
    const seen = await observe(smallServices, port);
    expect(seen.facts).toEqual({ service: 'finger' });
  });

  it.each([
    ['a terminal that echoes and then has a prompt', 'picket-nobody\r\n$ '],
    ['a server of another protocol', '-ERR unknown command\r\n'],
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['the line in capitals', 'PICKET-NOBODY\r\n'],
    ['an r-service’s complaint away from its port', '\x01rlogind: Permission denied.\r\n'],
  ])('refuses %s', async (_what, answer) => {
    const { port } = await answering(answer);
    await expect(observe(smallServices, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });

  it('asks nothing of a server that speaks first', async () => {
    const server = await greeting('login: ');
    await expect(observe(smallServices, server.port)).resolves.toMatchObject({ status: 'garbled' });
    expect(await server.received()).toHaveLength(0);
  });

  it.each([
    ['Sun Nov 22 02:38:18 2026\r\n', true],
    ['Sunday, November 22, 2026 2:38:18-UTC\r\n', false],
    ['Sunday, November 22, 2026 02:38:18 UTC\r\n', true],
    ['22 NOV 2026 02:38:18 CET\r\n', false],
    ['22 Nov 2026 02:38:18 CET\r\n', true],
    ['Sun Nov 22 02:38:18 UTC 2026\n', true],
    ['2:38:18 AM 11/22/2026\n', true],
    ['02:38:18 22.11.2026\n\0', true],
    ['2026-11-22 02:38:18 UTC\n', true],
    ['\n61366 26-11-22 02:38:18 00 0 0 123.4 UTC(NIST) * \n', true],
    ['220 mail.example.com ESMTP; Sun, 22 Nov 2026 02:38:18 +0000\r\n', false],
    ['Sun Nov 22 02:38:18 2026 ready\r\n', false],
    ['', false],
    [generated(3), true],
    [generated(1).slice(0, 40), false],
    [generated(3).slice(30, 60), false],
    ['ABCDEFGHIJKLMNOPQRSTUVWXYZ\r\n', false],
  ])('recognises %j: %j', (words, expected) => {
    expect(smallServices.recognises?.(Buffer.from(words, 'latin1'))).toBe(expected);
  });
});

describe('identify', () => {
  it.each([
    [513, '\x01rlogind: Permission denied.\r\n', 'rlogin'],
    [513, '\0\x01rlogind: Permission denied.\r\n', 'rlogin'],
    [512, '\x01Where are you?\n', 'rexec'],
    [514, '\x01Permission denied.\n', 'rsh'],
    [514, '<14>1 2026-11-22 log\n', null],
    [513, 'login: ', null],
    [513, '\0', null],
    [513, '\x01\x02\x03\x04\x05\x06\n', null],
    [2000, '\x01rlogind: Permission denied.\r\n', null],
  ])('at port %j takes %j for %j', (port, words, expected) => {
    expect(identify(Buffer.from(words, 'latin1'), port, questionAt(port))).toBe(expected);
  });

  it('takes a line for an echo, and a prompt for finger, only after that question', () => {
    expect(identify(Buffer.from(LINE), 7, LINE)).toBe('echo');
    expect(identify(Buffer.from(LINE), 7, '')).toBeNull();
    expect(identify(Buffer.from('Login: '), 79, '')).toBeNull();
  });
});

describe('questionAt', () => {
  it('says nothing where log servers listen, and no name anywhere', () => {
    expect(questionAt(514)).toBe('');
    expect([512, 513].map(questionAt)).toEqual(['\0', '\0']);
    expect([7, 79, 4000].map(questionAt)).toEqual([LINE, LINE, LINE]);
  });
});
