import { PermanentError } from '../../domain/errors.ts';
import { carelessSite, loginSite, openDirectory } from './bad-sites.ts';
import { freshValidity, selfSigned, type CertificateAuthority, type Identity } from './certificates.ts';
import type { Service } from './front-door.ts';
import { hardenedSite, redirectToHttps } from './good-sites.ts';
import type { FleetProtocol, Trait } from './host.ts';
import { anonymousMqtt, guardedMqtt, guardedMqttOverTls } from './mqtt-service.ts';
import { plainPostgres } from './postgres-service.ts';
import { cleartextSmtp, hardenedSmtp } from './smtp-service.ts';
import { hardenedSsh, legacySsh } from './ssh-service.ts';
import { httpService, httpsService, legacyTls, modernTls } from './web-service.ts';

/** What a server may know of the host that it runs on. */
export interface Surroundings {
  readonly name: string;
  readonly address: string;
  readonly authority: CertificateAuthority;
  /** All ports of the host, as they were bound. */
  readonly ports: readonly { readonly port: number; readonly protocol: FleetProtocol }[];
}

/** One server that can stand at a port. */
export interface ServerPlan {
  readonly note: string;
  readonly traits: readonly Trait[];
  start(surroundings: Surroundings): Service | Promise<Service>;
}

export const goodHttps: ServerPlan = {
  note: 'HTTPS with TLS 1.2 and 1.3, a certificate of the sandbox CA and all security headers',
  traits: [],
  start: async (host) => httpsService(modernTls(await goodIdentity(host)), hardenedSite(host.name)),
};

export const goodRedirect: ServerPlan = {
  note: 'HTTP that redirects to HTTPS',
  traits: [],
  start: (host) => httpService(redirectToHttps(host.address, httpsPortOf(host))),
};

export const goodSsh: ServerPlan = {
  note: 'SSH with modern algorithms and public keys only',
  traits: [],
  start: hardenedSsh,
};

export const goodSmtp: ServerPlan = {
  note: 'SMTP with STARTTLS, and AUTH only after it',
  traits: [],
  start: async (host) => hardenedSmtp(host.name, await goodIdentity(host)),
};

export const goodMqtt: ServerPlan = {
  note: 'MQTT that demands credentials',
  traits: [],
  start: guardedMqtt,
};

/** Good HTTPS in all but the certificate. */
function withCertificate(note: string, traits: readonly Trait[], identify: Identify): ServerPlan {
  return {
    note,
    traits,
    start: async (host) => httpsService(modernTls(await identify(host)), hardenedSite(host.name)),
  };
}

type Identify = (host: Surroundings) => Promise<Identity>;

const goodIdentity: Identify = ({ name, address, authority }) =>
  authority.issue({ name, address, ...freshValidity, key: 'P-256' });
const expiredIdentity: Identify = ({ name, address, authority }) =>
  authority.issue({ name, address, notBeforeDays: -60, notAfterDays: -14, key: 'P-256' });
const expiringIdentity: Identify = ({ name, address, authority }) =>
  authority.issue({ name, address, notBeforeDays: -37, notAfterDays: 9, key: 'P-256' });
const weakIdentity: Identify = ({ name, address, authority }) =>
  authority.issue({ name, address, ...freshValidity, key: 'RSA-1024' });
const ownIdentity: Identify = ({ name, address }) =>
  selfSigned({ name, address, notBeforeDays: -100, notAfterDays: 3650 });

export const legacyHttps: ServerPlan = {
  note: 'HTTPS that still accepts TLS 1.0 and 1.1, with an expired certificate',
  traits: ['tls-1.0-accepted', 'tls-1.1-accepted', 'certificate-expired'],
  start: async (host) => httpsService(legacyTls(await expiredIdentity(host)), hardenedSite(host.name)),
};

