import type { X509Certificate } from 'node:crypto';
import { request as requestInClear, type IncomingHttpHeaders } from 'node:http';
import { request as requestOverTls } from 'node:https';
import { connect, type SecureVersion } from 'node:tls';
import type { FleetPort, Trait } from '../../../src/sandbox/fleet/host.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request with a certificate that is not looked at, or, with `ca`, only with one that the authority vouches for. */
export async function ask(
  address: string,
  port: Pick<FleetPort, 'port' | 'protocol'>,
  path: string,
  options: { method?: string; headers?: Record<string, string>; ca?: string } = {},
): Promise<Answer> {
  const request = port.protocol === 'https' ? requestOverTls : requestInClear;
  const trust = options.ca === undefined ? { rejectUnauthorized: false } : { ca: options.ca };
  return await new Promise<Answer>((resolve, reject) => {
    const { method = 'GET', headers = {} } = options;
    request({ host: address, port: port.port, path, method, headers, agent: false, ...trust }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
      response.on('error', reject);
    })
      .on('error', reject)
      .end();
  });
}

/** The server's certificate when it completes a handshake in exactly this version; the error's code otherwise. */
export async function handshake(
  address: string,
  port: number,
  version: SecureVersion,
): Promise<X509Certificate | string> {
  return await new Promise((resolve) => {
    const socket = connect({
      host: address,
      port,
      minVersion: version,
      maxVersion: version,
      ciphers: 'ALL@SECLEVEL=0',
      rejectUnauthorized: false,
    });
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerX509Certificate();
      socket.destroy();
      resolve(certificate ?? 'no certificate');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.destroy();
      resolve(error.code ?? error.message);
    });
  });
}

/** Sees for itself what is wrong with a web server, without knowing what the fleet says of it. */
export async function observeWeb(address: string, port: FleetPort): Promise<Trait[]> {
  return [
    ...(port.protocol === 'https' ? await observeTls(address, port.port) : []),
    ...(await observeFrontPage(address, port)),
    ...(await observePaths(address, port)),
  ];
}

async function observeTls(address: string, port: number): Promise<Trait[]> {
  const certificate = await handshake(address, port, 'TLSv1.3');
  if (typeof certificate === 'string' || typeof (await handshake(address, port, 'TLSv1.2')) === 'string') {
    throw new Error(`${address}:${port} should speak TLS 1.2 and 1.3.`);
  }
  const left = (Date.parse(certificate.validTo) - Date.now()) / DAY_MS;
  const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / DAY_MS;
  const bits = certificate.publicKey.asymmetricKeyDetails?.modulusLength ?? Infinity;
  return traits({
    'tls-1.0-accepted': typeof (await handshake(address, port, 'TLSv1')) !== 'string',
    'tls-1.1-accepted': typeof (await handshake(address, port, 'TLSv1.1')) !== 'string',
    'certificate-expired': left < 0,
    'certificate-expires-soon': left >= 0 && left < 10,
    'certificate-self-signed': certificate.verify(certificate.publicKey),
    'certificate-valid-too-long': days > 398,
    'certificate-weak-key': bits < 2048,
  });
}

async function observeFrontPage(address: string, port: FleetPort): Promise<Trait[]> {
  const { status, headers, body } = await ask(address, port, '/', {
    headers: { Origin: 'https://anywhere.invalid' },
  });
  const page = status === 200;
  const clear = port.protocol === 'http';
  const cookies = headers['set-cookie'] ?? [];
  const without = (flag: RegExp): boolean => cookies.some((cookie) => !flag.test(cookie));
  const policy = String(headers['content-security-policy'] ?? '');
  return traits({
    'http-content-in-clear': clear && page,
    'http-login-in-clear': clear && /type="password"/.test(body),
    'http-hsts-missing': !clear && headers['strict-transport-security'] === undefined,
    'http-csp-missing': page && policy === '',
    'http-frame-protection-missing':
      page && headers['x-frame-options'] === undefined && !policy.includes('frame-ancestors'),
    'http-nosniff-missing': page && headers['x-content-type-options'] !== 'nosniff',
    'http-version-disclosed': /\d/.test(String([headers['server'], headers['x-powered-by']])),
    'http-cors-any-origin':
      headers['access-control-allow-origin'] === 'https://anywhere.invalid' &&
      headers['access-control-allow-credentials'] === 'true',
    'http-cookie-without-secure': !clear && without(/;\s*secure/i),
    'http-cookie-without-httponly': without(/;\s*httponly/i),
    'http-cookie-without-samesite': without(/;\s*samesite=(lax|strict)/i),
    'http-directory-listing': /<title>Index of \//.test(body) && (body.match(/<a href=/g)?.length ?? 0) >= 2,
  });
}

async function observePaths(address: string, port: FleetPort): Promise<Trait[]> {
  const get = async (path: string): Promise<string> => {
    const { status, body } = await ask(address, port, path);
    return status === 200 ? body : '';
  };
  const options = await ask(address, port, '/', { method: 'OPTIONS' });
  const missing = await ask(address, port, '/no-such-page-4711');
  return traits({
    'http-error-page-verbose': /\n\s+at /.test(missing.body),
    'http-git-exposed': (await get('/.git/HEAD')).startsWith('ref: refs/'),
    'http-env-exposed': ((await get('/.env')).match(/^[A-Z_]+=.+$/gm)?.length ?? 0) >= 2,
    'http-dump-exposed': (await get('/dump.sql')).startsWith('-- PostgreSQL database dump'),
    'http-status-page-exposed':
      /^Active connections: \d/.test(await get('/nginx_status')) &&
      (await get('/metrics')).startsWith('# HELP '),
    'http-dangerous-methods': /PUT|DELETE|TRACE/.test(options.headers.allow ?? ''),
    'http-security-txt-missing':
      (await get('/')) !== '' && !(await get('/.well-known/security.txt')).startsWith('Contact: '),
  });
}

/** The names of those that are true. */
export function traits(seen: Partial<Record<Trait, boolean>>): Trait[] {
  return (Object.keys(seen) as Trait[]).filter((trait) => seen[trait]);
}
