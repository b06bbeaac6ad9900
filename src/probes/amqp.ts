import { z } from 'zod';
import { defineProbe } from '../scanner/probe.ts';
import { HEADER, namesProtocol, readStart } from './amqp/start.ts';

// AMQP 0-9-1 (amqp.org, also RabbitMQ's documentation), ports 5672 and 5671 (TLS).
//
// Sends: the eight bytes that name the protocol. Never StartOk, so no login, and nothing about queues or messages.

export default defineProbe({
  id: 'amqp',
  title: 'How a message broker introduces itself in AMQP',
  transport: 'tcp',
  defaultPorts: [5671, 5672],
  layers: ['plain', 'tls'],
  facts: z.strictObject({
    encrypted: z.boolean().describe('Whether the conversation went through TLS'),
    protocol: z
      .string()
      .max(16)
      .describe('0-9-1 when the broker speaks it, otherwise the version that it names instead'),
    product: z.string().max(64).nullable().describe('Name of the product; null when the broker gives none'),
    version: z
      .string()
      .max(64)
      .nullable()
      .describe('Version of the product; null when the broker gives none'),
    mechanisms: z
      .array(z.string().max(64))
      .max(32)
      .describe('SASL mechanisms that the broker offers, in alphabetical order'),
  }),
  maxBytes: 32 * 1024,
  recognises: (words) => words.length === 8 && namesProtocol(words),
  async run(connection) {
    await connection.write(HEADER);
    const { mechanisms, ...start } = await readStart(connection);
    return { encrypted: connection.encrypted, ...start, mechanisms: [...mechanisms] };
  },
});
