import { randomBytes, randomInt } from 'node:crypto';
import { z } from 'zod';
import { nullIfUnanswered, readsAs, type DatagramExchange } from '../scanner/datagram-exchange.ts';
import { printable } from '../scanner/printable.ts';
import { defineDatagramProbe } from '../scanner/probe.ts';
import { withoutDates } from '../scanner/without-dates.ts';
import {
  isMonitorAnswer,
  isTime,
  listsMonitors,
  monitorList,
  parseVariables,
  readVariables,
  timeRequest,
  versionIn,
} from './ntp/message.ts';

// NTP (RFC 5905), its control messages (RFC 9327) and the private mode of old ntpd, port 123 over UDP.
//
// Sends: a client's request for the time, a question for the system's variables (mode 6) and one for the monitor list
// (mode 7). Each one datagram, and the same once more. Of the many datagrams that a monitor list can have, the first
// alone is taken in. Never a message that configures, sets or traps, and never anything from a forged address.

export default defineDatagramProbe({
  id: 'ntp',
  title: 'What a time server answers beside the time',
  transport: 'udp',
  defaultPorts: [123],
  facts: z.strictObject({
    tellsTime: z.boolean().describe('Whether the server answers the request of any client for the time'),
    controlAnswered: z
      .boolean()
      .describe(
        'Whether the server shows its variables (mode 6) to everybody, in answers far larger than the question',
      ),
    monitorListAnswered: z
      .boolean()
      .describe(
        'Whether the server lists its clients (mode 7, monlist), in up to a hundred datagrams for one',
      ),
    version: z
      .string()
      .max(256)
      .nullable()
      .describe('The variable `version` without dates; null when the server did not show it'),
  }),
  async run(exchange) {
    const nonce = randomBytes(8);
    const time = await nullIfUnanswered(exchange.ask(timeRequest(nonce), (reply) => isTime(reply, nonce)));
    const asked = askVariables(exchange);
    // When nothing has come so far, silence here means that nobody is there, or nobody who speaks NTP.
    const variables = time === null ? await asked : await nullIfUnanswered(asked);
    const monitors = await nullIfUnanswered(exchange.ask(monitorList(), isMonitorAnswer));
    const shown = variables !== null && !variables.error;
    const version = shown ? versionIn(variables.text) : null;
    return {
      tellsTime: time !== null,
      controlAnswered: shown,
      monitorListAnswered: monitors !== null && listsMonitors(monitors),
      version: version === null ? null : printable(withoutDates(version), 256).trim(),
    };
  },
});

async function askVariables(exchange: DatagramExchange) {
  const sequence = randomInt(1, 0x1_0000);
  const reply = await exchange.ask(readVariables(sequence), (datagram) =>
    readsAs(() => parseVariables(datagram).sequence === sequence),
  );
  return parseVariables(reply);
}
