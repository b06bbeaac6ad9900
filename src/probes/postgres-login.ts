import { z } from 'zod';
import type { Connection } from '../scanner/connection.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { agreesToTls } from './postgres/ssl-request.ts';
import {
  authMethods,
  readStartupAnswer,
  startupMessage,
  TERMINATE,
  type StartupAnswer,
} from './postgres/startup.ts';

// PostgreSQL frontend/backend protocol 3.0 (PostgreSQL documentation, "Start-up" and "pg_hba.conf"), port 5432.
//
// Sends: one StartupMessage as postgres, and Terminate when that was let in without a password. Where the server
// turns away what is not encrypted, the same once more inside TLS. Never a password, another user or a query.

const USER = 'postgres';
/** An old server's TLS tells as much as a new one's. */
const ANY_TLS = { ciphers: 'ALL:@SECLEVEL=0', minVersion: 'TLSv1' } as const;
/** "Invalid authorization specification": no line of pg_hba.conf lets in what comes from here and in this way. */
const NOT_LET_IN = '28000';
/** How poolers, which have no pg_hba.conf, turn away what is not encrypted: a violation of the protocol. */
const NOT_LET_IN_BY_POOLER = '08P01';
const WRONG_PASSWORD = '28P01';

export default defineProbe({
  id: 'postgres-login',
  title: 'Whether PostgreSQL lets postgres in without a password',
  transport: 'tcp',
  defaultPorts: [5432],
  layers: ['plain'],
  follows: 'postgres',
  scanClass: 'login',
  facts: z.strictObject({
    user: z.literal(USER).describe('Role that was tried, in the database of its name'),
    accepted: z.boolean().describe('Whether the role was let in without a password'),
    sessionOpened: z
      .boolean()
      .describe('Whether a session was there in the end; not when the role or the database does not exist'),
    encrypted: z.boolean().describe('Whether that was inside TLS'),
    authMethod: z
      .enum(authMethods)
      .nullable()
      .describe('How the server wanted the role to prove itself; null when it did not ask'),
    errorCode: z
      .string()
      .max(5)
      .nullable()
      .describe('SQLSTATE of the error with which the server ended it; null when there was none'),
    version: z
      .string()
      .max(128)
      .nullable()
      .describe('Version as the server gives it to those that it lets in; null otherwise'),
  }),
  maxBytes: 16 * 1024,
  async run(connection) {
    await connection.write(startupMessage(USER));
    const inClear = await readStartupAnswer(connection);
    if (!isTurnedAway(inClear)) return described(await leave(connection, inClear), false);
    connection.close();
    const secure = await connection.another();
    if (!(await agreesToTls(secure))) return described(inClear, false);
    await secure.startTls(ANY_TLS);
    await secure.write(startupMessage(USER));
    return described(await leave(secure, await readStartupAnswer(secure)), true);
  },
});

function isTurnedAway(answer: StartupAnswer): boolean {
  return answer.kind === 'refused' && [NOT_LET_IN, NOT_LET_IN_BY_POOLER].includes(answer.errorCode);
}

async function leave(connection: Connection, answer: StartupAnswer): Promise<StartupAnswer> {
  if (answer.kind === 'let-in' && answer.sessionOpened) await connection.write(TERMINATE);
  return answer;
}

function described(answer: StartupAnswer, encrypted: boolean) {
  const nothing = { authMethod: null, errorCode: null, version: null };
  const seen = { user: USER, accepted: false, sessionOpened: false, encrypted, ...nothing } as const;
  if (answer.kind === 'asked') return { ...seen, authMethod: answer.authMethod };
  if (answer.kind === 'let-in') {
    const { sessionOpened, version, errorCode } = answer;
    return { ...seen, accepted: true, sessionOpened, version, errorCode };
  }
  if (answer.errorCode !== NOT_LET_IN && answer.errorCode !== WRONG_PASSWORD) {
    throw new ConversationError(
      'garbled',
      `The server refused with SQLSTATE ${answer.errorCode}, which says nothing about the role's password.`,
    );
  }
  return { ...seen, errorCode: answer.errorCode };
}
