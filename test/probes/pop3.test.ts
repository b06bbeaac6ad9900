import { describe, expect, it } from 'vitest';
import pop3 from '../../src/probes/pop3.ts';
import { insideStartTls, lineServer, type LineAnswer } from './line-server.ts';
import { greeting, observe } from './probing.ts';

/** Dovecot 2.3.19 as Debian 12 ships it. */
const READY = '+OK Dovecot (Debian) ready.\r\n';
const dovecot =
  (...more: string[]) =>
  (line: string): LineAnswer => {
    const lists = ['CAPA', 'TOP', 'UIDL', 'RESP-CODES', 'PIPELINING', 'AUTH-RESP-CODE', ...more];
    if (line === 'CAPA') return `+OK\r\n${lists.join('\r\n')}\r\n.\r\n`;
    if (line !== 'STLS') return { say: '+OK Logging out\r\n', next: 'hang-up' };
    return more.includes('STLS')
      ? { say: '+OK Begin TLS negotiation now.\r\n', next: 'tls' }
      : "-ERR TLS support isn't enabled.\r\n";
  };
const kept = dovecot('STLS', 'SASL');
const open = dovecot('USER', 'SASL PLAIN LOGIN');

describe('pop3', () => {
  it('sees a server that takes no password in the clear', async () => {
    const server = await lineServer(READY, kept);
    const seen = await observe(pop3, server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      encrypted: false,
      banner: 'Dovecot (Debian) ready.',
      apopOffered: false,
      capabilitiesKnown: true,
      capabilities: ['CAPA', 'TOP', 'UIDL', 'RESP-CODES', 'PIPELINING', 'AUTH-RESP-CODE', 'STLS', 'SASL'],
      saslMechanisms: [],
      startTlsOffered: true,
    });
    await server.ended();
    expect(server.lines).toEqual(['CAPA', 'QUIT']);
  });

  it('sees one that does', async () => {
    const { port } = await lineServer(READY, open);
    const seen = await observe(pop3, port);
    expect(seen.facts).toMatchObject({ startTlsOffered: false, saslMechanisms: ['PLAIN', 'LOGIN'] });
    expect(seen.facts?.['capabilities']).toContain('USER');
  });

  it('speaks inside TLS', async () => {
    const { port } = await lineServer(READY, open, { implicitTls: true });
    await expect(observe(pop3, port, 'tls')).resolves.toMatchObject({ facts: { encrypted: true } });
  });

  it.each([
    ['declines it', '-ERR unknown command\r\n', false],
    ['agrees to it', '+OK go ahead\r\n', true],
  ])('asks a server without CAPA for TLS, which %s', async (_what, answer, offered) => {
    const server = await lineServer('+OK QPOP ready <1896.697170952@pop.example.org>\r\n', (line) =>
      line === 'CAPA' ? '-ERR Unknown command: "capa".\r\n' : answer,
    );
    const seen = await observe(pop3, server.port);
    expect(seen.facts).toEqual({
      encrypted: false,
      banner: 'QPOP ready',
      apopOffered: true,
      capabilitiesKnown: false,
      capabilities: [],
      saslMechanisms: [],
      startTlsOffered: offered,
    });
    await server.ended();
    expect(server.lines).toEqual(offered ? ['CAPA', 'STLS'] : ['CAPA', 'STLS', 'QUIT']);
  });

  it('does not ask for TLS inside TLS', async () => {
    const server = await lineServer(READY, () => '-ERR Unknown command.\r\n', { implicitTls: true });
    const seen = await observe(pop3, server.port, 'tls');
    expect(seen.facts).toMatchObject({ capabilitiesKnown: false, startTlsOffered: false });
    await server.ended();
    expect(server.lines).toEqual(['(tls) CAPA', '(tls) QUIT']);
  });

  it('leads to a handshake', async () => {
    const { port } = await lineServer(READY, kept);
    const seen = await observe(insideStartTls, port, 'plain', {}, { startTls: pop3 });
    expect(seen).toMatchObject({ status: 'answered', facts: { protocol: 'TLSv1.3' } });
  });

  it('leads nowhere when the server declines', async () => {
    const { port } = await lineServer(READY, open);
    const seen = await observe(insideStartTls, port, 'plain', {}, { startTls: pop3 });
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
  });

  it.each([
    ['turns us away', '-ERR [SYS/TEMP] too many connections\r\n'],
    ['is none', '* OK IMAP ready\r\n'],
    ['has a line without end', `+OK ${'a'.repeat(20_000)}`],
  ])('draws no conclusion from a server that %s', async (_what, words) => {
    const { port } = await greeting(words);
    await expect(observe(pop3, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });

  it('refuses a list without end', async () => {
    const { port } = await lineServer(READY, () => `+OK\r\n${'UIDL\r\n'.repeat(500)}`);
    await expect(observe(pop3, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });

  it('drops what is no keyword', async () => {
    const { port } = await lineServer(READY, () => '+OK\r\n\u001b[2J\r\n\r\n..UIDL\r\nsasl plain\r\n.\r\n');
    const seen = await observe(pop3, port);
    expect(seen.facts).toMatchObject({ capabilities: ['.UIDL', 'SASL'], saslMechanisms: ['PLAIN'] });
  });

  it.each([
    [READY, true],
    ['+OK\r\n', true],
    ['+OKAY\r\n', false],
    // Redis, asked for GET in inline commands, and its answer to PING.
    ["-ERR wrong number of arguments for 'get' command\r\n", false],
    ['+PONG\r\n', false],
    ['* OK ready\r\n', false],
  ])('recognises %j: %j', (words, expected) => {
    expect(pop3.recognises?.(Buffer.from(words))).toBe(expected);
  });
});
