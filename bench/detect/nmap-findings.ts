import { judgeSuites, suiteChecks } from './tls-judgement.ts';
import { all, first, type Element } from './xml.ts';

/** Which checks a script's words, or nmap's own, stand for. */
interface Rule {
  readonly scripts: readonly string[];
  readonly checks: readonly string[];
  /** `said` has the output of each script by its id, and of nmap itself the name, product and tunnel of the service. */
  readonly judge: (said: Said) => readonly string[];
}

interface Said {
  readonly port: Element;
  readonly service: string;
  readonly product: string;
  /** The output of a script at the port or, for those that nmap runs per host, at the host; empty when it said nothing. */
  readonly text: (script: string) => string;
}

const when = (scripts: readonly string[], check: string, holds: (said: Said) => boolean): Rule => ({
  scripts,
  checks: [check],
  judge: (said) => (holds(said) ? [check] : []),
});
const says = (script: string, check: string, pattern: RegExp): Rule =>
  when([script], check, ({ text }) => pattern.test(text(script)));
const isService = (check: string, pattern: RegExp): Rule =>
  when([], check, ({ service }) => pattern.test(service));

const weakKex =
  /diffie-hellman-group1-sha1|diffie-hellman-group14-sha1(?!\d)|diffie-hellman-group-exchange-sha1|rsa1024-sha1/;

export const nmapScripts: readonly Rule[] = [
  {
    scripts: ['ssl-enum-ciphers'],
    checks: suiteChecks,
    judge: ({ port }) => judgeSuites(suitesByVersion(port)),
  },
  says('sslv2', 'ssl-2', /SSLv2 supported/),
  says('ssl-dh-params', 'tls-weak-dh-group', /VULNERABLE|Modulus Length: (?:512|768|1024)\b/),
  when(['ssl-cert'], 'certificate-expired', ({ text }) => isPast(field(text('ssl-cert'), 'Not valid after'))),
  when(['ssl-cert'], 'certificate-not-yet-valid', ({ text }) =>
    isFuture(field(text('ssl-cert'), 'Not valid before')),
  ),
  when(['ssl-cert'], 'certificate-weak-key', ({ text }) => {
    const said = text('ssl-cert');
    return field(said, 'Public Key type') === 'rsa' && Number(field(said, 'Public Key bits')) < 2048;
  }),
  says('ssl-cert', 'certificate-weak-signature', /Signature Algorithm: (?:sha1|md5)/i),
  isService('ssh-reachable', /^ssh$/),
  says('sshv1', 'ssh-protocol-1', /true/),
  says('ssh2-enum-algos', 'ssh-weak-key-exchange', weakKex),
  says(
    'ssh2-enum-algos',
    'ssh-weak-host-key',
    /server_host_key_algorithms[\s\S]*?(?:ssh-dss|ssh-rsa\s)[\s\S]*?encryption_algorithms/,
  ),
  says(
    'ssh2-enum-algos',
    'ssh-weak-cipher',
    /encryption_algorithms[\s\S]*?(?:-cbc|arcfour|3des)[\s\S]*?mac_algorithms/,
  ),
  says('ssh2-enum-algos', 'ssh-weak-mac', /mac_algorithms[\s\S]*?(?:md5|sha1-96|umac-64)/),
  says('ssh-hostkey', 'ssh-short-host-key', /^\s*(?:512|768|1024) .*\(RSA\)/m),
  says('ssh-auth-methods', 'ssh-password-offered', /password/),
  isService('rdp-reachable', /ms-wbt-server/),
  says('rdp-enum-encryption', 'rdp-no-nla', /Native RDP: SUCCESS|: SSL: SUCCESS/),
  isService('telnet-service', /^telnet$/),
  isService('mysql-reachable', /mysql/),
  isService('postgres-reachable', /postgresql/),
  isService('redis-reachable', /redis/),
  isService('memcached-reachable', /memcache/),
  isService('vnc-reachable', /vnc/),
  isService('smb-reachable', /netbios-ssn|microsoft-ds|smb/),
  isService('rpcbind-reachable', /rpcbind/),
  says('redis-info', 'redis-no-auth', /Version/),
  says('memcached-info', 'memcached-exposed', /Process ID|Uptime/),
  says('mqtt-subscribe', 'mqtt-anonymous', /Topics and their most recent payloads/),
  says('ftp-anon', 'ftp-anonymous', /Anonymous FTP login allowed/),
  says('mysql-empty-password', 'mysql-empty-password', /root account has empty password/),
  when(
    ['mysql-info'],
    'mysql-no-tls',
    ({ text }) => text('mysql-info') !== '' && !/SwitchToSSLAfterHandshake/.test(text('mysql-info')),
  ),
  when(
    ['smtp-commands'],
    'smtp-no-starttls',
    ({ text }) => text('smtp-commands') !== '' && !/STARTTLS/.test(text('smtp-commands')),
  ),
  says('smtp-open-relay', 'smtp-open-relay', /Server is an open relay/),
  when(
    ['imap-capabilities'],
    'imap-cleartext-login',
    ({ text, port }) =>
      clear(port) &&
      /IMAP4/.test(text('imap-capabilities')) &&
      !/LOGINDISABLED/.test(text('imap-capabilities')),
  ),
  says('ldap-rootdse', 'ldap-anonymous-read', /namingContexts/),
  says('snmp-info', 'snmp-default-community', /./),
  says('snmp-sysdescr', 'snmp-default-community', /./),
  says('dns-recursion', 'dns-open-recursion', /enabled/),
  says('dns-nsid', 'dns-version-disclosed', /bind\.version/),
  says('dns-zone-transfer', 'dns-zone-transfer', /SOA/),
  says('rsync-list-modules', 'rsync-modules-listed', /\S/),
  says('smb-protocols', 'smb-1', /NT LM 0\.12/),
  says('smb2-security-mode', 'smb-signing-not-required', /not required/),
  says('vnc-info', 'vnc-no-auth', /None \(1\)/),
  says('x11-access', 'x11-open', /access is granted/),
  says('docker-version', 'docker-api-open', /ApiVersion/),
  says('ntp-monlist', 'ntp-monitor-list', /\S/),
  says('http-git', 'http-git-exposed', /Git repository found/),
  says('http-ls', 'http-directory-listing', /Volume/),
  says('http-apache-server-status', 'http-status-page-exposed', /Server Version/),
  says('http-trace', 'http-trace-enabled', /TRACE is enabled/),
  says('http-methods', 'http-dangerous-methods', /Potentially risky methods:.*(?:PUT|DELETE|PROPFIND|MKCOL)/),
  says('http-open-proxy', 'http-open-proxy', /Proxy might be|Potentially OPEN proxy/),
  says('http-cookie-flags', 'http-session-cookie-exposed', /httponly flag not set/),
  when(
    ['http-auth'],
    'http-credentials-in-clear',
    ({ text, port }) => clear(port) && /Basic/.test(text('http-auth')),
  ),
];

