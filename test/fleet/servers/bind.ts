import type { FleetServer, Place } from '../server.ts';

/** One that gives everything away, one that asks it for everybody, and one as it should be. */
export const bind: FleetServer = {
  name: 'bind',
  programs: ['named'],
  bindsInterfaces: true,
  async start(place) {
    const own = 'zone "example.org" { type primary; file "zone"; };';
    await start(
      place,
      'bind-transfer',
      ['recursion no;', 'allow-transfer { any; };'],
      [
        own,
        // There is nobody above in here.
        'zone "." { type primary; file "root"; };',
      ],
    );
    await start(
      place,
      'bind-resolver',
      [
        'recursion yes;',
        'allow-recursion { any; };',
        'allow-query-cache { any; };',
        'version none;',
        'hostname none;',
      ],
      [`zone "." { type static-stub; server-addresses { ${place.address('bind-transfer')}; }; };`],
    );
    const kept = [
      'recursion no;',
      'allow-transfer { none; };',
      'version none;',
      'hostname none;',
      'minimal-responses yes;',
    ];
    await start(place, 'bind-kept', kept, [own]);
  },
};

const ZONE = `$TTL 3600
@ IN SOA ns1 hostmaster 1 3600 600 604800 3600
@ IN NS ns1
ns1 IN A 192.0.2.1
www IN A 192.0.2.2
vpn IN A 192.0.2.3
`;
const ROOT = `$TTL 3600
@ IN SOA a. b. 1 3600 600 604800 3600
@ IN NS ns1.example.org.
ns1.example.org. IN A 192.0.2.1
`;

async function start(
  place: Place,
  host: string,
  options: readonly string[],
  zones: readonly string[],
): Promise<void> {
  await place.file(`${host}/zone`, ZONE);
  await place.file(`${host}/root`, ROOT);
  const own = `${place.directory}/${host}`;
  const configuration = await place.file(
    `${host}/named.conf`,
    [
      'options {',
      `directory "${own}";`,
      `pid-file "${own}/pid";`,
      `session-keyfile "${own}/session.key";`,
      'listen-on-v6 { none; };',
      `listen-on port 53 { ${place.address(host)}; };`,
      'interface-interval 0;',
      'dnssec-validation no;',
      `managed-keys-directory "${own}";`,
      `lock-file "${own}/lock";`,
      ...options,
      '};',
      'controls { };',
      ...zones,
      '',
    ].join('\n'),
  );
  place.serve('named', ['-g', '-n', '1', '-c', configuration]);
}
