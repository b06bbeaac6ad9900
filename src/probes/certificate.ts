import type { Connection, TlsOptions } from '../scanner/connection.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';
import { Anchors } from './certificate/anchors.ts';
import { chainFacts } from './certificate/chain-facts.ts';
import { readChainInClear } from './certificate/chain-in-clear.ts';
import { certificateFacts } from './certificate/facts.ts';

// X.509 certificates (RFC 5280) as TLS 1.0 to 1.3 and SSL 3.0 show them, at any port that speaks TLS.
//
// Sends: one handshake, with the server name where the endpoint goes by one. Where that cannot be completed, because
// the server has only what OpenSSL has given up or wants a certificate of the client, up to three ClientHellos, and
// one handshake that offers only suites without a certificate. Never application data, never a client certificate.
// Asks nobody else: no missing certificate is fetched and no revocation looked up. Of a server with certificates for
// several kinds of key it sees the one that a client of today gets.

export default defineProbe({
  id: 'certificate',
  title: 'The certificate of a TLS server and who vouches for it',
  transport: 'tcp',
  defaultPorts: [443, 465, 636, 853, 989, 990, 993, 995, 6380, 8443, 8883],
  layers: ['plain'],
  follows: 'tls',
  perName: true,
  facts: certificateFacts,
  maxBytes: 512 * 1024,
  async run(connection) {
    const sought = { name: connection.name, address: connection.target.endpoint.address };
    return chainFacts(await readChain(connection), new Anchors(connection.trustedCas), sought);
  },
});

/** Without security level 0 OpenSSL would not speak the versions, keys and hashes that we look for. */
const WITH_CERTIFICATE = 'ALL:eNULL:!aNULL:!PSK:!SRP:@SECLEVEL=0';
const WITHOUT_CERTIFICATE = 'aNULL:@SECLEVEL=0';

/** DER, the server's own first; empty when the server was seen to do without. */
async function readChain(connection: Connection): Promise<readonly Buffer[]> {
  const options: TlsOptions = {
    minVersion: 'TLSv1',
    ...(connection.name === null ? {} : { serverName: connection.name }),
  };
  const handshake = await certificatesIn(connection, { ...options, ciphers: WITH_CERTIFICATE });
  if (Array.isArray(handshake)) return handshake;
  const inClear = await readChainInClear(connection);
  if (inClear !== null) return inClear;
  const anonymous = await certificatesIn(await connection.another(), {
    ...options,
    maxVersion: 'TLSv1.2',
    ciphers: WITHOUT_CERTIFICATE,
  });
  if (Array.isArray(anonymous)) return anonymous;
  throw handshake;
}

/** What a handshake shows, or why there is none. Time-outs and the like end the probe. */
async function certificatesIn(
  connection: Connection,
  options: TlsOptions,
): Promise<readonly Buffer[] | ConversationError> {
  try {
    return (await connection.startTls(options)).certificates;
  } catch (error) {
    const refused =
      error instanceof ConversationError && (error.status === 'garbled' || error.status === 'reset');
    if (!refused) throw error;
    return error;
  } finally {
    connection.close();
  }
}
