import { describe, expect, it } from 'vitest';
import smb from '../../src/probes/smb.ts';
import { inTurn, type Script, type Turn } from './in-turn.ts';
import { answering, observe } from './probing.ts';

/** Answers that Samba 4.17 gave, without its times and its challenge. */
function frame(hex: string): Buffer {
  const message = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  const head = Buffer.alloc(4);
  head.writeUInt32BE(message.length);
  return Buffer.concat([head, message]);
}
const smb2 = (dialect: string, security = '0100', status = '00000000'): Buffer =>
  frame(
    `fe534d42 40000000 ${status} 0000 0100 01000000 ${'00'.repeat(44)} 4100 ${security} ${dialect} 0100 766d${'00'.repeat(56)}`,
  );
const smb1 = (index = '0000', security = '03', status = '00000000'): Buffer =>
  frame(`ff534d42 72 ${status} 88 0340 ${'00'.repeat(20)} 11 ${index} ${security} ${'00'.repeat(33)}`);
const noDialect = frame(`ff534d42 72 00000000 88 0340 ${'00'.repeat(20)} 01 ffff 0000`);
const notSupported = smb2('0000', '0000', 'bb0000c0');

const scripts = (...turns: readonly Turn[]): Script[] => turns.map((turn) => ({ turns: [turn] }));

async function look(...turns: readonly Turn[]) {
  const { port, heard } = await inTurn(...scripts(...turns));
  return { seen: await observe(smb, port), heard };
}

describe('smb', () => {
  it('asks for everything, for SMB 1, and for each dialect', async () => {
    const { seen, heard } = await look(
      smb2('1103'),
      smb1(),
      smb2('0202'),
      smb2('1002'),
      smb2('0003'),
      smb2('0203'),
      smb2('1103'),
    );
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      smb1: true,
      dialects: ['2.0.2', '2.1', '3.0', '3.0.2', '3.1.1'],
      signingRequired: false,
    });
    const asked = await heard();
    expect(asked.map((words) => words.length)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    // Five dialects, one context, which begins at a multiple of eight.
    expect(asked[0]?.[0]).toMatch(
      /^0000009efe534d42400000000000000000000100(?:00){48}240005000100000000000000(?:..){16}7000000001000000020210020003020311030000010026000000000001002000/,
    );
    expect(asked[1]?.[0]).toBe(
      `0000002fff534d4272000000001801400000${'00'.repeat(18)}000c00024e54204c4d20302e313200`,
    );
    expect(asked[2]?.[0]).toMatch(/^00000066fe534d42.*2400010001000000(?:00){28}0202$/);
  });

  it('sees that signing is required, and what is not spoken', async () => {
    const declined = [notSupported, null, smb2('0003', '0300'), smb2('0203', '0300'), smb2('1103', '0300')];
    const { seen } = await look(smb2('1103', '0300'), noDialect, ...declined);
    expect(seen.facts).toEqual({ smb1: false, dialects: ['3.0', '3.0.2', '3.1.1'], signingRequired: true });
  });

  it.each([
    ['hangs up on', null],
    ['declines', noDialect],
    ['fails', smb1('0000', '03', '010000c0')],
  ])('sees a server that %s SMB 1', async (_how, turn) => {
    const { seen } = await look(smb2('0202'), turn, smb2('0202'), null);
    expect(seen.facts).toEqual({ smb1: false, dialects: ['2.0.2'], signingRequired: false });
  });

  it.each([
    ['07', false],
    ['0f', true],
  ])('sees a server that speaks SMB 1 only, with security mode %s', async (security, signingRequired) => {
    const { seen, heard } = await look(null, smb1('0000', security));
    expect(seen.facts).toEqual({ smb1: true, dialects: [], signingRequired });
    expect(await heard()).toHaveLength(2);
  });

  it('draws no conclusion when the server stops answering', async () => {
    const { seen } = await look(smb2('1103'), null);
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
    expect(seen.detail).toContain('stopped answering');
  });

  it('draws no conclusion from a server that hangs up on everything', async () => {
    const { seen } = await look(null);
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
  });

  it.each([
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['an echo', frame(`fe534d42 40000000 00000000 0000 0100 00000000 ${'00'.repeat(80)}`)],
    ['another command', frame(`fe534d42 40000000 00000000 0100 0100 01000000 ${'00'.repeat(80)}`)],
    ['a dialect that is none', smb2('ffff')],
    ['a message that ends early', frame('fe534d42 40000000')],
    ['a refusal of a NetBIOS session', Buffer.from('8300000182', 'hex')],
  ])('refuses %s', async (_what, answer) => {
    const { port } = await answering(answer);
    await expect(observe(smb, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });
});
