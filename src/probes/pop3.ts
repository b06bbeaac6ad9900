import { z } from 'zod';
import { printable } from '../scanner/printable.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { withoutDates } from '../scanner/without-dates.ts';
import { ask, parseCapabilities, readGreeting, readList } from './pop3/session.ts';

// POP3 (RFC 1939) with its capabilities (RFC 2449) and TLS (RFC 2595, RFC 8314), ports 110 and 995 (TLS).
//
// Sends: CAPA and QUIT; STLS where the server knows no CAPA, and to prepare a connection for the probes of TLS. Never
// USER, PASS, APOP, AUTH, or any command about messages.

export default defineProbe({
  id: 'pop3',
  title: 'What a POP3 server offers before the log-in, encrypted or not',
  transport: 'tcp',
  defaultPorts: [110, 995],
  layers: ['plain', 'tls'],
  facts: z.strictObject({
    encrypted: z.boolean().describe('Whether the conversation went through TLS from its first byte'),
    banner: z.string().max(256).describe('Text of the greeting, without the timestamp for APOP and dates'),
    apopOffered: z
      .boolean()
      .describe('Whether the greeting has the timestamp from which APOP makes a password’s digest'),
    capabilitiesKnown: z
      .boolean()
      .describe('Whether the server knows CAPA; without, what it offers has to be guessed'),
    capabilities: z
      .array(z.string().max(64))
      .max(64)
      .describe('Keywords of the reply to CAPA in upper case, as offered on this connection as it is'),
    saslMechanisms: z
      .array(z.string().max(64))
      .max(32)
      .describe('Mechanisms in upper case that AUTH takes on this connection as it is'),
    startTlsOffered: z
      .boolean()
      .describe('Whether STLS is among the capabilities or, where there is no list, was agreed to'),
  }),
  maxBytes: 64 * 1024,
  recognises: (words) => /^\+OK(?: |\r?\n)/.test(words.toString('latin1', 0, 16)),
  async startTls(connection) {
    await readGreeting(connection);
    const { ok, text } = await ask(connection, 'STLS');
    if (!ok) {
      throw new ConversationError('garbled', `STLS was declined with "${printable(text, 120)}".`);
    }
  },
  async run(connection) {
    const greeting = await readGreeting(connection);
    const capabilitiesKnown = (await ask(connection, 'CAPA')).ok;
    const lists = parseCapabilities(capabilitiesKnown ? await readList(connection) : []);
    const asked = !capabilitiesKnown && !connection.encrypted;
    const agreed = asked && (await ask(connection, 'STLS')).ok;
    // Where STLS was agreed to, only a handshake may follow.
    if (!agreed) {
      await connection.write('QUIT\r\n');
    }
    return {
      encrypted: connection.encrypted,
      banner: printable(withoutDates(greeting), 256).trim(),
      apopOffered: /<[^<>@\s]{1,128}@[^<>@\s]{1,128}>/.test(greeting.slice(0, 1024)),
      capabilitiesKnown,
      ...lists,
      startTlsOffered: agreed || lists.capabilities.includes('STLS'),
    };
  },
});
