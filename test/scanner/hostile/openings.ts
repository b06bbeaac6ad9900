// Servers that begin as their protocol does, and then announce more than there can be, or never come to an end.

const bytes = (hex: string, text = ''): Buffer =>
  Buffer.concat([Buffer.from(text, 'latin1'), Buffer.from(hex, 'hex')]);

export interface Opening {
  readonly name: string;
  readonly probes: readonly string[];
  /** What the server says unasked, if anything, and what it answers to the first words. */
  readonly greeting?: Buffer | string;
  readonly answer?: Buffer | string;
  /** With what it goes on. */
  readonly goesOn: Buffer | string;
  /** Those of the probes that may have found enough before that. */
  readonly mayAnswer?: readonly string[];
}

const ssh = ['ssh', 'ssh-host-keys', 'ssh-auth'];

export const openings: readonly Opening[] = [
  { name: 'an SSH packet of 4 GB', probes: ssh, greeting: bytes('ffffffff14', 'SSH-2.0-x\r\n'), goesOn: 'x' },
  {
    name: 'an SSH packet of no length',
    probes: ssh,
    greeting: bytes('0000000000', 'SSH-2.0-x\r\n'),
    goesOn: '\0',
  },
  {
    name: 'an SSH packet of padding alone',
    probes: ssh,
    greeting: bytes('00000010ff', 'SSH-2.0-x\r\n'),
    goesOn: '\xff',
  },
  {
    name: 'an SSH list of 4 GB',
    probes: ssh,
    greeting: bytes(`0000010c0414${'00'.repeat(16)}ffffffff`, 'SSH-2.0-x\r\n'),
    goesOn: 'a,',
  },
  { name: 'SSH lines before the identification', probes: ssh, goesOn: 'Welcome to this host\r\n' },
  {
    name: 'SSH messages to be ignored',
    probes: ssh,
    greeting: 'SSH-2.0-x\r\n',
    goesOn: bytes('0000000c0502000000004141414141'),
  },
  { name: 'an SSH identification without end', probes: ssh, greeting: 'SSH-2.0-', goesOn: 'x' },
  { name: 'lines of an SMTP greeting', probes: ['smtp', 'smtp-relay'], goesOn: '220-mail.example.org\r\n' },
  {
    name: 'lines of an EHLO reply',
    probes: ['smtp', 'smtp-relay'],
    greeting: '220 mail.example.org ESMTP\r\n',
    goesOn: '250-X\r\n',
  },
  { name: 'lines of an FTP greeting', probes: ['ftp', 'ftp-anonymous'], goesOn: '220-ftp\r\n' },
  {
    name: 'lines of an FTP feature list',
    probes: ['ftp', 'ftp-anonymous'],
    greeting: '220 ftp\r\n',
    goesOn: '211-x\r\n',
  },
  {
    name: 'IMAP data nobody asked for',
    probes: ['imap'],
    greeting: '* OK IMAP4rev1\r\n',
    goesOn: '* 1 EXISTS\r\n',
  },
  {
    name: 'an IMAP literal of 4 GB',
    probes: ['imap'],
    greeting: '* OK IMAP4rev1\r\n* CAPABILITY {4294967295}\r\n',
    goesOn: 'x',
  },
  {
    name: 'capabilities of POP3',
    probes: ['pop3'],
    greeting: '+OK POP3\r\n',
    answer: '+OK\r\n',
    goesOn: 'X\r\n',
  },
  { name: 'rsync modules', probes: ['rsync'], greeting: '@RSYNCD: 31.0\n', goesOn: 'module  \tcomment\n' },
  { name: 'telnet options', probes: ['telnet'], goesOn: bytes('fffd18fffd20fffb01'), mayAnswer: ['telnet'] },
  { name: 'a telnet subnegotiation', probes: ['telnet'], greeting: bytes('fffa18'), goesOn: 'x' },
  {
    name: 'VNC security types',
    probes: ['vnc'],
    greeting: 'RFB 003.008\n',
    answer: bytes('ff'),
    goesOn: '\x01',
    mayAnswer: ['vnc'],
  },
  {
    name: 'a VNC reason of 4 GB',
    probes: ['vnc'],
    greeting: 'RFB 003.008\n',
    answer: bytes('00ffffffff'),
    goesOn: 'x',
    mayAnswer: ['vnc'],
  },
  {
    name: 'a MySQL greeting of 16 MB',
    probes: ['mysql', 'mysql-login'],
    greeting: bytes('ffffff000a'),
    goesOn: 'x',
  },
  {
    name: 'a MySQL version without end',
    probes: ['mysql', 'mysql-login'],
    greeting: bytes('ff0700000a'),
    goesOn: '8',
  },
  {
    name: 'a PostgreSQL message of 2 GB',
    probes: ['postgres', 'postgres-login'],
    answer: bytes('457fffffff'),
    goesOn: 'x',
  },
  {
    name: 'PostgreSQL notices',
    probes: ['postgres', 'postgres-login'],
    answer: 'N',
    goesOn: bytes('4e00000006', '').subarray(0, 5),
    mayAnswer: ['postgres'],
  },
  { name: 'a Redis string of 2 GB', probes: ['redis'], answer: '$2147483647\r\n', goesOn: 'x' },
  { name: 'a Redis error without end', probes: ['redis'], answer: '-ERR ', goesOn: 'x' },
  { name: 'a memcached version without end', probes: ['memcached'], answer: 'VERSION ', goesOn: '1' },
  {
    name: 'a MongoDB document of 2 GB',
    probes: ['mongodb'],
    answer: bytes('ffffff7f0000000001000000dd07000000000000ffffff7f'),
    goesOn: 'x',
  },
  { name: 'an MQTT packet of 256 MB', probes: ['mqtt'], answer: bytes('20ffffff7f'), goesOn: '\0' },
  { name: 'an MQTT length without end', probes: ['mqtt'], answer: bytes('20'), goesOn: '\xff' },
  { name: 'an LDAP message of 2 GB', probes: ['ldap'], answer: bytes('30847fffffff020101'), goesOn: '\0' },
  { name: 'LDAP entries', probes: ['ldap'], goesOn: bytes('300c02010164070400300304013000').subarray(0, 14) },
  { name: 'an SMB message of 16 MB', probes: ['smb'], answer: bytes('00fffffffe534d42'), goesOn: '\0' },
  { name: 'an RPC record of 2 GB', probes: ['rpcbind', 'nfs'], answer: bytes('ffffffff'), goesOn: '\0' },
  { name: 'RPC fragments', probes: ['rpcbind', 'nfs'], goesOn: bytes('00000001aa') },
  { name: 'an RDP packet of 64 KB', probes: ['rdp'], answer: bytes('0300ffff'), goesOn: '\0' },
  {
    name: 'an X11 answer of 256 KB',
    probes: ['x11'],
    answer: bytes('01000b000000ffff'),
    goesOn: '\0',
    mayAnswer: ['x11'],
  },
  {
    name: 'an X11 reason',
    probes: ['x11'],
    answer: bytes('00ff0b000000ffff'),
    goesOn: 'x',
    mayAnswer: ['x11'],
  },
  {
    name: 'a SQL Server packet of 64 KB',
    probes: ['mssql'],
    answer: bytes('0401ffff00000100'),
    goesOn: '\0',
  },
  { name: 'SQL Server packets', probes: ['mssql'], goesOn: bytes('040000090000010000') },
  { name: 'an Oracle packet of 64 KB', probes: ['oracle'], answer: bytes('ffff000004000000'), goesOn: 'x' },
  { name: 'Oracle resends', probes: ['oracle'], goesOn: bytes('000800000b000000') },
  {
    name: 'a Cassandra frame of 2 GB',
    probes: ['cassandra'],
    answer: bytes('84000000067fffffff'),
    goesOn: '\0',
  },
  { name: 'a Kafka response of 2 GB', probes: ['kafka'], answer: bytes('7fffffff'), goesOn: '\0' },
  { name: 'an AMQP frame of 2 GB', probes: ['amqp'], answer: bytes('0100007fffffff'), goesOn: '\0' },
  {
    name: 'a beanstalkd answer of 99 GB',
    probes: ['beanstalkd'],
    answer: 'OK 99999999999\r\n',
    goesOn: '---\n',
  },
  {
    name: 'a ZooKeeper answer without end',
    probes: ['zookeeper'],
    answer: 'Zookeeper version: ',
    goesOn: '3',
  },
  {
    name: 'a DNS message of 64 KB',
    probes: ['dns-tcp', 'dns-transfer'],
    answer: bytes('ffff'),
    goesOn: '\0',
  },
  {
    name: 'characters without end',
    probes: ['small-services'],
    goesOn: ' !"#$%&\'()*+,-./0123456789\r\n',
    mayAnswer: ['small-services'],
  },
];
