/** One record of TLS (RFC 8446, section 5.1); its length may be a lie. */
export function record(type: number, content: Buffer, length = content.length): Buffer {
  return Buffer.concat([Buffer.from([type, 3, 3, (length >> 8) & 0xff, length & 0xff]), content]);
}

/** One handshake message; its length, too, may be a lie. */
export function handshake(type: number, content: Buffer, length = content.length): Buffer {
  return Buffer.concat([
    Buffer.from([type, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff]),
    content,
  ]);
}

/** A ServerHello of TLS 1.2 that chooses that suite, without a session and with these extensions. */
export function serverHello(suite: number, extensions: Buffer = Buffer.alloc(0)): Buffer {
  return handshake(
    2,
    Buffer.concat([
      Buffer.from([3, 3]),
      Buffer.alloc(32, 7),
      Buffer.from([0, suite >> 8, suite & 0xff, 0, extensions.length >> 8, extensions.length & 0xff]),
      extensions,
    ]),
  );
}

export const handshakeRecord = 22;
export const alertRecord = 21;
export const dataRecord = 23;