/** What nmap's words about one port mean in checks. */
export function nmapFindings(port: Element, host: Element): Set<string> {
  const attributes = first(port, 'service')?.attributes ?? {};
  const said: Said = {
    port,
    service: attributes['name'] ?? '',
    product: attributes['product'] ?? '',
    text: (id) => {
      const own = all(port, 'script').find((script) => script.attributes['id'] === id);
      const shared = host.children
        .filter(({ name }) => name === 'hostscript')
        .flatMap(({ children }) => children)
        .find((script) => script.attributes['id'] === id);
      // A host's script speaks of its SMB port, whichever that is.
      const fits = /netbios|microsoft-ds/.test(attributes['name'] ?? '') ? shared : undefined;
      return (own ?? fits)?.attributes['output'] ?? '';
    },
  };
  const open = first(port, 'state')?.attributes['state'] === 'open';
  return new Set(open ? nmapScripts.flatMap((rule) => rule.judge(said)) : []);
}

function clear(port: Element): boolean {
  return first(port, 'service')?.attributes['tunnel'] !== 'ssl';
}

function suitesByVersion(port: Element): Map<string, string[]> {
  const enumeration = all(port, 'script').find(({ attributes }) => attributes['id'] === 'ssl-enum-ciphers');
  const versions = (enumeration?.children ?? []).filter(({ name }) => name === 'table');
  return new Map(
    versions.map((version) => {
      const ciphers = version.children.find(({ attributes }) => attributes['key'] === 'ciphers');
      const names = (ciphers?.children ?? []).map(
        (cipher) => cipher.children.find(({ attributes }) => attributes['key'] === 'name')?.text ?? '',
      );
      const label = version.attributes['key'] ?? '';
      return [label === 'TLSv1.0' ? 'TLSv1' : label, names];
    }),
  );
}

function field(text: string, name: string): string {
  return new RegExp(`${name}:\\s*(.*)`).exec(text)?.[1]?.trim() ?? '';
}

/** nmap prints times in UTC, without saying so. */
const isPast = (time: string): boolean => time !== '' && Date.parse(`${time}Z`) < Date.now();
const isFuture = (time: string): boolean => time !== '' && Date.parse(`${time}Z`) > Date.now();
