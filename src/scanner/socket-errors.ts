import type { ObservationStatus } from '../domain/observation.ts';
import { ConversationError } from './probe.ts';

type Ending = Exclude<ObservationStatus, 'answered'>;

const statusByCode = new Map<string, Ending>([
  ['ECONNREFUSED', 'refused'],
  ['ETIMEDOUT', 'timed-out'],
  // How Linux reports an ICMP "administratively prohibited", a prohibiting and a black-hole route.
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['EHOSTDOWN', 'unreachable'],
  ['ENETDOWN', 'unreachable'],
  ['EACCES', 'unreachable'],
  ['EINVAL', 'unreachable'],
  ['ECONNRESET', 'reset'],
  ['ECONNABORTED', 'reset'],
  ['EPIPE', 'reset'],
  ['EPROTO', 'garbled'],
  // Options that leave OpenSSL nothing to offer.
  ['ERR_SSL_NO_PROTOCOLS_AVAILABLE', 'failed'],
  ['ERR_SSL_NO_CIPHERS_AVAILABLE', 'failed'],
  ['ERR_SSL_EXCESSIVE_MESSAGE_SIZE', 'too-large'],
  ['HPE_HEADER_OVERFLOW', 'too-large'],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 'too-large'],
]);

/**
 * What an error of a socket, of OpenSSL or of the HTTP parser means for the observation. Codes that are not known to
 * be the peer's or the network's doing (out of file descriptors, of local ports…) are our own failure.
 */
export function socketError(error: Error, doing: string): ConversationError {
  const code = errorCode(error);
  const status = statusByCode.get(code) ?? (/^(?:HPE_|ERR_SSL_)/.test(code) ? 'garbled' : 'failed');
  return new ConversationError(status, `${doing}: ${code === '' ? error.message : code}`, { cause: error });
}

/** Node reports a peer that ended politely but too early as ECONNRESET too; only a real reset has a system call. */
export function endedEarly(error: Error): boolean {
  return errorCode(error) === 'ECONNRESET' && !('syscall' in error && error.syscall !== undefined);
}

/** The reason of an aborted signal; whoever aborts without a reason of ours has halted the run. */
export function abortReason(signal: AbortSignal): ConversationError {
  const reason: unknown = signal.reason;
  return reason instanceof ConversationError
    ? reason
    : new ConversationError('halted', 'the run was halted', { cause: reason });
}

function errorCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
