import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReply } from '../../../src/probes/smtp/reply.ts';
import { parseExtensions } from '../../../src/probes/smtp/session.ts';
import { ConversationError } from '../../../src/scanner/probe.ts';
import { reading } from '../scripted.ts';

const reply = (text: string) => readReply(reading(Buffer.from(text)));

describe('readReply', () => {
  it('joins the lines of one reply', async () => {
    await expect(reply('250-mail.example\r\n250-PIPELINING\r\n250 STARTTLS\r\n')).resolves.toEqual({
      code: 250,
      lines: ['mail.example', 'PIPELINING', 'STARTTLS'],
    });
  });

  it('takes a bare code and bare line feeds', async () => {
    await expect(reply('220\n')).resolves.toEqual({ code: 220, lines: [''] });
  });

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.2p1\r\n'],
    ['a change of code', '250-a\r\n251 b\r\n'],
    ['a code of four digits', '2500 a\r\n'],
    ['an endless reply', '250-a\r\n'.repeat(500)],
    ['an endless line', `220 ${'a'.repeat(5000)}\r\n`],
    ['a reply that breaks off', '250-a\r\n'],
  ])('refuses %s', async (_what, text) => {
    await expect(reply(text)).rejects.toMatchObject({ status: 'garbled' });
  });

  it('reads or refuses any text', async () => {
    const text = fc.array(fc.constantFrom('250', '-', ' ', '\r\n', '\n', '\u001b', 'AUTH', 'é', '\0'), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(text, async (parts) => {
        const outcome = await reply(parts.join('')).then(
          ({ code }) => code,
          (error: unknown) => error,
        );
        expect(typeof outcome === 'number' || outcome instanceof ConversationError).toBe(true);
      }),
    );
  });
});

describe('parseExtensions', () => {
  it('gives keywords without parameters and the mechanisms of both spellings of AUTH', () => {
    expect(parseExtensions(['SIZE 1000', 'auth plain Login', 'AUTH=PLAIN', 'starttls', '8BITMIME'])).toEqual({
      extensions: ['SIZE', 'AUTH', 'STARTTLS', '8BITMIME'],
      startTlsOffered: true,
      authMechanisms: ['PLAIN', 'LOGIN'],
    });
  });

  it('drops what is no keyword', () => {
    expect(parseExtensions(['\u001b[2J', '', ' STARTTLS', 'X<script>'])).toEqual({
      extensions: [],
      startTlsOffered: false,
      authMechanisms: [],
    });
  });
});
