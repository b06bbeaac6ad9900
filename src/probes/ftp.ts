import { z } from 'zod';
import type { Connection } from '../scanner/connection.ts';
import { printable } from '../scanner/printable.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { withoutDates } from '../scanner/without-dates.ts';
import { quote, type FtpReply } from './ftp/reply.ts';
import { ask, readGreeting, requestTls } from './ftp/session.ts';

// FTP (RFC 959) with its feature list (RFC 2389) and TLS (RFC 4217), ports 21 and 990 (TLS).
//
// Sends: FEAT, in the clear AUTH TLS, and QUIT where the server did not agree to TLS. Never USER, PASS, or any command
// about files. No handshake follows an AUTH TLS of the probe's own.

export default defineProbe({
  id: 'ftp',
  title: 'Whether an FTP server offers TLS',
  transport: 'tcp',
  defaultPorts: [21, 990],
  layers: ['plain', 'tls'],
  facts: z.strictObject({
    encrypted: z.boolean().describe('Whether the conversation went through TLS from its first byte'),
    banner: z.string().max(256).describe('First line of the greeting, without dates'),
    features: z
      .array(z.string().max(64))
      .max(64)
      .describe('Lines of the reply to FEAT; empty when the server does not tell before the log-in'),
    startTlsOffered: z
      .boolean()
      .describe('Whether the server agreed to AUTH TLS; not asked inside TLS, and false there'),
  }),
  maxBytes: 64 * 1024,
  recognises: (words) => {
    const text = words.toString('latin1', 0, 1024);
    return /^220[ -]/.test(text) && speaksOfFtp(text);
  },
  async startTls(connection) {
    await readGreeting(connection);
    const { agreed, reply } = await requestTls(connection);
    if (!agreed) {
      throw new ConversationError('garbled', `AUTH TLS was declined with "${quote(reply)}".`);
    }
  },
  async run(connection) {
    const greeting = await readGreeting(connection);
    const features = await askFeatures(connection, greeting);
    const startTlsOffered = !connection.encrypted && (await requestTls(connection)).agreed;
    if (!startTlsOffered) {
      await connection.write('QUIT\r\n');
    }
    return {
      encrypted: connection.encrypted,
      banner: printable(withoutDates(greeting.lines[0] ?? ''), 256).trim(),
      features,
      startTlsOffered,
    };
  },
});

/** The reply to FEAT. A server that refuses it is FTP only if something else says so, since SMTP's codes look alike. */
async function askFeatures(connection: Connection, greeting: FtpReply): Promise<string[]> {
  const reply = await ask(connection, 'FEAT');
  if (reply.code === 211) {
    return parseFeatures(reply.lines);
  }
  // "Not logged in"; in SMTP the code means something else, and an enhanced status code (RFC 3463) comes with it.
  const notLoggedIn = reply.code === 530 && !/^\d\.\d/.test(reply.lines[0] ?? '');
  if (reply.code < 500 || !(notLoggedIn || speaksOfFtp(`220 ${greeting.lines.join('\n')}`))) {
    throw new ConversationError('garbled', `FEAT got the reply "${quote(reply)}", which need not be FTP.`);
  }
  return [];
}

/** Features of a reply to FEAT, whose first and last lines are only its frame. */
export function parseFeatures(lines: readonly string[]): string[] {
  return lines
    .slice(1, -1)
    .map((line) => printable(line.replace(/^211-/, '').trim(), 64))
    .filter((feature) => feature !== '')
    .slice(0, 64);
}

/** Whether a greeting is in FTP's words and not in SMTP's. Host names are left out: they say anything. */
function speaksOfFtp(greeting: string): boolean {
  const words = greeting
    .split(/\s+/)
    .filter((word) => !/^[\w-]+(?:\.[\w-]+)+$/.test(word))
    .join(' ');
  return /ftp|filezilla/i.test(words) && !/\bE?SMTP\b/i.test(words);
}
