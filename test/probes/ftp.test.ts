import { describe, expect, it } from 'vitest';
import ftp, { parseFeatures } from '../../src/probes/ftp.ts';
import { insideStartTls, lineServer, type LineAnswer } from './line-server.ts';
import { greeting, observe, rawServer } from './probing.ts';

/** vsftpd 3.0.3 as Debian 12 ships it. */
const VSFTPD = '220 (vsFTPd 3.0.3)\r\n';
const LOG_IN_FIRST = '530 Please login with USER and PASS.\r\n';
const FEATURES =
  '211-Features:\r\n EPRT\r\n EPSV\r\n MDTM\r\n PASV\r\n REST STREAM\r\n SIZE\r\n TVFS\r\n211 End\r\n';

function vsftpd(line: string): LineAnswer {
  if (line === 'FEAT') return FEATURES;
  return line === 'QUIT' ? { say: '221 Goodbye.\r\n', next: 'hang-up' } : LOG_IN_FIRST;
}

function withTls(line: string): LineAnswer {
  return line === 'AUTH TLS' ? { say: '234 Proceed with negotiation.\r\n', next: 'tls' } : vsftpd(line);
}

describe('ftp', () => {
  it('sees a server without TLS, and takes leave of it', async () => {
    const server = await lineServer(VSFTPD, vsftpd);
    const seen = await observe(ftp, server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      encrypted: false,
      banner: '(vsFTPd 3.0.3)',
      features: ['EPRT', 'EPSV', 'MDTM', 'PASV', 'REST STREAM', 'SIZE', 'TVFS'],
      startTlsOffered: false,
    });
    await server.ended();
    expect(server.lines).toEqual(['FEAT', 'AUTH TLS', 'QUIT']);
  });

  it('sees that TLS is offered, and says nothing in the clear after that', async () => {
    const server = await lineServer(VSFTPD, (line) =>
      line === 'AUTH TLS' ? '234 Proceed with negotiation.\r\n' : vsftpd(line),
    );
    const seen = await observe(ftp, server.port);
    expect(seen.facts).toMatchObject({ startTlsOffered: true });
    await server.ended();
    expect(server.lines).toEqual(['FEAT', 'AUTH TLS']);
  });

  it('believes the answer, not the list: Pure-FTPd lists what it has no certificate for', async () => {
    const { port } = await lineServer(
      '220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n' +
        '220-You are user number 7 of 50 allowed.\r\n220-Local time is now 02:32.\r\n220 Bye in 15 minutes\r\n',
      (line) =>
        line === 'FEAT'
          ? '211-Extensions supported:\r\n AUTH TLS\r\n UTF8\r\n211 End.\r\n'
          : '500 This security scheme is not implemented\r\n',
    );
    const seen = await observe(ftp, port);
    expect(seen.facts).toEqual({
      encrypted: false,
      banner: '--------- Welcome to Pure-FTPd [privsep] [TLS] ----------',
      features: ['AUTH TLS', 'UTF8'],
      startTlsOffered: false,
    });
  });

  it('does not ask for TLS inside TLS', async () => {
    const server = await lineServer(VSFTPD, vsftpd, { implicitTls: true });
    const seen = await observe(ftp, server.port, 'tls');
    expect(seen.facts).toMatchObject({ encrypted: true, startTlsOffered: false });
    await server.ended();
    expect(server.lines).toEqual(['(tls) FEAT', '(tls) QUIT']);
  });

  it('leads to a handshake', async () => {
    const { port } = await lineServer(VSFTPD, withTls);
    const seen = await observe(insideStartTls, port, 'plain', {}, { startTls: ftp });
    expect(seen).toMatchObject({ status: 'answered', facts: { protocol: 'TLSv1.3' } });
  });

  it('leads nowhere when the server declines', async () => {
    const { port } = await lineServer(VSFTPD, vsftpd);
    const seen = await observe(insideStartTls, port, 'plain', {}, { startTls: ftp });
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
    expect(seen.detail).toContain('530 Please login');
  });

  it.each([
    ['is about to close', '421 Service closing\r\n'],
    ['lacks something just now', '431 Unable to accept security mechanism\r\n'],
  ])('draws no conclusion from a server that %s', async (_what, reply) => {
    const { port } = await lineServer(VSFTPD, (line) => (line === 'FEAT' ? FEATURES : reply));
    await expect(observe(ftp, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });

  it('takes a server that will tell nothing before the log-in', async () => {
    const { port } = await lineServer('220 Welcome.\r\n', () => LOG_IN_FIRST);
    const seen = await observe(ftp, port);
    expect(seen.facts).toMatchObject({ banner: 'Welcome.', features: [], startTlsOffered: false });
  });

  it('is not fooled by SMTP, whose codes look alike', async () => {
    // Postfix 3.7.11.
    const { port } = await lineServer(
      '220 mail.example.org ESMTP Postfix\r\n',
      () => '500 5.5.2 Error: command not recognized\r\n',
    );
    await expect(observe(ftp, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
    const strict = await lineServer(
      '220 ftp.example.org ESMTP\r\n',
      () => '530 5.7.0 Authentication required\r\n',
    );
    await expect(observe(ftp, strict.port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });

  it('waits for a server that will be ready soon', async () => {
    const { port } = await lineServer('120 Ready in 1 minute\r\n220 FTP ready\r\n', vsftpd);
    await expect(observe(ftp, port)).resolves.toMatchObject({ facts: { banner: 'FTP ready' } });
  });

  it('draws no conclusion from a server that turns us away', async () => {
    const { port } = await greeting('530 No \u001b[2J service\r\n');
    const seen = await observe(ftp, port);
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
    expect(seen.detail).not.toContain('\u001b');
  });

  it('stops at a greeting without end', async () => {
    const { port } = await rawServer((socket) => {
      const more = () => {
        while (!socket.destroyed && socket.write('220-FTP and so on\r\n'.repeat(1000)));
      };
      socket.on('drain', more);
      more();
    });
    const seen = await observe(ftp, port);
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
    expect(seen.durationMs).toBeLessThan(2000);
  });

  it.each([
    [VSFTPD, true],
    ['220-FileZilla Server 1.5.1\r\n220 Please visit https://filezilla-project.org/\r\n', true],
    ['220 ProFTPD Server (Debian) [::ffff:192.0.2.1]\r\n', true],
    ['220 smtp.example.com FTP server ready\r\n', true],
    ['220 mail.example.com ESMTP Postfix\r\n', false],
    ['220 ftp.example.com ESMTP Postfix\r\n', false],
    ['220 ready\r\n', false],
    ['200 FTP\r\n', false],
    ['SSH-2.0-ftp\r\n', false],
  ])('recognises %j: %j', (words, expected) => {
    expect(ftp.recognises?.(Buffer.from(words))).toBe(expected);
  });
});

describe('parseFeatures', () => {
  it('takes off the frame, and the code that some servers repeat', () => {
    expect(parseFeatures(['Features:', ' MDTM', '211-SIZE', '', ' \u001b[2J', '211 End'])).toEqual([
      'MDTM',
      'SIZE',
      '\\x1b[2J',
    ]);
  });

  it('is none in a single line', () => {
    expect(parseFeatures(['no features'])).toEqual([]);
  });
});
