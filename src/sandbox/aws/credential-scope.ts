import { ServiceError } from './service-error.ts';

/** What the Authorization header of Signature Version 4 says: whose key, and for which service and Region. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

const CREDENTIAL = /^([A-Za-z0-9]{16,128})\/(\d{8})\/([a-z0-9-]{1,32})\/([a-z0-9-]{1,32})\/aws4_request$/u;

/**
 * Reads the header. The signature itself is not recomputed: what the sandbox guards against is the wrong key, not
 * a forger.
 *
 * @throws ServiceError 403 when there is no header, 400 when it is not well-formed.
 */
export function readCredentialScope(authorization: string | undefined): CredentialScope {
  if (authorization === undefined) {
    throw new ServiceError(403, 'MissingAuthenticationToken', 'Missing Authentication Token');
  }
  const [scheme, ...rest] = authorization.split(' ');
  if (scheme !== 'AWS4-HMAC-SHA256') {
    throw incomplete('Authorization header must use the algorithm AWS4-HMAC-SHA256.');
  }
  const fields = new Map<string, string>();
  for (const part of rest.join(' ').split(',')) {
    const equals = part.indexOf('=');
    if (equals > 0) fields.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  for (const name of ['Credential', 'SignedHeaders', 'Signature']) {
    if (!fields.get(name)) throw incomplete(`Authorization header requires '${name}' parameter.`);
  }
  const match = CREDENTIAL.exec(fields.get('Credential') ?? '');
  const [, accessKeyId, , region, service] = match ?? [];
  if (accessKeyId === undefined || region === undefined || service === undefined) {
    throw incomplete('Credential must have exactly 5 slash-delimited elements, ending in aws4_request.');
  }
  if (!/^[0-9a-f]{64}$/u.test(fields.get('Signature') ?? '')) {
    throw incomplete('Signature must be 64 hexadecimal digits.');
  }
  return { accessKeyId, region, service };
}

function incomplete(message: string): ServiceError {
  return new ServiceError(400, 'IncompleteSignature', message);
}
