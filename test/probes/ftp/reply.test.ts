import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReply } from '../../../src/probes/ftp/reply.ts';
import { ConversationError } from '../../../src/scanner/probe.ts';
import { reading } from '../scripted.ts';

const reply = (text: string) => readReply(reading(Buffer.from(text)));

describe('readReply', () => {
  it('ends at the code and a space, whatever the lines before begin with', async () => {
    await expect(reply('230-Hello\r\n331 is a number\r\n 230 no end\r\n230 Done\r\n')).resolves.toEqual({
      code: 230,
      lines: ['Hello', '331 is a number', ' 230 no end', '230 Done'],
    });
  });

  it('takes a bare code and bare line feeds', async () => {
    await expect(reply('220\n')).resolves.toEqual({ code: 220, lines: [''] });
    await expect(reply('220-\n220\n')).resolves.toEqual({ code: 220, lines: ['', '220'] });
  });

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.2p1\r\n'],
    ['a code of four digits', '2200 a\r\n'],
    ['an endless reply', `220-a\r\n${'b\r\n'.repeat(500)}`],
    ['an endless line', `220 ${'a'.repeat(5000)}\r\n`],
    ['a reply that breaks off', '220-a\r\n'],
  ])('refuses %s', async (_what, text) => {
    await expect(reply(text)).rejects.toMatchObject({ status: 'garbled' });
  });

  it('reads or refuses any text', async () => {
    const text = fc.array(fc.constantFrom('220', '-', ' ', '\r\n', '\n', '\u001b', 'AUTH', 'é', '\0'), {
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
