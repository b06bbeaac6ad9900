import { describe, expect, it } from 'vitest';
import mysql from '../../src/probes/mysql.ts';
import { handshakeAfter, inTurn } from './in-turn.ts';
import { handshake, hostNotAllowed, mysqlError } from './mysql/packets.ts';
import { greeting, observe } from './probing.ts';

/** What MariaDB says to a line of HTTP. */
const outOfOrder = mysqlError(1156, '#08S01Got packets out of order', 1);

describe('mysql', () => {
  it('reads what MariaDB says of itself, and says nothing', async () => {
    const server = await greeting(handshake({ version: '5.5.5-10.11.6-MariaDB', tls: false }));
    const seen = await observe(mysql, server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      version: '5.5.5-10.11.6-MariaDB',
      startTlsOffered: false,
      authPlugin: 'mysql_native_password',
      hostRefused: false,
    });
    expect((await server.received()).toString('hex')).toBe('');
  });

  it('sees that TLS is offered, and the method of MySQL 8', async () => {
    const { port } = await greeting(handshake({ version: '8.4.3', plugin: 'caching_sha2_password' }));
    const seen = await observe(mysql, port);
    expect(seen.facts).toMatchObject({ startTlsOffered: true, authPlugin: 'caching_sha2_password' });
  });

  it('knows servers before 4.1, which end before their other capabilities', async () => {
    const old = '0a342e302e333000 07000000 6162636465666768 00 2c00 08 0200 00000000000000000000000000';
    const payload = Buffer.from(old.replaceAll(' ', ''), 'hex');
    const { port } = await greeting(Buffer.concat([Buffer.from([payload.length, 0, 0, 0]), payload]));
    const seen = await observe(mysql, port);
    expect(seen.facts).toMatchObject({ version: '4.0.30', startTlsOffered: false, authPlugin: null });
  });

  it('tells that its own host is not let in', async () => {
    const { port } = await greeting(hostNotAllowed);
    const seen = await observe(mysql, port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      version: null,
      startTlsOffered: null,
      authPlugin: null,
      hostRefused: true,
    });
  });

  it('draws no conclusion from an error that may pass', async () => {
    const { port } = await greeting(mysqlError(1040, 'Too many connections'));
    const seen = await observe(mysql, port);
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
    expect(seen.detail).toContain('1040');
  });

  it('leads into TLS by SSLRequest', async () => {
    const script = { first: handshake({}), turns: [{ startTls: '', asked: 36 }] };
    const { port, heard } = await inTurn(script);
    const seen = await handshakeAfter(mysql, port);
    expect(seen.facts).toEqual({ protocol: 'TLSv1.3' });
    const [request] = (await heard())[0] ?? [];
    // 32 bytes, the second packet; protocol 4.1 with TLS; up to 16 MiB; a character set; nothing else.
    expect(request).toMatch(/^20000001018a08000000000121(?:00){23}$/);
  });

  it('declines to lead into TLS where it is not offered', async () => {
    const { port } = await greeting(handshake({ tls: false }));
    const seen = await handshakeAfter(mysql, port);
    expect(seen).toMatchObject({ status: 'garbled', detail: 'The server does not offer TLS.' });
  });

  it.each([
    ['an identification of SSH', 'SSH-2.0-OpenSSH_9.2p1\r\n'],
    ['a greeting of SMTP', '220 mail.example.com ESMTP\r\n'],
    ['a packet that is not the first', handshake({}, 1)],
    ['a handshake without an end to its version', Buffer.from('040000000a382e30', 'hex')],
    ['a handshake that ends early', Buffer.from('0a0000000a382e302e3331000102', 'hex')],
    ['an error that is none of its own', mysqlError(404, 'Not Found')],
  ])('refuses %s', async (_what, words) => {
    const { port } = await greeting(words);
    await expect(observe(mysql, port, 'plain', { probeDeadlineMs: 500 })).resolves.toMatchObject({
      status: expect.stringMatching(/garbled|timed-out/),
      facts: null,
    });
  });

  it.each([
    [true, 'a handshake', handshake({})],
    [true, 'a handshake and its complaint about HTTP', Buffer.concat([handshake({}), outOfOrder])],
    [true, 'a host that is not let in', hostNotAllowed],
    [true, 'a host that is blocked', mysqlError(1129, "Host '192.0.2.1' is blocked because of errors")],
    [false, 'half a handshake', handshake({}).subarray(0, 40)],
    [false, 'a greeting of FTP', Buffer.from('220 (vsFTPd 3.0.3)\r\n')],
    [false, 'HTTP', Buffer.from('HTTP/1.0 400 Bad Request\r\n\r\n')],
    [false, 'zeros', Buffer.alloc(64)],
    [false, 'nothing', Buffer.alloc(0)],
  ])('says %s to %s', (expected, _what, words) => {
    expect(mysql.recognises?.(words)).toBe(expected);
  });
});
