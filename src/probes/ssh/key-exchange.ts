import { createHash } from 'node:crypto';
import type { Connection } from '../../scanner/connection.ts';
import { ConversationError } from '../../scanner/probe.ts';
import { string } from './data.ts';
import {
  OUR_IDENTIFICATION,
  parseIdentification,
  readIdentificationLine,
  speaksTwo,
} from './identification.ts';
import { METHODS, type Agreement, type KeyAgreementMethod } from './key-agreement.ts';
import { makeKexInit, readKexInit, type KexInit } from './kex-init.ts';
import { Transport } from './transport.ts';

/** A session up to where the key exchange begins: both sides have said what they can do. */
export interface Opened {
  readonly transport: Transport;
  /** What the server offers. */
  readonly offered: KexInit;
  /** What the exchange hash has before our KEXINIT, and after it. */
  readonly before: Buffer;
  readonly serverPayload: Buffer;
}

/** Exchanges identification lines and hears the server's KEXINIT. */
export async function openSession(connection: Connection): Promise<Opened> {
  const line = await readIdentificationLine(connection);
  if (!speaksTwo(parseIdentification(line))) {
    throw new ConversationError(
      'garbled',
      'The server speaks only version 1 of SSH, which is not looked into.',
    );
  }
  await connection.write(`${OUR_IDENTIFICATION}\r\n`);
  const transport = new Transport(connection);
  const { payload, lists } = await readKexInit(transport);
  return {
    transport,
    offered: lists,
    before: Buffer.concat([string(OUR_IDENTIFICATION), string(line)]),
    serverPayload: payload,
  };
}

/** What the keys of a session are made of. */
export interface SessionSecrets {
  readonly hash: KeyAgreementMethod['hash'];
  /** The shared secret as it is hashed. */
  readonly secret: Buffer;
  /** The exchange hash, which is also the id of the session. */
  readonly session: Buffer;
}

/** A key exchange up to the server's reply. */
export interface Exchanged {
  readonly agreement: Agreement;
  /** Computes them. @throws ConversationError `garbled` when the server's public value is none */
  secrets(): SessionSecrets;
}

/**
 * One key exchange with what both sides can do, up to the server's reply. Offers one key exchange method and what is
 * `chosen`, so that there is nothing to negotiate. Throws a `ConversationError` `garbled` where the server has no
 * method that we know.
 */
export async function exchangeKeys(opened: Opened, chosen: Partial<KexInit>): Promise<Exchanged> {
  const { transport, offered, before, serverPayload } = opened;
  const method = METHODS.find(({ name }) => offered.kexAlgorithms.includes(name));
  if (method === undefined) {
    throw new ConversationError(
      'garbled',
      'The server offers no key exchange method that we could take part in.',
    );
  }
  const ours = makeKexInit({ ...offered, ...chosen, kexAlgorithms: [method.name] });
  await transport.send(ours);
  const agreement = await method.run(transport);
  const secrets = (): SessionSecrets => {
    const secret = agreement.secret();
    const session = createHash(method.hash)
      .update(before)
      .update(string(ours))
      .update(string(serverPayload))
      .update(string(agreement.hostKey))
      .update(agreement.hashed)
      .update(secret)
      .digest();
    return { hash: method.hash, secret, session };
  };
  return { agreement, secrets };
}
