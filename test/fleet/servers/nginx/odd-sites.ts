import type { Site } from './site.ts';

/** Well-kept sites where nobody expects them. */
export const oddSites: readonly Site[] = [
  { host: 'nginx-odd-port', port: 50443, certificate: { commonName: 'odd.example.org' } },
  { host: 'nginx-odd-port', port: 21, certificate: { commonName: 'odd.example.org' } },
  { host: 'nginx-ipv6', certificate: { commonName: 'six.example.org' } },
];
