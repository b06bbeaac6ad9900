import type { Connection, TlsOptions, TlsSession, TlsVersion } from '../scanner/connection.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { describeCertificate, describeLeaf, parseCertificate } from './tls/certificate.ts';
import { isComplete, isOrdered } from './tls/chain.ts';
import { tlsFacts, type TlsFacts } from './tls/facts.ts';

// TLS 1.0 to 1.3 (RFC 2246, 4346, 5246, 8446) and X.509 certificates (RFC 5280), port 443 and any other.
//
// Sends: one handshake per version and, where a version before 1.3 is spoken, one each that offers only ephemeral,
// only anonymous and only unencrypted suites; each on a connection of its own. Then the first that succeeded once
// more, to tell a server that refuses from one that stopped answering. Never application data, never a client
// certificate, and none of the malformed records of known attacks.

export default defineProbe({
  id: 'tls',
  title: 'TLS versions, suites and the certificate',
  transport: 'tcp',
  defaultPorts: [443, 465, 636, 853, 989, 990, 993, 995, 6380, 8443, 8883],
  layers: ['plain'],
  facts: tlsFacts,
  maxBytes: 512 * 1024,
  connectionsAtOnce: 1,
  async run(connection) {
    return describe(await handshakes(connection), connection.target.endpoint.address);
  },
});

/** Newest first: what a client of today would get decides which certificate is looked at. */
const VERSIONS: readonly TlsVersion[] = ['TLSv1.3', 'TLSv1.2', 'TLSv1.1', 'TLSv1'];

/** Without security level 0 OpenSSL would not speak the versions, keys and hashes that we look for. */
const suites = (list: string): TlsOptions => ({
  minVersion: 'TLSv1',
  maxVersion: 'TLSv1.2',
  ciphers: `${list}:@SECLEVEL=0`,
});
const EPHEMERAL = suites('ECDHE:DHE:!aNULL:!eNULL');
const ANONYMOUS = suites('aNULL:!eNULL');
const UNENCRYPTED = suites('eNULL');

interface Handshakes {
  readonly sessions: readonly TlsSession[];
  readonly forwardSecrecy: boolean;
  readonly anonymousSuites: boolean;
  readonly nullSuites: boolean;
}

async function handshakes(plain: Connection): Promise<Handshakes> {
  plain.close();
  const sessions: TlsSession[] = [];
  const attempts = new Attempts(plain);
  for (const version of VERSIONS) {
    const session = await attempts.make({
      ...suites('ALL:!aNULL:!eNULL'),
      minVersion: version,
      maxVersion: version,
    });
    sessions.push(...(session === null ? [] : [session]));
    attempts.stopUnlessTls();
  }
  const modernOnly = sessions.length > 0 && sessions.every(({ protocol }) => protocol === 'TLSv1.3');
  const ephemeralSeen = sessions.some(isEphemeral);
  const ephemeral = ephemeralSeen || modernOnly ? null : await attempts.make(EPHEMERAL);
  const anonymous = modernOnly ? null : await attempts.make(ANONYMOUS);
  const unencrypted = modernOnly ? null : await attempts.make(UNENCRYPTED);
  sessions.push(...[ephemeral, anonymous, unencrypted].filter((session) => session !== null));
  await attempts.control();
  return {
    sessions,
    forwardSecrecy: ephemeralSeen || ephemeral !== null,
    anonymousSuites: anonymous !== null,
    nullSuites: unencrypted !== null,
  };
}

function isEphemeral({ protocol, cipher }: TlsSession): boolean {
  return protocol === 'TLSv1.3' || /^TLS_(?:ECDHE|DHE)_/.test(cipher);
}

/** Handshakes one after the other, each on a connection of its own. */
class Attempts {
  readonly #plain: Connection;
  #lastRefusal: ConversationError | null = null;
  #foreignReplies = 0;
  #succeeded: TlsOptions | null = null;

  /** `plain` stays as it is: further connections are encrypted where the one that they are asked of is. */
  constructor(plain: Connection) {
    this.#plain = plain;
  }

  /** The session, or null when the server refused. Time-outs and the like are no refusal and end the probe. */
  async make(options: TlsOptions): Promise<TlsSession | null> {
    const connection = await this.#plain.another();
    try {
      const session = await connection.startTls(options);
      this.#succeeded ??= options;
      return session;
    } catch (error) {
      if (!(error instanceof ConversationError) || (error.status !== 'garbled' && error.status !== 'reset')) {
        throw error;
      }
      this.#lastRefusal = error;
      this.#foreignReplies += isForeign(error) ? 1 : 0;
      return null;
    } finally {
      connection.close();
    }
  }

  /** Throws when the server has answered in no TLS record twice and in none ever; a third try would tell no more. */
  stopUnlessTls(): void {
    if (this.#lastRefusal !== null && this.#succeeded === null && this.#foreignReplies > 1) {
      throw this.#lastRefusal;
    }
  }

  /** Throws the last refusal unless the server has completed a handshake and still does. */
  async control(): Promise<void> {
    if (this.#lastRefusal === null) {
      return;
    }
    if (this.#succeeded === null || (await this.make(this.#succeeded)) === null) {
      throw this.#lastRefusal;
    }
  }
}

/** OpenSSL's words for bytes that are no record of any version. */
function isForeign({ cause }: ConversationError): boolean {
  const code = cause instanceof Error && 'code' in cause ? cause.code : '';
  return code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG';
}

function describe(seen: Handshakes, address: string): TlsFacts {
  const { sessions, ...families } = seen;
  const withCertificate = sessions.find(({ certificates }) => certificates.length > 0);
  const parsed = (withCertificate?.certificates ?? []).map(parseCertificate);
  const leaf = parsed[0];
  const trustError = withCertificate === undefined ? 'NO_CERTIFICATE' : withCertificate.verifyError;
  return {
    protocols: VERSIONS.toReversed().filter((version) =>
      sessions.some(({ protocol }) => protocol === version),
    ),
    suites: distinctSuites(sessions),
    ...families,
    certificate: leaf === undefined ? null : describeLeaf(leaf, address),
    chain: parsed.map(describeCertificate),
    chainOrdered: isOrdered(parsed),
    chainComplete: isComplete(parsed, trustError),
    trustedByPlatform: trustError === null,
    trustError: trustError?.slice(0, 64) ?? null,
  };
}

function distinctSuites(sessions: readonly TlsSession[]): TlsFacts['suites'] {
  const byText = new Map(
    sessions.map(({ protocol, cipher }) => [
      `${protocol} ${cipher}`,
      { protocol, name: cipher.slice(0, 64) },
    ]),
  );
  return [...byText.values()];
}
