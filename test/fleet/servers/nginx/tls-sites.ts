import type { Site } from './site.ts';

const rsa = (commonName: string) => ({ commonName, key: 'rsa-2048' }) as const;

/** Sites that differ in how they speak TLS; what they serve is well kept. */
export const tlsSites: readonly Site[] = [
  {
    host: 'nginx-modern',
    serverName: 'modern.example.org',
    certificate: { commonName: 'modern.example.org' },
  },
  {
    host: 'nginx-modern',
    port: 80,
    content: ['location / { return 301 https://modern.example.org$request_uri; }'],
  },
  {
    host: 'nginx-tls13-only',
    certificate: { commonName: 'tls13.example.org' },
    tls: ['ssl_protocols TLSv1.3;', 'ssl_ecdh_curve X25519:prime256v1;'],
  },
  {
    host: 'nginx-tls10-only',
    certificate: { commonName: 'tls10.example.org' },
    tls: ['ssl_protocols TLSv1;', 'ssl_ciphers ECDHE+AES:@SECLEVEL=0;', 'ssl_prefer_server_ciphers on;'],
  },
  {
    host: 'nginx-cbc-only',
    certificate: { commonName: 'cbc.example.org' },
    tls: [
      'ssl_protocols TLSv1.2;',
      'ssl_ciphers ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA256;',
      'ssl_prefer_server_ciphers on;',
    ],
  },
  {
    host: 'nginx-dhe-1024',
    certificate: rsa('dhe.example.org'),
    tls: async (place) => {
      const group = `${place.directory}/dh-1024.pem`;
      // Of the quick kind, which is not searched for a safe prime.
      await place.run('openssl', ['dhparam', '-dsaparam', '-out', group, '1024']);
      return [
        'ssl_protocols TLSv1.2;',
        'ssl_ciphers DHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0;',
        `ssl_dhparam ${group};`,
        'ssl_prefer_server_ciphers on;',
      ];
    },
  },
  {
    host: 'nginx-static-rsa',
    certificate: rsa('static.example.org'),
    tls: [
      'ssl_protocols TLSv1.2;',
      'ssl_ciphers AES256-GCM-SHA384:AES128-GCM-SHA256;',
      'ssl_prefer_server_ciphers on;',
    ],
  },
  {
    host: 'nginx-weak-curve',
    // A key on another curve would keep from it the clients that know only the weak ones.
    certificate: rsa('curve.example.org'),
    tls: [
      'ssl_protocols TLSv1.2;',
      'ssl_ciphers ECDHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0;',
      'ssl_ecdh_curve secp192r1:sect163r2:prime256v1;',
      'ssl_prefer_server_ciphers on;',
    ],
  },
  {
    host: 'nginx-legacy',
    certificate: rsa('legacy.example.org'),
    tls: [
      'ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;',
      'ssl_ciphers ALL:COMPLEMENTOFALL:@SECLEVEL=0;',
      'ssl_prefer_server_ciphers off;',
    ],
  },
  // Nobody is told anything who does not name the site.
  {
    host: 'nginx-reject-sni',
    certificate: { commonName: 'hidden.example.org' },
    tls: ['ssl_protocols TLSv1.2 TLSv1.3;', 'ssl_reject_handshake on;'],
  },
  {
    host: 'nginx-reject-sni',
    isDefault: false,
    serverName: 'hidden.example.org',
    certificate: { commonName: 'hidden.example.org' },
    headers: { 'Content-Security-Policy': null },
  },
  {
    host: 'nginx-client-certificate',
    certificate: { commonName: 'partners.example.org' },
    tls: async ({ certificates }) => [
      'ssl_protocols TLSv1.2 TLSv1.3;',
      'ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;',
      `ssl_client_certificate ${certificates.root};`,
      'ssl_verify_client on;',
    ],
  },
];
