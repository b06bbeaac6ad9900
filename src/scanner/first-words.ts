import { z } from 'zod';
import { defineProbe, type Probe } from './probe.ts';

const facts = z.strictObject({});

/** What a probe hands on of what it hears. */
type Heard = (words: Buffer) => void;

/** Not a protocol's probe: listens to what the server says unasked, which `heard` is given. */
export function listening(heard: Heard): Probe {
  return firstWords('listen', 'What a server says unasked', null, heard);
}

/**
 * Not a protocol's probe but a question that most servers have some answer to: one line of HTTP at a port that stays
 * silent. What comes back, if anything, is handed to `heard`; many protocols can be told by their complaint.
 */
export function knocking(heard: Heard): Probe {
  // Without Host, which some databases take for an attack on them, and so say in their log.
  return firstWords('knock', 'What a silent server says to a line of HTTP', 'GET / HTTP/1.0\r\n\r\n', heard);
}

function firstWords(id: string, title: string, question: string | null, heard: Heard): Probe {
  return defineProbe({
    id,
    title,
    transport: 'tcp',
    defaultPorts: [],
    layers: ['plain', 'tls'],
    facts,
    maxBytes: 16 * 1024,
    async run(connection) {
      if (question !== null) await connection.write(question);
      heard(await connection.greeting());
      return {};
    },
  });
}
