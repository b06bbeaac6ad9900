import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { problemsIn, summaryOf, useScanner } from './scanning.ts';
import { start } from './servers.ts';

// Servers that put into their greetings and answers what terminals, browsers, spreadsheets and databases obey.

const scan = useScanner();

/** A title for the terminal, a cleared screen, markup, a formula, NUL, a C1 control, and what turns text around. */
const evil =
  '\u001b]0;owned\u0007\u001b[2J<script>alert(1)</script>=cmd|calc!A0\0\u009b31m\u00e2\u0080\u00ae%n${x}';

interface Talk {
  readonly probe: string;
  /** What the server says unasked. */
  readonly greeting?: (text: string) => string;
  /** What it says to each message of ours, and again and again to those after the last. */
  readonly turns?: (text: string) => readonly string[];
}

const talks: readonly Talk[] = [
  { probe: 'tcp', greeting: (text) => text },
  {
    probe: 'ssh',
    greeting: (text) => `SSH-2.0-${text} ${text}\r\n`,
    turns: (text) => [sshPacket(`\x14${'c'.repeat(16)}${nameList(`${text},${text}`).repeat(10)}\0\0\0\0\0`)],
  },
  {
    probe: 'smtp',
    greeting: (text) => `220 mail ESMTP ${text}\r\n`,
    turns: (text) => [`250-mail ${text}\r\n250-AUTH ${text}\r\n250 ${text}\r\n`],
  },
  {
    probe: 'ftp',
    greeting: (text) => `220 ${text}\r\n`,
    turns: (text) => [`211-${text}\r\n ${text}\r\n211 End ${text}\r\n`, `500 ${text}\r\n`],
  },
  {
    probe: 'imap',
    greeting: (text) => `* OK [CAPABILITY IMAP4rev1 ${text}] ${text}\r\n`,
    turns: (text) => [`* BYE ${text}\r\n`],
  },
  {
    probe: 'pop3',
    greeting: (text) => `+OK ${text} <1.2@${text}>\r\n`,
    turns: (text) => [`+OK\r\nSASL ${text}\r\n${text}\r\n.\r\n`],
  },
  {
    probe: 'rsync',
    greeting: () => '@RSYNCD: 31.0\n',
    turns: (text) => [`${text}\n${text}\t${text}\nmodule \t${text}\n@RSYNCD: EXIT\n`],
  },
  { probe: 'telnet', greeting: (text) => `\xff\xfd\x18${text} login: ` },
  {
    probe: 'vnc',
    greeting: () => 'RFB 003.008\n',
    turns: (text) => [`\0\0\0\0${String.fromCharCode(text.length)}${text}`],
  },
  {
    probe: 'mysql',
    greeting: (text) =>
      mysqlPacket(
        `\x0a8.0${text.replaceAll('\0', '')}\0${'\x01'.repeat(12)}\0\xff\xf7\x08\x02\0\xff\xc1\x15${'\0'.repeat(10)}${'x'.repeat(12)}\0${text}\0`,
      ),
  },
  { probe: 'redis', turns: (text) => [`-NOAUTH ${text}\r\n`] },
  { probe: 'redis', turns: (text) => [`${text}\r\n`] },
  { probe: 'memcached', turns: (text) => [`VERSION ${text}\r\n`, `STAT ${text} ${text}\r\nEND\r\n`] },
  { probe: 'beanstalkd', turns: (text) => [`OK ${text.length + 14}\r\n---\nversion: ${text}\n\r\n`] },
  { probe: 'zookeeper', turns: (text) => [`Zookeeper version: ${text}, built on ${text}\nMode: ${text}\n`] },
  { probe: 'x11', turns: (text) => [`\0${String.fromCharCode(text.length)}\x0b\0\0\0\xff\0${text}`] },
  { probe: 'small-services', greeting: (text) => `${text}\r\n${text}\r\n` },
  { probe: 'tls', turns: (text) => [text] },
  {
    probe: 'postgres-login',
    turns: (text) => ['N', `E\0\0\0${String.fromCharCode(text.length + 20)}SFATAL\0C28000\0M${text}\0\0`],
  },
  {
    probe: 'http',
    turns: (text) => [`HTTP/1.1 200 OK\r\nServer: ${text}\r\nContent-Length: ${text.length}\r\n\r\n${text}`],
  },
];

/** A binary packet of SSH (RFC 4253, section 6) with as much padding as it must have. */
function sshPacket(payload: string): string {
  const padding = 8 - ((payload.length + 5) % 8) + 8;
  const length = payload.length + padding + 1;
  return `\0\0${String.fromCharCode(length >> 8, length & 0xff, padding)}${payload}${'p'.repeat(padding)}`;
}

function nameList(names: string): string {
  return `\0\0${String.fromCharCode(names.length >> 8, names.length & 0xff)}${names}`;
}

function mysqlPacket(content: string): string {
  return String.fromCharCode(content.length & 0xff, content.length >> 8, 0, 0) + content;
}

function converse({ greeting, turns }: Talk, text: string): (socket: Socket) => void {
  const says = (socket: Socket, words: string): void => void socket.write(Buffer.from(words, 'latin1'));
  return (socket) => {
    if (greeting !== undefined) says(socket, greeting(text));
    const answers = turns?.(text) ?? [];
    let turn = 0;
    socket.on('data', () => {
      const words = answers[Math.min(turn, answers.length - 1)];
      turn += 1;
      if (words !== undefined) says(socket, words);
    });
  };
}

const texts: Readonly<Record<string, string>> = {
  'text that would be obeyed': evil,
  // Some protocols end a text there.
  'the same without NUL': evil.replaceAll('\0', ''),
  'visible characters alone': '<script>alert(1)</script>=cmd|calc!A0',
};

describe.each(talks)('a server of $probe', (talk) => {
  it.each(Object.entries(texts))('that says %s', async (_what, text) => {
    const { port } = await start(converse(talk, text));
    const report = await scan({ port, probes: [talk.probe], deadlineMs: 500 });
    expect(problemsIn(report, { mayAnswer: [talk.probe] })).toEqual([]);
    expect(report.observations, summaryOf(report)).toHaveLength(1);
  });

  it('is no less visible as a port of an endpoint', async () => {
    const { port } = await start(converse(talk, evil));
    const report = await scan({ how: 'endpoint', port });
    expect(problemsIn(report, { mayAnswer: report.observations.map(({ probe }) => probe) })).toEqual([]);
  });
});
