import { z } from 'zod';
import { defineProbe } from '../scanner/probe.ts';
import { ask } from './dns/over-tcp.ts';
import { maxVersion, versionIn, versionQuestions } from './dns/version.ts';

// DNS over TCP (RFC 7766), port 53, and inside TLS (RFC 7858), port 853.
//
// Sends: the questions for the server's version (version.bind, and version.server when the first has no text), without
// the wish for recursion. Never another name, a zone transfer, an update, or a question for ANY.

export default defineProbe({
  id: 'dns-tcp',
  title: 'Whether a DNS server answers over TCP, and what it says of itself',
  transport: 'tcp',
  defaultPorts: [53, 853],
  layers: ['plain', 'tls'],
  facts: z.strictObject({
    encrypted: z.boolean().describe('Whether the conversation went through TLS'),
    version: z
      .string()
      .max(maxVersion)
      .nullable()
      .describe('What the server gives as its version (CHAOS class); null when it keeps that to itself'),
  }),
  maxBytes: 16 * 1024,
  async run(connection) {
    for (const question of versionQuestions) {
      const version = versionIn(await ask(connection, question));
      if (version !== null) return { encrypted: connection.encrypted, version };
    }
    return { encrypted: connection.encrypted, version: null };
  },
});
