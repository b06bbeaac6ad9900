import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { nullIfUnanswered, readsAs, type DatagramExchange } from '../scanner/datagram-exchange.ts';
import { printable } from '../scanner/printable.ts';
import { defineDatagramProbe } from '../scanner/probe.ts';
import { withoutDates } from '../scanner/without-dates.ts';
import { discoverEngine, getSysDescr, parseReport, parseSysDescr } from './snmp/message.ts';

// SNMPv1 (RFC 1157), SNMPv2c (RFC 1901) and SNMPv3 (RFC 3414), port 161 over UDP.
//
// Sends: a GET of sysDescr.0 as SNMPv2c with the community `public`; the same as SNMPv1 when that gets no answer; the
// discovery of SNMPv3 when neither does. Each one datagram, and the same once more. An agent is silent to communities
// that it does not know, so only the answer to the discovery tells it from no agent at all. Never another community,
// never GETNEXT, GETBULK or SET, never a user name.

export default defineDatagramProbe({
  id: 'snmp',
  title: 'Whether an SNMP agent answers to the community public',
  transport: 'udp',
  defaultPorts: [161],
  facts: z.strictObject({
    publicCommunity: z.boolean().describe('Whether the agent lets itself be read with the community public'),
    version: z
      .enum(['v1', 'v2c', 'v3'])
      .describe('The version in which the agent answered first; v3 means to the discovery alone'),
    sysDescr: z
      .string()
      .max(256)
      .nullable()
      .describe('What the agent says of its system, without dates; null when it did not show it'),
  }),
  async run(exchange) {
    for (const version of ['v2c', 'v1'] as const) {
      const response = await nullIfUnanswered(ask(exchange, version));
      if (response === null) continue;
      return {
        publicCommunity: !REFUSALS.has(response.errorStatus),
        version,
        sysDescr: response.sysDescr === null ? null : readable(response.sysDescr),
      };
    }
    const id = randomInt(1, 2 ** 31);
    await exchange.ask(discoverEngine(id), (reply) => readsAs(() => parseReport(reply) === id));
    return { publicCommunity: false, version: 'v3' as const, sysDescr: null };
  },
});

/** noAccess and authorizationError (RFC 3416, section 3): the agent tells that the community may not read. */
const REFUSALS: ReadonlySet<number> = new Set([6, 16]);

async function ask(exchange: DatagramExchange, version: 'v1' | 'v2c') {
  const id = randomInt(1, 2 ** 31);
  const reply = await exchange.ask(getSysDescr(version, 'public', id), (datagram) =>
    readsAs(() => parseSysDescr(datagram).requestId === id),
  );
  return parseSysDescr(reply);
}

function readable(text: Buffer): string {
  return printable(withoutDates(text.toString('latin1')), 256).trim();
}
