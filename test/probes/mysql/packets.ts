/** Packets as MariaDB 10.11 and MySQL 8 send them, with other numbers and challenges. */

export function packet(sequence: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([payload.length & 0xff, payload.length >> 8, 0, sequence]), payload]);
}

export function handshake(
  { version = '8.0.40', tls = true, plugin = 'mysql_native_password' },
  sequence = 0,
): Buffer {
  const lower = tls ? 'feff' : 'fef7';
  const fixed = `04000000 5f775b4173412b51 00 ${lower} 08 0200 ff81 15 00000000000000000000`;
  return packet(
    sequence,
    Buffer.concat([
      Buffer.from(`\n${version}\0`, 'latin1'),
      Buffer.from(fixed.replaceAll(' ', ''), 'hex'),
      Buffer.from(`6X:X/|H2\`o,+\0${plugin}\0`, 'latin1'),
    ]),
  );
}

/** Before the handshake there is no SQLSTATE in it. */
export function mysqlError(code: number, text: string, sequence = 0): Buffer {
  return packet(
    sequence,
    Buffer.concat([Buffer.from([0xff, code & 0xff, code >> 8]), Buffer.from(text, 'latin1')]),
  );
}

export const hostNotAllowed = mysqlError(
  1130,
  "Host '192.0.2.1' is not allowed to connect to this MariaDB server",
);

export const ok = (sequence: number): Buffer => packet(sequence, Buffer.from('00000002000000', 'hex'));

export const switchTo = (sequence: number, plugin: string): Buffer =>
  packet(sequence, Buffer.from(`\xfe${plugin}\0abcdefghijklmnopqrst\0`, 'latin1'));
