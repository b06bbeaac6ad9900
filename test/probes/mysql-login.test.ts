import { describe, expect, it } from 'vitest';
import mysqlLogin from '../../src/probes/mysql-login.ts';
import { inTurn, type Script } from './in-turn.ts';
import { handshake, hostNotAllowed, mysqlError, ok, packet, switchTo } from './mysql/packets.ts';
import { greeting, observe } from './probing.ts';

const login = { classes: ['read', 'login'] } as const;
const clear = handshake({ tls: false });

async function attempt(script: Script) {
  const { port, heard } = await inTurn(script);
  const seen = await observe(mysqlLogin, port, 'plain', {}, login);
  return { seen, heard: (await heard())[0] ?? [] };
}

describe('mysql-login', () => {
  it('logs in as root without a password, and leaves', async () => {
    const { seen, heard } = await attempt({ first: clear, turns: [ok(2)] });
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      user: 'root',
      accepted: true,
      encrypted: false,
      authPlugin: 'mysql_native_password',
      refusal: null,
    });
    const [response, quit] = heard;
    const words = Buffer.from(response ?? '', 'hex');
    expect(words.subarray(0, 4)).toEqual(Buffer.from([words.length - 4, 0, 0, 1]));
    expect(words.toString('latin1', 36)).toBe('root\0\0mysql_native_password\0');
    expect(quit).toBe('0100000001');
  });

  it('sees that a password is wanted, and says no more', async () => {
    const { seen, heard } = await attempt({ first: clear, turns: [mysqlError(1045, '#28000no', 2)] });
    expect(seen.facts).toMatchObject({ accepted: false, refusal: 1045 });
    expect(heard).toHaveLength(1);
  });

  it('goes inside TLS where it is offered, because it may be demanded', async () => {
    const turns = [{ startTls: '', asked: 36 }, ok(3)];
    const { seen, heard } = await attempt({ first: handshake({}), turns });
    expect(seen.detail).toBeNull();
    expect(seen.facts).toMatchObject({ accepted: true, encrypted: true });
    const [request, response, quit] = heard.map((words) => Buffer.from(words, 'hex'));
    expect(request).toHaveLength(36);
    expect(response?.[3]).toBe(2);
    expect(response?.toString('latin1')).toContain('root');
    expect(quit?.toString('hex')).toBe('0100000001');
  });

  it.each([
    ['caching_sha2_password', '0100000300'],
    ['sha256_password', '0100000300'],
    ['mysql_native_password', '00000003'],
  ])('changes to %s when asked to, with its empty answer', async (plugin, answer) => {
    const { seen, heard } = await attempt({ first: clear, turns: [switchTo(2, plugin), ok(4)] });
    expect(seen.facts).toMatchObject({ accepted: true, authPlugin: plugin });
    expect(heard[1]).toBe(answer);
  });

  it('waits for the verdict after the fast success of caching_sha2_password', async () => {
    const first = handshake({ plugin: 'caching_sha2_password', tls: false });
    const fast = packet(2, Buffer.from([1, 3]));
    const { seen, heard } = await attempt({ first, turns: [Buffer.concat([fast, ok(3)])] });
    expect(seen.facts).toMatchObject({ accepted: true, authPlugin: 'caching_sha2_password' });
    expect(Buffer.from(heard[0] ?? '', 'hex').toString('latin1', 36)).toBe(
      'root\0\x01\0caching_sha2_password\0',
    );
  });

  it.each([
    ['the password itself', packet(2, Buffer.from([1, 4])), 'mysql_native_password'],
    ['a method that it has no answer to', switchTo(2, 'client_ed25519'), 'client_ed25519'],
    ['the method of servers before 4.1', packet(2, Buffer.from([0xfe])), 'mysql_old_password'],
  ])('is not let in by a server that wants %s', async (_what, answer, authPlugin) => {
    const { seen, heard } = await attempt({ first: clear, turns: [answer] });
    expect(seen.facts).toMatchObject({ accepted: false, authPlugin, refusal: null });
    expect(heard).toHaveLength(1);
  });

  it('takes a password that has run out for one that was right', async () => {
    const { seen } = await attempt({ first: clear, turns: [mysqlError(1862, '#HY000expired', 2)] });
    expect(seen.facts).toMatchObject({ accepted: true, refusal: 1862 });
  });

  it('is not let in where its host is not', async () => {
    const { port } = await greeting(hostNotAllowed);
    const seen = await observe(mysqlLogin, port, 'plain', {}, login);
    expect(seen.facts).toMatchObject({ accepted: false, refusal: 1130 });
  });

  it.each([
    ['too many connections before the login', { first: mysqlError(1040, 'Too many connections') }],
    ['a blocked host before the login', { first: mysqlError(1129, 'blocked') }],
    ['too many connections after it', { first: clear, turns: [mysqlError(1203, '#42000many', 2)] }],
    ['another packet', { first: clear, turns: [packet(2, Buffer.from('hello'))] }],
    [
      'switches without end',
      { first: clear, turns: Array<Buffer>(8).fill(switchTo(2, 'mysql_native_password')) },
    ],
    ['hanging up', { first: clear, turns: [null] }],
  ])('draws no conclusion from %s', async (_what, script: Script) => {
    const { seen } = await attempt(script);
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
  });

  it('does not run without the word of the authorisation', async () => {
    const { port, connections } = await greeting(clear);
    await expect(observe(mysqlLogin, port)).resolves.toMatchObject({ status: 'failed', facts: null });
    expect(connections()).toBe(0);
  });
});
