import { z } from 'zod';
import { defineProbe } from '../scanner/probe.ts';
import { answers, connectTo, numberOf, versionOf } from './oracle/tns.ts';

// Oracle Database's listener (Oracle Net), ports 1521 and 2484 (TLS).
//
// Sends: one CONNECT with the listener's own word ping, which names no service and opens no session, twice where the
// listener asks for it again. Never a service name, a user, or a command that shows or changes the listener's state.

export default defineProbe({
  id: 'oracle',
  title: 'Whether an Oracle listener answers',
  transport: 'tcp',
  defaultPorts: [1521, 2484],
  layers: ['plain', 'tls'],
  facts: z.strictObject({
    encrypted: z.boolean().describe('Whether the conversation went through TLS'),
    answer: z.enum(answers).describe('How the listener answered a connection that names no service'),
    version: z
      .string()
      .max(32)
      .nullable()
      .describe('Version of the listener as its answer gives it; null when it does not'),
    errorCode: z
      .int()
      .min(0)
      .max(9_999_999_999)
      .nullable()
      .describe('Number of the error with which it refused, 0 for none; null when it did not say'),
  }),
  maxBytes: 16 * 1024,
  async run(connection) {
    const { answer, text } = await connectTo(connection);
    const version = numberOf(text, 'VSNNUM');
    return {
      encrypted: connection.encrypted,
      answer,
      version: version === null ? null : versionOf(version),
      errorCode: numberOf(text, 'ERR'),
    };
  },
});
