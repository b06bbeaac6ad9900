import type { Connection } from '../../scanner/connection.ts';
import { ConversationError } from '../../scanner/probe.ts';

const SSL_REQUEST = Buffer.from([0x00, 0x00, 0x00, 0x08, 0x04, 0xd2, 0x16, 0x2f]);

/** Asks whether the server would go on inside TLS; when it would, it waits for the handshake. */
export async function agreesToTls(connection: Pick<Connection, 'readExactly' | 'write'>): Promise<boolean> {
  await connection.write(SSL_REQUEST);
  const answer = await connection.readExactly(1);
  const letter = answer.toString('latin1');
  if (letter === 'S' || letter === 'N') return letter === 'S';
  throw new ConversationError(
    'garbled',
    `SSLRequest was answered with bytes that begin with 0x${answer.toString('hex')}, not with "S" or "N".`,
  );
}
