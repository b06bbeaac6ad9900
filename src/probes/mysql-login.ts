import { z } from 'zod';
import type { Connection } from '../scanner/connection.ts';
import { defineProbe } from '../scanner/probe.ts';
import { loginPacket, readVerdict } from './mysql/empty-password.ts';
import { CAPABILITY, has, HOST_NOT_LET_IN, readGreeting, sslRequest, turnedAway } from './mysql/greeting.ts';

// MySQL and MariaDB client/server protocol 10 (MySQL source documentation, "Connection Phase"), port 3306.
//
// Sends: one login as root with an empty password, inside TLS where that is offered, because a server may demand it,
// and COM_QUIT when that was let in. Never another user, a password, a database or a statement.

const USER = 'root';
const COM_QUIT = Buffer.from([0x01, 0x00, 0x00, 0x00, 0x01]);
/** An old server's TLS tells as much as a new one's. */
const ANY_TLS = { ciphers: 'ALL:@SECLEVEL=0', minVersion: 'TLSv1' } as const;

export default defineProbe({
  id: 'mysql-login',
  title: 'Whether MySQL or MariaDB lets root in without a password',
  transport: 'tcp',
  defaultPorts: [3306],
  layers: ['plain'],
  follows: 'mysql',
  scanClass: 'login',
  facts: z.strictObject({
    user: z.literal(USER).describe('Account that was tried'),
    accepted: z.boolean().describe('Whether the account was let in without a password'),
    encrypted: z.boolean().describe('Whether the login went through TLS'),
    authPlugin: z
      .string()
      .max(64)
      .nullable()
      .describe('Authentication method that the server wanted for the account; null when it named none'),
    refusal: z
      .int()
      .min(0)
      .max(65_535)
      .nullable()
      .describe('Number of the error with which the login ended; null when there was none'),
  }),
  maxBytes: 8192,
  async run(connection) {
    const greeting = await readGreeting(connection);
    if (greeting.kind === 'error') {
      if (greeting.code !== HOST_NOT_LET_IN) throw turnedAway(greeting.code);
      const refused = { accepted: false, encrypted: false, authPlugin: null, refusal: greeting.code };
      return { user: USER, ...refused } as const;
    }
    const encrypted = has(greeting.capabilities, CAPABILITY.ssl);
    if (encrypted) await upgrade(connection);
    const plugin = greeting.authPlugin;
    await connection.write(loginPacket(encrypted ? 1 : 0, { user: USER, plugin, encrypted }));
    const { accepted, authPlugin, refusal } = await readVerdict(connection, plugin);
    if (accepted && refusal === null) await connection.write(COM_QUIT);
    return { user: USER, accepted, encrypted, authPlugin, refusal } as const;
  },
});

async function upgrade(connection: Connection): Promise<void> {
  await connection.write(sslRequest());
  await connection.startTls(ANY_TLS);
}
