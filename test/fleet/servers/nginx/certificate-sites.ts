import type { Site } from './site.ts';

const LEGACY = [
  'ssl_protocols TLSv1.2 TLSv1.3;',
  'ssl_ciphers ECDHE+AESGCM:@SECLEVEL=0;',
  'ssl_prefer_server_ciphers on;',
];

/** Sites that differ in their certificates; the rest is well kept. */
export const certificateSites: readonly Site[] = [
  { host: 'nginx-expired', certificate: { commonName: 'expired.example.org', days: [-45, -3] } },
  { host: 'nginx-expires-soon', certificate: { commonName: 'soon.example.org', days: [-40, 5] } },
  { host: 'nginx-not-yet-valid', certificate: { commonName: 'early.example.org', days: [20, 60] } },
  { host: 'nginx-self-signed', certificate: { commonName: 'alone.example.org', issuer: 'itself' } },
  { host: 'nginx-wrong-host', certificate: { commonName: 'other.example.net' } },
  {
    host: 'nginx-no-intermediate',
    certificate: { commonName: 'gap.example.org', withIntermediate: false },
  },
  {
    host: 'nginx-rsa-1024',
    certificate: { commonName: 'short.example.org', key: 'rsa-1024' },
    tls: LEGACY,
  },
  {
    host: 'nginx-sha-1',
    certificate: { commonName: 'sha1.example.org', digest: 'sha1' },
    tls: LEGACY,
  },
  { host: 'nginx-1200-days', certificate: { commonName: 'long.example.org', days: [-100, 1100] } },
  { host: 'nginx-wildcard', certificate: { commonName: '*.shop.example.org' } },
  {
    host: 'nginx-snakeoil',
    certificate: { commonName: 'localhost', issuer: 'itself', days: [-10, 30] },
  },
  {
    host: 'nginx-internal-names',
    certificate: {
      commonName: 'front.example.org',
      dnsNames: ['front.example.org', 'db01.corp.internal'],
      ipAddresses: ['10.20.30.40'],
    },
  },
  {
    host: 'nginx-misissued',
    certificate: {
      commonName: 'authority.example.org',
      extensions: ['basicConstraints=critical,CA:TRUE', 'extendedKeyUsage=clientAuth'],
    },
  },
  {
    host: 'nginx-unknown-authority',
    certificate: { commonName: 'stranger.example.org', issuer: 'stranger' },
  },
];
