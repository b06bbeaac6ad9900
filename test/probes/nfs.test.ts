import { describe, expect, it } from 'vitest';
import nfs from '../../src/probes/nfs.ts';
import { inTurn } from './in-turn.ts';
import { observe } from './probing.ts';

/** What NFS-Ganesha 4.3 answers to the empty procedure of a version that it has, and of one that it has not. */
const reply = (version: number, state: string): Buffer => {
  const body = Buffer.from(
    `6e66730${version}00000001000000000000000000000000${state}`.replaceAll(' ', ''),
    'hex',
  );
  return Buffer.concat([Buffer.from([0x80, 0, 0, body.length]), body]);
};
const spoken = (version: number): Buffer => reply(version, '00000000');
const notSpoken = (version: number): Buffer => reply(version, '00000002 00000003 00000004');
const denied = (version: number): Buffer =>
  Buffer.from(`800000146e66730${version}00000001000000010000000100000005`, 'hex');

describe('nfs', () => {
  it('asks for each version', async () => {
    const { port, heard } = await inTurn({ turns: [notSpoken(2), spoken(3), spoken(4)] });
    const seen = await observe(nfs, port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ versions: [3, 4] });
    const call = (version: number): string =>
      `800000286e66730${version}0000000000000002000186a30000000${version}00000000${'00'.repeat(16)}`;
    expect(await heard()).toEqual([[call(2), call(3), call(4)]]);
  });

  it('is NFS too when it refuses strangers', async () => {
    const { port } = await inTurn({ turns: [denied(2), denied(3), denied(4)] });
    await expect(observe(nfs, port)).resolves.toMatchObject({ facts: { versions: [] } });
  });

  it.each([
    ['another program', [reply(2, '00000001')]],
    ['hanging up half-way', [spoken(2), null]],
    ['HTTP', ['HTTP/1.1 400 Bad Request\r\n\r\n']],
  ])('draws no conclusion from %s', async (_what, turns) => {
    const { port } = await inTurn({ turns });
    await expect(observe(nfs, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });
});
