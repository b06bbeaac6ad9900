import { describe, expect, it } from 'vitest';
import imap from '../../src/probes/imap.ts';
import { insideStartTls, lineServer, type LineAnswer } from './line-server.ts';
import { greeting, observe } from './probing.ts';

/** Dovecot 2.3.19 as Debian 12 ships it. */
const dovecot = (capabilities: string) => ({
  greeting: `* OK [CAPABILITY ${capabilities}] Dovecot (Debian) ready.\r\n`,
  answer: (line: string): LineAnswer => {
    const [tag, command] = line.split(' ');
    if (command === 'CAPABILITY') {
      return `* CAPABILITY ${capabilities}\r\n${tag} OK Pre-login capabilities listed, post-login capabilities have more.\r\n`;
    }
    if (command === 'STARTTLS' && capabilities.includes('STARTTLS')) {
      return { say: `${tag} OK Begin TLS negotiation now.\r\n`, next: 'tls' };
    }
    return command === 'STARTTLS'
      ? `${tag} BAD TLS support isn't enabled.\r\n`
      : { say: `* BYE Logging out\r\n${tag} OK Logout completed.\r\n`, next: 'hang-up' };
  },
});
const KEPT = dovecot('IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS LOGINDISABLED');
const OPEN = dovecot('IMAP4rev1 SASL-IR ID ENABLE IDLE LITERAL+ AUTH=PLAIN AUTH=LOGIN');

describe('imap', () => {
  it('sees a server that takes no password in the clear', async () => {
    const server = await lineServer(KEPT.greeting, KEPT.answer);
    const seen = await observe(imap, server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      encrypted: false,
      banner: 'Dovecot (Debian) ready.',
      preAuthenticated: false,
      capabilities: [
        'IMAP4REV1',
        'SASL-IR',
        'LOGIN-REFERRALS',
        'ID',
        'ENABLE',
        'IDLE',
        'LITERAL+',
        'STARTTLS',
        'LOGINDISABLED',
      ],
      startTlsOffered: true,
      loginDisabled: true,
      authMechanisms: [],
    });
    await server.ended();
    expect(server.lines).toEqual(['a1 CAPABILITY', 'a2 LOGOUT']);
  });

  it('sees one that does', async () => {
    const { port } = await lineServer(OPEN.greeting, OPEN.answer);
    const seen = await observe(imap, port);
    expect(seen.facts).toMatchObject({
      startTlsOffered: false,
      loginDisabled: false,
      authMechanisms: ['PLAIN', 'LOGIN'],
    });
  });

  it('speaks inside TLS', async () => {
    const server = await lineServer(OPEN.greeting, OPEN.answer, { implicitTls: true });
    const seen = await observe(imap, server.port, 'tls');
    expect(seen.facts).toMatchObject({ encrypted: true, authMechanisms: ['PLAIN', 'LOGIN'] });
  });

  it('sees a server that takes everyone for logged in, and asks for no mail', async () => {
    const server = await lineServer('* PREAUTH IMAP4rev1 server logged in as Smith\r\n', OPEN.answer);
    const seen = await observe(imap, server.port);
    expect(seen.facts).toMatchObject({ preAuthenticated: true });
    await server.ended();
    expect(server.lines).toEqual(['a1 CAPABILITY', 'a2 LOGOUT']);
  });

  it('leads to a handshake', async () => {
    const server = await lineServer(KEPT.greeting, KEPT.answer);
    const seen = await observe(insideStartTls, server.port, 'plain', {}, { startTls: imap });
    expect(seen).toMatchObject({ status: 'answered', facts: { protocol: 'TLSv1.3' } });
    expect(server.lines).toEqual(['a1 STARTTLS']);
  });

  it('leads nowhere when the server declines', async () => {
    const { port } = await lineServer(OPEN.greeting, OPEN.answer);
    const seen = await observe(insideStartTls, port, 'plain', {}, { startTls: imap });
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
    expect(seen.detail).toContain("TLS support isn't enabled");
  });

  it.each([
    ['turns us away', '* BYE Too many connections\r\n'],
    ['is none', '+OK POP3 ready\r\n'],
    ['has a line without end', `* OK ${'a'.repeat(20_000)}`],
  ])('draws no conclusion from a server that %s', async (_what, words) => {
    const { port } = await greeting(words);
    await expect(observe(imap, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });

  it.each([
    ['no list of capabilities', 'a1 OK done\r\n'],
    ['another tag', 'b7 OK done\r\n'],
    ['untagged lines without end', '* 1 EXISTS\r\n'.repeat(200)],
  ])('refuses an answer with %s', async (_what, answer) => {
    const { port } = await lineServer('* OK ready\r\n', () => answer);
    await expect(observe(imap, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });

  it.each([
    [KEPT.greeting, true],
    ['* PREAUTH ready\r\n', true],
    ['* BYE no\r\n', true],
    ['* OKAY\r\n', false],
    ['* LIST\r\n', false],
    ['+OK ready\r\n', false],
    ['220 * OK\r\n', false],
  ])('recognises %j: %j', (words, expected) => {
    expect(imap.recognises?.(Buffer.from(words))).toBe(expected);
  });
});
