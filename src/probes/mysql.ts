import { z } from 'zod';
import { printable } from '../scanner/printable.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import {
  beginsGreeting,
  CAPABILITY,
  has,
  HOST_NOT_LET_IN,
  readGreeting,
  sslRequest,
  turnedAway,
} from './mysql/greeting.ts';

// MySQL and MariaDB client/server protocol 10 (MySQL source documentation, "Connection Phase"), port 3306.
//
// Sends: nothing. The server introduces itself; the probe listens and hangs up. To look at TLS, one SSLRequest, which
// comes before any login. Never a login, never a command.

export default defineProbe({
  id: 'mysql',
  title: 'How a MySQL or MariaDB server introduces itself',
  transport: 'tcp',
  defaultPorts: [3306],
  layers: ['plain'],
  facts: z.strictObject({
    version: z
      .string()
      .max(128)
      .nullable()
      .describe('Version as the server gives it; null when it turned us away instead'),
    startTlsOffered: z
      .boolean()
      .nullable()
      .describe('Whether the greeting offers TLS; null when the server refuses our host instead'),
    authPlugin: z
      .string()
      .max(64)
      .nullable()
      .describe('Authentication method that the greeting proposes; null when it names none'),
    hostRefused: z
      .boolean()
      .describe('Whether the server lets nobody in from where we are, and turned us away with error 1130'),
  }),
  maxBytes: 4096,
  recognises: beginsGreeting,
  async startTls(connection) {
    const greeting = await readGreeting(connection);
    if (greeting.kind === 'error' || !has(greeting.capabilities, CAPABILITY.ssl)) {
      throw new ConversationError('garbled', 'The server does not offer TLS.');
    }
    await connection.write(sslRequest());
  },
  async run(connection) {
    const greeting = await readGreeting(connection);
    if (greeting.kind === 'error') {
      if (greeting.code !== HOST_NOT_LET_IN) throw turnedAway(greeting.code);
      return { version: null, startTlsOffered: null, authPlugin: null, hostRefused: true };
    }
    return {
      version: printable(greeting.version, 128),
      startTlsOffered: has(greeting.capabilities, CAPABILITY.ssl),
      authPlugin: greeting.authPlugin,
      hostRefused: false,
    };
  },
});
