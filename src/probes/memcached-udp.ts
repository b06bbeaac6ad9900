import { randomInt } from 'node:crypto';
import { z } from 'zod';
import type { DatagramExchange } from '../scanner/datagram-exchange.ts';
import { defineDatagramProbe } from '../scanner/probe.ts';

// The memcached protocol over UDP (protocol.txt, "UDP protocol"), port 11211.
//
// Sends: one `version` in one datagram, and the same once more. Never get, set, stats or any other command.

const FRAME_BYTES = 8;

export default defineDatagramProbe({
  id: 'memcached-udp',
  title: 'Whether memcached answers over UDP',
  transport: 'udp',
  defaultPorts: [11211],
  facts: z.strictObject({
    version: z.string().max(64).nullable().describe('The version that it gives; null when it gives none'),
  }),
  async run(exchange) {
    const answer = await askVersion(exchange);
    return { version: /^VERSION ([\x21-\x7e]{1,64})\r\n/.exec(answer)?.[1] ?? null };
  },
});

/** The beginning of the answer, without its frame. */
async function askVersion(exchange: DatagramExchange): Promise<string> {
  const id = randomInt(0x1_0000);
  // Request id, number of this datagram, how many there are, reserved.
  const frame = Buffer.from([id >> 8, id & 0xff, 0, 0, 0, 1, 0, 0]);
  const question = Buffer.concat([frame, Buffer.from('version\r\n')]);
  const reply = await exchange.ask(question, (datagram) => isAnswer(datagram, frame));
  return reply.toString('latin1', FRAME_BYTES, FRAME_BYTES + 128);
}

/** Whether it is one datagram of text with our id in front; a mere echo is not. */
function isAnswer(datagram: Buffer, frame: Buffer): boolean {
  return (
    datagram.subarray(0, FRAME_BYTES).equals(frame) &&
    /^(?:VERSION |ERROR\r\n|CLIENT_ERROR |SERVER_ERROR )/.test(datagram.toString('latin1', FRAME_BYTES, 64))
  );
}