export const carelessHttps: ServerPlan = {
  note: 'HTTPS without security headers, with versions, stack traces and an open CORS policy',
  traits: [
    'http-hsts-missing',
    'http-csp-missing',
    'http-frame-protection-missing',
    'http-nosniff-missing',
    'http-version-disclosed',
    'http-cors-any-origin',
    'http-error-page-verbose',
    'http-security-txt-missing',
    'http-cookie-without-secure',
    'http-cookie-without-httponly',
    'http-cookie-without-samesite',
  ],
  start: async (host) => httpsService(modernTls(await goodIdentity(host)), carelessSite(host.name)),
};

export const openFiles: ServerPlan = {
  note: 'HTTP with a directory listing, .git, .env, a dump, status pages and WebDAV methods',
  traits: [
    'http-content-in-clear',
    'http-csp-missing',
    'http-frame-protection-missing',
    'http-nosniff-missing',
    'http-version-disclosed',
    'http-directory-listing',
    'http-git-exposed',
    'http-env-exposed',
    'http-dump-exposed',
    'http-status-page-exposed',
    'http-dangerous-methods',
    'http-security-txt-missing',
    'http-cookie-without-httponly',
    'http-cookie-without-samesite',
  ],
  start: () => httpService(openDirectory()),
};

export const clearLogin: ServerPlan = {
  note: 'HTTP with a login form and a session cookie without flags',
  traits: [
    'http-content-in-clear',
    'http-login-in-clear',
    'http-security-txt-missing',
    'http-csp-missing',
    'http-frame-protection-missing',
    'http-nosniff-missing',
    'http-cookie-without-httponly',
    'http-cookie-without-samesite',
  ],
  start: (host) => httpService(loginSite(host.name)),
};

export const weakSsh: ServerPlan = {
  note: 'SSH with SHA-1 key exchange, CBC ciphers, MD5, a short RSA key and passwords',
  traits: [
    'ssh-weak-kex',
    'ssh-weak-cipher',
    'ssh-weak-mac',
    'ssh-weak-host-key-algorithm',
    'ssh-short-host-key',
    'ssh-password-offered',
  ],
  start: legacySsh,
};

export const clearSmtp: ServerPlan = {
  note: 'SMTP without STARTTLS that takes passwords in clear',
  traits: ['smtp-no-starttls', 'smtp-auth-in-clear'],
  start: (host) => cleartextSmtp(host.name),
};

export const openMqtt: ServerPlan = {
  note: 'MQTT that lets everybody in',
  traits: ['mqtt-anonymous'],
  start: anonymousMqtt,
};

export const openPostgres: ServerPlan = {
  note: 'PostgreSQL without TLS and without passwords',
  traits: ['postgres-no-tls', 'postgres-no-password'],
  start: plainPostgres,
};

export const selfSignedHttps = withCertificate(
  'HTTPS with a self-signed certificate for ten years',
  ['certificate-self-signed', 'certificate-valid-too-long'],
  ownIdentity,
);
export const expiredHttps = withCertificate(
  'HTTPS with an expired certificate',
  ['certificate-expired'],
  expiredIdentity,
);
export const expiringHttps = withCertificate(
  'HTTPS with a certificate that expires in nine days',
  ['certificate-expires-soon'],
  expiringIdentity,
);
export const weakKeyHttps: ServerPlan = {
  note: 'HTTPS with an RSA key of 1024 bits',
  traits: ['certificate-weak-key'],
  start: async (host) => {
    // Newer releases of OpenSSL refuse keys of this size above security level 0.
    const settings = { ...modernTls(await weakIdentity(host)), ciphers: 'DEFAULT@SECLEVEL=0' };
    return httpsService(settings, hardenedSite(host.name));
  },
};

export const goodMqttOverTls: ServerPlan = {
  note: 'MQTT over TLS that demands credentials',
  traits: [],
  start: async (host) => guardedMqttOverTls(await goodIdentity(host)),
};

function httpsPortOf(surroundings: Surroundings): number {
  const https = surroundings.ports.find(({ protocol }) => protocol === 'https');
  if (https === undefined) {
    throw new PermanentError('sandbox-roster', {
      what: `The host "${surroundings.name}" redirects to HTTPS`,
      got: 'no port with HTTPS',
      expected: 'one in its plan',
    });
  }
  return https.port;
}
