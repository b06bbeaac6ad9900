import type { X509Certificate } from 'node:crypto';
import type { TlsSession, TlsVersion } from './connection.ts';
import { ConversationError } from './probe.ts';

const maxCertificates = 16;
const versions: readonly string[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] satisfies TlsVersion[];

/** The part of a `TLSSocket` that is read once its handshake is done. */
export interface HandshakenSocket {
  getProtocol(): string | null;
  getCipher(): { readonly standardName: string };
  getPeerX509Certificate(): X509Certificate | undefined;
  readonly authorizationError: Error | string | null | undefined;
}

/** Reads what a handshake agreed on. May be called once for a socket; see {@link servedChain}. */
export function readSession(socket: HandshakenSocket): TlsSession {
  const protocol = socket.getProtocol();
  if (!isVersion(protocol)) {
    throw new ConversationError('garbled', 'the handshake ended without an agreed version of TLS');
  }
  const { authorizationError: problem } = socket;
  return {
    protocol,
    cipher: socket.getCipher().standardName,
    certificates: servedChain(socket),
    verifyError: problem === null || problem === undefined ? null : String(problem),
  };
}

/**
 * The certificates in the order of the server's message. `getPeerCertificate(true)` does not give that: it sorts by
 * issuer, leaves out what does not fit and adds roots from our own store. The links of `getPeerX509Certificate()` do,
 * but reading them takes them off OpenSSL's list, after which the other call returns nothing.
 */
function servedChain(socket: HandshakenSocket): Buffer[] {
  const chain: Buffer[] = [];
  let certificate = socket.getPeerX509Certificate();
  while (certificate !== undefined && chain.length < maxCertificates) {
    chain.push(certificate.raw);
    certificate = certificate.issuerCertificate;
  }
  return chain;
}

function isVersion(protocol: string | null): protocol is TlsVersion {
  return protocol !== null && versions.includes(protocol);
}
