import { z } from 'zod';
import type { Connection } from '../scanner/connection.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { parseHostKey, type HostKey } from './ssh/host-key.ts';
import { exchangeKeys, openSession, type Opened } from './ssh/key-exchange.ts';

// The host keys of an SSH server (RFC 4253, section 8), port 22.
//
// Sends: for each kind of host key that the server offers, at most six, one connection with an identification line, a
// KEXINIT that asks for that kind, and the first message of one key exchange; with group exchange (RFC 4419) two. Where
// the server hangs up over a kind, the same once more, and at the end once for a kind that it had answered. Hangs up
// after the server's reply, which has the key. Never NEWKEYS, a service request or any authentication, and never a
// question for ssh-dss keys: they are weak at any size, and Dropbear makes the keys that it lacks when asked for them.

/** A server that counts connections without a login against their sender (OpenSSH 9.8) bears no more at a time. */
const MAX_KEYS = 6;
const ATTEMPTS = 2;

const described = {
  type: z
    .string()
    .max(64)
    .describe('Type, as in ssh-ed25519, ssh-rsa, or ssh-rsa-cert-v01@openssh.com for a certificate'),
  bits: z.int().min(0).describe('Size in bits; 0 when it cannot be told'),
  fingerprint: z.string().max(64).describe('As ssh-keygen -l writes it: SHA256 and Base64'),
};

export default defineProbe({
  id: 'ssh-host-keys',
  title: 'The host keys of an SSH server and their sizes',
  transport: 'tcp',
  defaultPorts: [22],
  layers: ['plain'],
  follows: 'ssh',
  facts: z.strictObject({
    keys: z
      .array(
        z.strictObject({
          algorithm: z.string().max(64).describe('The host key algorithm under which it was asked for'),
          ...described,
          authority: z
            .strictObject(described)
            .nullable()
            .describe('The key of the authority that signed it; null unless it is a certificate'),
        }),
      )
      .max(MAX_KEYS)
      .describe('The host keys, one for each kind that is offered'),
    unread: z
      .array(z.string().max(64))
      .max(512)
      .describe(
        'Kinds that are offered but were not read: those for which the server has no key, ssh-dss, and those beyond the first six, of which the kinds that come in sizes are first',
      ),
  }),
  maxBytes: 512 * 1024,
  async run(connection) {
    const first = await openSession(connection);
    const offered = kindsOf(first.offered.hostKeyAlgorithms);
    const kinds = offered.filter((algorithm) => algorithm !== 'ssh-dss').slice(0, MAX_KEYS);
    const sessions = new Sessions(connection, first);
    const keys: (HostKey & { algorithm: string })[] = [];
    const unread = offered.filter((algorithm) => !kinds.includes(algorithm));
    for (const algorithm of kinds) {
      const key = await sessions.hostKey(algorithm);
      if (key === null) unread.push(algorithm);
      else keys.push({ algorithm, ...key });
    }
    await sessions.control(keys[0]?.algorithm);
    return { keys, unread };
  },
});

/** Key exchanges one after the other, each in a session of its own. */
class Sessions {
  readonly #connection: Connection;
  #first: Opened | null;
  #lastFailure: ConversationError | null = null;

  constructor(connection: Connection, first: Opened) {
    this.#connection = connection;
    this.#first = first;
  }

  /** The key of that kind; null when the server hangs up over it again and again. Time-outs end the probe. */
  async hostKey(algorithm: string): Promise<HostKey | null> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      try {
        return await this.#exchange(algorithm);
      } catch (error) {
        const hungUp =
          error instanceof ConversationError && (error.status === 'garbled' || error.status === 'reset');
        if (!hungUp) throw error;
        this.#lastFailure = error;
      }
    }
    return null;
  }

  /** Throws the last failure unless the server still hands out what it handed out before, or there was none. */
  async control(algorithm: string | undefined): Promise<void> {
    if (this.#lastFailure === null) return;
    if (algorithm === undefined || (await this.hostKey(algorithm)) === null) throw this.#lastFailure;
  }

  async #exchange(algorithm: string): Promise<HostKey> {
    const begun = this.#first;
    this.#first = null;
    const connection = begun === null ? await this.#connection.another() : this.#connection;
    try {
      const session = begun ?? (await openSession(connection));
      const { agreement } = await exchangeKeys(session, { hostKeyAlgorithms: [algorithm] });
      return parseHostKey(agreement.hostKey);
    } finally {
      connection.close();
    }
  }
}

/** Algorithms that differ in the hash of the signature, not in the key (RFC 8332). */
const SAME_KEY: Readonly<Record<string, string>> = {
  'rsa-sha2-256': 'ssh-rsa',
  'rsa-sha2-512': 'ssh-rsa',
  'rsa-sha2-256-cert-v01@openssh.com': 'ssh-rsa-cert-v01@openssh.com',
  'rsa-sha2-512-cert-v01@openssh.com': 'ssh-rsa-cert-v01@openssh.com',
};

/** One algorithm for each key, those first whose keys come in sizes. */
function kindsOf(algorithms: readonly string[]): string[] {
  const byKey = new Map<string, string>();
  for (const algorithm of algorithms) {
    const key = Object.hasOwn(SAME_KEY, algorithm) ? (SAME_KEY[algorithm] ?? algorithm) : algorithm;
    if (!byKey.has(key)) byKey.set(key, algorithm);
  }
  const sized = (algorithm: string): boolean => /^(?:rsa-|ssh-rsa|x509v3-)/.test(algorithm);
  const kinds = [...byKey.values()];
  return [...kinds.filter(sized), ...kinds.filter((algorithm) => !sized(algorithm))];
}
