import { defineProbe } from '../scanner/probe.ts';
import { Attempts } from './tls/attempts.ts';
import { describe } from './tls/describe.ts';
import { tlsFacts } from './tls/facts.ts';
import { scan } from './tls/scan.ts';

// SSL 2.0 and 3.0, TLS 1.0 to 1.3 (draft-hickman-netscape-ssl-00, RFC 6101, 2246, 4346, 5246, 8446), port 443 and any
// other, also after STARTTLS.
//
// Sends: ClientHellos, each on a connection of its own that is closed once the server has said what it chooses. For
// every version they offer all suites that have a number, then those that were not chosen, until the server refuses;
// likewise for key exchange groups. Two hellos in opposite orders, one with the signal of a fallback, and at the end
// one that was accepted before. Never a second message of a handshake, so that none is completed; never application
// data, a heartbeat, a client certificate, or anything that is malformed.

export default defineProbe({
  id: 'tls',
  title: 'Every version, suite and group that a TLS server accepts',
  transport: 'tcp',
  defaultPorts: [443, 465, 636, 853, 989, 990, 993, 995, 6380, 8443, 8883],
  layers: ['plain'],
  facts: tlsFacts,
  maxBytes: 2 * 1024 * 1024,
  connectionsAtOnce: 8,
  /** What TLS servers answer to a line of HTTP: an alert, and nothing but an alert. */
  recognises: (words) =>
    words.length >= 7 &&
    words.readUInt8(0) === 21 &&
    words.readUInt8(1) === 3 &&
    words.readUInt8(2) <= 4 &&
    words.readUInt16BE(3) === 2 &&
    words.readUInt8(5) <= 2,
  async run(connection) {
    const attempts = new Attempts(connection);
    return describe(await scan(attempts), connection.startTlsOf);
  },
});
