import type { Dialogue } from './dialogue.ts';

// Dialogues with servers that the fleet does not have, written down after their specifications.

const hex = (...parts: readonly string[]): string => parts.join('').replaceAll(/\s/g, '');
const text = (words: string): string => Buffer.from(words, 'latin1').toString('hex');

/** One connection on which the server answers each message with the next of these. */
function answers(probe: string, server: string, ...received: readonly string[]): Dialogue {
  return { probe, server, connections: [received.map((said) => ({ sent: '00', received: said }))] };
}

const supported = hex(
  `0003 0011${text('PROTOCOL_VERSIONS')}0002 0004${text('4/v4')} 0004${text('5/v5')}`,
  `000b${text('COMPRESSION')}0001 0003${text('lz4')} 000b${text('CQL_VERSION')}0001 0005${text('3.4.7')}`,
);

const oracleRefusal = text('(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR=0)(ALIAS=LISTENER))');

export const writtenDialogues: readonly Dialogue[] = [
  // A connection that is only opened.
  { probe: 'tcp', server: 'a greeting', connections: [[{ sent: '', received: text('220 ready\r\n') }]] },
  answers('cassandra', 'Cassandra', hex('84 0000 0006', length(supported, 4), supported)),
  answers(
    'kafka',
    'Kafka',
    hex('00000016 5069636b 0000 00000002 0011 0000 0001 0012 0000 0004'),
    hex('0000000a 5069636c 0022 00000000'),
  ),
  answers('mongodb', 'MongoDB', ...mongoAnswers()),
  answers(
    'mssql',
    'SQL Server',
    hex(
      '0401 0031 0000 0100 00001f0006 0100250001 0200260001 0300270000 0400270001 0600280001 ff',
      '10001045 0000 01 00 00 01',
    ),
  ),
  answers('nfs', 'NFS', ...[2, 3, 4].map(rpcAccepted)),
  answers(
    'oracle',
    'Oracle',
    hex(
      length(`${oracleRefusal}${'00'.repeat(12)}`, 2),
      '0000 04 00 0000 2200',
      length(oracleRefusal, 2),
      oracleRefusal,
    ),
  ),
];

/** The number of bytes that the hexadecimal text stands for, in that many bytes. */
function length(content: string, bytes: number): string {
  return (content.length / 2).toString(16).padStart(bytes * 2, '0');
}

/** An answer to the empty procedure of a version (RFC 5531, section 9), under the id that the probe counts up. */
function rpcAccepted(version: number): string {
  return hex(`80000018 6e66730${version} 00000001 00000000 00000000 00000000 00000000`);
}

function mongoAnswers(): string[] {
  const ok = hex(`01${text('ok\0')} 000000000000f03f`);
  const document = (fields: string): string => {
    const size = Buffer.alloc(4);
    size.writeInt32LE(fields.length / 2 + 5);
    return `${size.toString('hex')}${fields}00`;
  };
  const message = (to: number, code: number, body: string): string => {
    const header = Buffer.alloc(16);
    [body.length / 2 + 16, 7, to, code].forEach((field, index) => header.writeInt32LE(field, index * 4));
    return header.toString('hex') + body;
  };
  const hello = hex(`08${text('ismaster\0')}01 10${text('maxWireVersion\0')}11000000`, ok);
  const version = hex(`02${text('version\0')}07000000${text('6.0.19\0')}`, ok);
  return [
    message(1, 1, `${'00'.repeat(16)}01000000${document(hello)}`),
    message(2, 2013, `${'00'.repeat(5)}${document(version)}`),
    message(3, 2013, `${'00'.repeat(5)}${document(ok)}`),
  ];
}
