import { z } from 'zod';
import { defineProbe, type Probe } from './probe.ts';

const facts = z.strictObject({});

/** Not a protocol's probe: listens to what the server says unasked, which `heard` is given. */
export function listening(heard: (words: Buffer) => void): Probe {
  return defineProbe({
    id: 'listen',
    title: 'What a server says unasked',
    transport: 'tcp',
    defaultPorts: [],
    layers: ['plain', 'tls'],
    facts,
    maxBytes: 16 * 1024,
    async run(connection) {
      heard(await connection.greeting());
      return {};
    },
  });
}

/**
 * Not a protocol's probe but a question that most servers have some answer to: one line of HTTP at a port that stays
 * silent. What comes back, if anything, is handed to `heard`; many protocols can be told by their complaint.
 */
export function knocking(heard: (words: Buffer) => void): Probe {
  return defineProbe({
    id: 'knock',
    title: 'What a silent server says to a line of HTTP',
    transport: 'tcp',
    defaultPorts: [],
    layers: ['plain', 'tls'],
    facts,
    maxBytes: 16 * 1024,
    async run(connection) {
      // Without Host, which some databases take for an attack on them, and so say in their log.
      await connection.write('GET / HTTP/1.0\r\n\r\n');
      heard(await connection.greeting());
      return {};
    },
  });
}
