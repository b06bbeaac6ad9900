import { describe, expect, it } from 'vitest';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import smtp from '../../src/probes/smtp.ts';
import { issue } from './certificates.ts';
import { insideStartTls } from './line-server.ts';
import { greeting, listen, observe, rawServer } from './probing.ts';

async function start(options: SMTPServerOptions): Promise<number> {
  const server = new SMTPServer({ disableReverseLookup: true, logger: false, ...options });
  server.on('error', () => {});
  return listen(server.server);
}

describe('smtp', () => {
  it('sees AUTH before STARTTLS', async () => {
    const port = await start({ authMethods: ['PLAIN', 'LOGIN'], allowInsecureAuth: true, banner: 'Test' });
    const seen = await observe(smtp, port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toMatchObject({
      encrypted: false,
      startTlsOffered: true,
      authMechanisms: ['PLAIN', 'LOGIN'],
    });
    expect(seen.facts?.['banner']).toMatch(/ESMTP Test$/);
    expect(seen.facts?.['extensions']).toContain('PIPELINING');
  });

  it('sees that neither is offered', async () => {
    const port = await start({ disabledCommands: ['STARTTLS', 'AUTH'] });
    const seen = await observe(smtp, port);
    expect(seen.facts).toMatchObject({ startTlsOffered: false, authMechanisms: [] });
  });

  it('speaks inside TLS', async () => {
    const { key, cert } = await issue({ subject: 'CN=mail' });
    const port = await start({ secure: true, key, cert, authMethods: ['PLAIN'] });
    const seen = await observe(smtp, port, 'tls');
    expect(seen.detail).toBeNull();
    expect(seen.facts).toMatchObject({ encrypted: true, startTlsOffered: false, authMechanisms: ['PLAIN'] });
  });

  it('is not fooled by FTP, whose codes look alike', async () => {
    const server = await rawServer((socket) => {
      socket.write('220 (vsFTPd 3.0.3)\r\n');
      socket.on('data', () => socket.write('530 Please login with USER and PASS.\r\n'));
    });
    const seen = await observe(smtp, server.port);
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
    expect((await server.received()).toString()).toBe('EHLO picket.invalid\r\nHELO picket.invalid\r\n');
  });

  it('falls back to HELO for a server that has no extensions', async () => {
    const server = await rawServer((socket) => {
      socket.write('220 old SMTP\r\n');
      socket.on('data', (data) =>
        socket.write(data.toString().startsWith('HELO') ? '250 hi\r\n' : '500 what\r\n'),
      );
    });
    const seen = await observe(smtp, server.port);
    expect(seen.facts).toEqual({
      encrypted: false,
      banner: 'old SMTP',
      extensions: [],
      startTlsOffered: false,
      authMechanisms: [],
    });
    expect((await server.received()).toString()).toMatch(/QUIT\r\n$/);
  });

  it('draws no conclusion from a server that turns us away', async () => {
    const { port } = await greeting('554 no \u001b[2J service\r\n');
    const seen = await observe(smtp, port);
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
    expect(seen.detail).not.toContain('\u001b');
  });

  it('waits for the last line of a greeting that postscreen holds back', async () => {
    const server = await rawServer((socket) => {
      socket.write('220-mail.example.org ESMTP Postfix\r\n');
      let spoke = false;
      socket.on('data', (data) => {
        spoke = true;
        socket.write(data.toString().startsWith('EHLO') ? '250 mail.example.org\r\n' : '221 Bye\r\n');
      });
      // Longer than the moment for which a greeting is waited for where nobody knows the protocol.
      setTimeout(() => socket.write(spoke ? '521 Protocol error\r\n' : '220 mail.example.org\r\n'), 400);
    });
    const seen = await observe(smtp, server.port);
    expect(seen.facts).toMatchObject({ banner: 'mail.example.org ESMTP Postfix', extensions: [] });
  });

  it('leads to a handshake', async () => {
    const { key, cert } = await issue({ subject: 'CN=mail' });
    const port = await start({ key, cert });
    const seen = await observe(insideStartTls, port, 'plain', {}, { startTls: smtp });
    expect(seen).toMatchObject({ status: 'answered', facts: { protocol: 'TLSv1.3' } });
  });

  it('leads nowhere when the server does not offer STARTTLS', async () => {
    const port = await start({ disabledCommands: ['STARTTLS', 'AUTH'] });
    const seen = await observe(insideStartTls, port, 'plain', {}, { startTls: smtp });
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
    expect(seen.detail).toContain('offers no STARTTLS');
  });

  it('recognises its greeting', () => {
    expect(smtp.recognises?.(Buffer.from('220 mail.example.com ESMTP Postfix\r\n'))).toBe(true);
    expect(smtp.recognises?.(Buffer.from('220-mx.example.com SMTP\r\n220 ready\r\n'))).toBe(true);
    expect(smtp.recognises?.(Buffer.from('220 mail.example.com FTP server ready\r\n'))).toBe(false);
    expect(smtp.recognises?.(Buffer.from('220 (vsFTPd 3.0.3)\r\n'))).toBe(false);
    expect(smtp.recognises?.(Buffer.from('220 mail.example.com vsFTPd ready\r\n'))).toBe(false);
    expect(smtp.recognises?.(Buffer.from('220 smtp.example.com FTP server ready\r\n'))).toBe(false);
    expect(smtp.recognises?.(Buffer.from('220 ftp.example.com ESMTP Postfix\r\n'))).toBe(true);
    expect(smtp.recognises?.(Buffer.from('220 Mail from everywhere by FTP\r\n'))).toBe(false);
    expect(smtp.recognises?.(Buffer.from('220 Mail service ready\r\n'))).toBe(true);
    expect(smtp.recognises?.(Buffer.from('250 ESMTP\r\n'))).toBe(false);
    expect(smtp.recognises?.(Buffer.from('SSH-2.0-x\r\n'))).toBe(false);
  });
});
