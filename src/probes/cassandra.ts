import { z } from 'zod';
import { defineProbe } from '../scanner/probe.ts';
import { beginsProtocolError, OPTIONS_FRAME, readSupported } from './cassandra/frame.ts';

// Apache Cassandra and ScyllaDB: CQL binary protocol version 4 (native_protocol_v4.spec), ports 9042 and 9142 (TLS).
//
// Sends: OPTIONS, which any client may ask before it begins. Never STARTUP, so no login, and never a query.

export default defineProbe({
  id: 'cassandra',
  title: 'What Cassandra can do',
  transport: 'tcp',
  defaultPorts: [9042, 9142],
  layers: ['plain', 'tls'],
  facts: z.strictObject({
    encrypted: z.boolean().describe('Whether the conversation went through TLS'),
    product: z.enum(['cassandra', 'scylla']).describe('Which of the two it is by the options that it names'),
    cqlVersion: z
      .string()
      .max(64)
      .nullable()
      .describe('Version of the query language; null when the server speaks another version of the protocol'),
    protocolVersions: z
      .array(z.string().max(64))
      .max(16)
      .describe('Versions of the protocol that the server names; older ones name none'),
  }),
  maxBytes: 32 * 1024,
  recognises: beginsProtocolError,
  async run(connection) {
    await connection.write(OPTIONS_FRAME);
    const { options } = await readSupported(connection);
    const scylla = [...options.keys()].some((name) => name.startsWith('SCYLLA_'));
    return {
      encrypted: connection.encrypted,
      product: scylla ? 'scylla' : 'cassandra',
      cqlVersion: options.get('CQL_VERSION')?.[0] ?? null,
      protocolVersions: [...(options.get('PROTOCOL_VERSIONS') ?? [])].slice(0, 16),
    } as const;
  },
});
