import { describe, expect, it } from 'vitest';
import { SMTPServer } from 'smtp-server';
import smtpRelay from '../../src/probes/smtp-relay.ts';
import { lineServer, type LineAnswer } from './line-server.ts';
import { listen, observe } from './probing.ts';

const READY = '220 mail.example.org ESMTP Postfix\r\n';
const look = (port: number, layer: 'plain' | 'tls' = 'plain') =>
  observe(smtpRelay, port, layer, {}, { classes: ['read', 'relay'] });

/** Postfix that says to RCPT, and to MAIL where that is given, what is said here. */
const postfix =
  (recipient: LineAnswer, sender: LineAnswer = '250 2.1.0 Ok\r\n') =>
  (line: string): LineAnswer => {
    if (line.startsWith('EHLO')) return '250-mail.example.org\r\n250-STARTTLS\r\n250 8BITMIME\r\n';
    if (line.startsWith('MAIL')) return sender;
    if (line.startsWith('RCPT')) return recipient;
    return '250 2.0.0 Ok\r\n';
  };
const DENIED = '454 4.7.1 <picket@picket.example>: Relay access denied\r\n';

describe('smtp-relay', () => {
  it('sees an open relay, and lets no message come into being', async () => {
    const server = await lineServer(READY, postfix('250 2.1.5 Ok\r\n'));
    const seen = await look(server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ encrypted: false, accepted: true, decidedAt: 'recipient', replyCode: 250 });
    await server.ended();
    expect(server.lines).toEqual([
      'EHLO picket.invalid',
      'MAIL FROM:<picket@picket.invalid>',
      'RCPT TO:<picket@picket.example>',
      'RSET',
      'QUIT',
    ]);
  });

  it('takes the deferral by which Postfix refuses to relay for the refusal that it is', async () => {
    const server = await lineServer(READY, postfix(DENIED));
    const seen = await look(server.port);
    expect(seen.facts).toEqual({ encrypted: false, accepted: false, decidedAt: 'recipient', replyCode: 454 });
    expect(server.lines.filter((line) => line.startsWith('RCPT'))).toHaveLength(1);
  });

  it.each([
    ['Exim', '550 relay not permitted\r\n'],
    ['Exchange', '550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain\r\n'],
    ['Sendmail', '550 5.7.1 <picket@picket.example>... Relaying denied\r\n'],
  ])('understands the refusal of %s at once', async (_who, refusal) => {
    const server = await lineServer(READY, postfix(refusal));
    const seen = await look(server.port);
    expect(seen.facts).toMatchObject({ accepted: false, replyCode: 550 });
    expect(server.lines.filter((line) => line.startsWith('RCPT'))).toHaveLength(1);
  });

  it('is not put off by a server that looks up domains in the DNS', async () => {
    const server = await lineServer(READY, (line) => {
      const unknown = line.includes('picket.example');
      const recipient = unknown
        ? '450 4.1.8 Sender address rejected: Domain not found\r\n'
        : '250 2.1.5 Ok\r\n';
      return postfix(recipient)(line);
    });
    const seen = await look(server.port);
    expect(seen.facts).toMatchObject({ accepted: true, replyCode: 250 });
    expect(server.lines).toContain('MAIL FROM:<>');
    expect(server.lines).toContain('RCPT TO:<picket@[192.0.2.1]>');
  });

  it('takes two refusals for one, whatever they are about', async () => {
    const server = await lineServer(READY, postfix("553 sorry, that domain isn't in my list\r\n"));
    const seen = await look(server.port);
    expect(seen.facts).toEqual({ encrypted: false, accepted: false, decidedAt: 'recipient', replyCode: 553 });
  });

  it('draws no conclusion from a server that puts everybody off', async () => {
    const { port } = await lineServer(READY, postfix('450 4.2.0 Greylisted, see later\r\n'));
    await expect(look(port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });

  it('offers the message inside TLS where the server wants that', async () => {
    const server = await lineServer(READY, (line, encrypted) => {
      if (line === 'STARTTLS') return { say: '220 2.0.0 Ready to start TLS\r\n', next: 'tls' };
      return encrypted
        ? postfix('250 2.1.5 Ok\r\n')(line)
        : postfix('', '530 5.7.0 Must issue a STARTTLS command first\r\n')(line);
    });
    const seen = await look(server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ encrypted: true, accepted: true, decidedAt: 'recipient', replyCode: 250 });
    expect(server.lines).toContain('(tls) EHLO picket.invalid');
  });

  it('takes the wish for a log-in as a refusal', async () => {
    const server = await lineServer(READY, postfix('', '530 5.7.0 Authentication required\r\n'), {
      implicitTls: true,
    });
    const seen = await look(server.port, 'tls');
    expect(seen.facts).toEqual({ encrypted: true, accepted: false, decidedAt: 'sender', replyCode: 530 });
    expect(server.lines.filter((line) => line.includes('MAIL'))).toHaveLength(1);
  });

  it('agrees with a server of its own', async () => {
    const delivered: string[] = [];
    const server = new SMTPServer({
      disableReverseLookup: true,
      logger: false,
      disabledCommands: ['AUTH'],
      onRcptTo: ({ address }, _session, done) =>
        done(address.endsWith('@example.org') ? null : new Error('Relay access denied')),
      onData: (_stream, { id }, done) => {
        delivered.push(id);
        done();
      },
    });
    server.on('error', () => {});
    const seen = await look(await listen(server.server));
    expect(seen.facts).toMatchObject({ accepted: false, replyCode: 550 });
    expect(delivered).toEqual([]);
  });

  it('says nothing without the permission for it', async () => {
    const server = await lineServer(READY, postfix('250 Ok\r\n'));
    await expect(observe(smtpRelay, server.port)).resolves.toMatchObject({ status: 'failed', facts: null });
    expect(server.lines).toEqual([]);
  });
});
