import { z } from 'zod';
import type { Connection } from '../scanner/connection.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import {
  API,
  parseApiVersions,
  parseSaslHandshake,
  readAnswer,
  request,
  saslHandshake,
} from './kafka/request.ts';

// Apache Kafka and others that speak its protocol (kafka.apache.org, "Protocol Guide"), ports 9092, 9093 and 9094.
//
// Sends: ApiVersions, which any client may ask, and SaslHandshake, which a listener that wants a login answers with
// its mechanisms and another one with an error. Never a credential, a list of topics, a record or a change.

export default defineProbe({
  id: 'kafka',
  title: 'Whether a Kafka broker wants a login',
  transport: 'tcp',
  defaultPorts: [9092, 9093, 9094],
  layers: ['plain', 'tls'],
  facts: z.strictObject({
    encrypted: z.boolean().describe('Whether the conversation went through TLS'),
    authRequired: z.boolean().describe('Whether the listener wants clients to log in with SASL'),
    saslMechanisms: z
      .array(z.string().max(64))
      .max(32)
      .describe('SASL mechanisms that the listener offers; none when it wants no login'),
  }),
  maxBytes: 48 * 1024,
  async run(connection) {
    await connection.write(request(API.versions, FIRST_ID));
    const apis = parseApiVersions(await readAnswer(connection, FIRST_ID));
    const { encrypted } = connection;
    if (!apis.has(API.saslHandshake)) return { encrypted, authRequired: false, saslMechanisms: [] };
    return { encrypted, ...(await askForLogin(connection)) };
  },
});

/** Any number does; this one is not the beginning of anything that we might be sent back. */
const FIRST_ID = 0x5069_636b;
/** The one that most listeners with a login offer; asking for another would count as a failed login. */
const MECHANISM = 'PLAIN';

const ERROR = { none: 0, unsupportedMechanism: 33, illegalState: 34 } as const;

async function askForLogin(connection: Connection) {
  await connection.write(saslHandshake(FIRST_ID + 1, MECHANISM));
  const { error, mechanisms } = parseSaslHandshake(await readAnswer(connection, FIRST_ID + 1));
  if (error === ERROR.illegalState) return { authRequired: false, saslMechanisms: [] };
  if (error === ERROR.none || error === ERROR.unsupportedMechanism) {
    return { authRequired: true, saslMechanisms: [...new Set(mechanisms)].toSorted() };
  }
  throw new ConversationError('garbled', `SaslHandshake was answered with error ${error}.`);
}
