import { z } from 'zod';
import type { Connection } from '../scanner/connection.ts';
import { defineProbe } from '../scanner/probe.ts';
import { AXFR, IN, NOERROR, SOA, type Question, type Response } from './dns/message.ts';
import { ask, receive, send } from './dns/over-tcp.ts';
import { reverseName } from './dns/reverse-name.ts';

// Zone transfer of the DNS (RFC 5936), port 53 over TCP.
//
// Sends: the question which zone the endpoint's name lies in (the address's own name in in-addr.arpa or ip6.arpa where
// there is none), without the wish for recursion, and, where the server says that the zone is its own, one AXFR for
// it, which is broken off after its first records. Nothing of the zone is kept. Never a question to another server,
// never an update or a NOTIFY.

export default defineProbe({
  id: 'dns-transfer',
  title: "Whether a DNS server hands the endpoint's zone to everybody",
  transport: 'tcp',
  defaultPorts: [53, 853],
  layers: ['plain', 'tls'],
  follows: 'dns-tcp',
  perName: true,
  facts: z.strictObject({
    encrypted: z.boolean().describe('Whether the conversation went through TLS'),
    zone: z
      .string()
      .max(255)
      .nullable()
      .describe(
        "The zone of the server's own that the name lies in; null when the name lies in none of them",
      ),
    transferAllowed: z.boolean().describe('Whether the server began to hand over the whole zone'),
  }),
  // Messages of up to 64 KiB: one about the zone, and two of the transfer.
  maxBytes: 200 * 1024,
  async run(connection) {
    const { encrypted, target } = connection;
    const name = connection.name ?? reverseName(target.endpoint.address);
    const zone = await zoneOf(connection, name);
    const transferAllowed = zone !== null && (await beginsTransfer(connection, zone));
    return { encrypted, zone, transferAllowed };
  },
});

/** The zone in which the name lies, when the server answers for it itself; null when it does not. */
async function zoneOf(connection: Connection, name: string): Promise<string | null> {
  const response = await ask(connection, { name, type: SOA, class: IN });
  if (!response.authoritative) return null;
  const start = [...response.answers, ...response.authorities].find(({ type }) => type === SOA);
  if (start === undefined) return null;
  const zone = start.name.toLowerCase();
  // A server may say anything, and we ask for nothing but what the name is part of.
  return zone !== '' && `.${name.toLowerCase()}`.endsWith(`.${zone}`) ? zone : null;
}

/**
 * Whether a transfer begins, with the zone's SOA and something behind it. Servers may send a message for each record
 * (RFC 5936, section 2.2).
 */
async function beginsTransfer(connection: Connection, zone: string): Promise<boolean> {
  const question: Question = { name: zone, type: AXFR, class: IN };
  const id = await send(connection, question);
  const first = await receive(connection, id, question);
  if (!carries(first) || first.answers[0]?.type !== SOA) return false;
  return first.answers.length > 1 || carries(await receive(connection, id, question));
}

function carries({ rcode, answers }: Response): boolean {
  return rcode === NOERROR && answers.length > 0;
}
