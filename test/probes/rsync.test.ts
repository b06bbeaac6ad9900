import { describe, expect, it } from 'vitest';
import { parseModule } from '../../src/probes/rsync/module-list.ts';
import rsync from '../../src/probes/rsync.ts';
import { lineServer } from './line-server.ts';
import { greeting, observe } from './probing.ts';

/** rsync 3.5.0. */
const GREETING = '@RSYNCD: 32.0 sha512 sha256 sha1 md5 md4\n';
const daemon =
  (list: string, motd = '') =>
  (line: string) => {
    if (line.startsWith('@RSYNCD:')) return motd;
    return line === '#list' ? { say: list, next: 'hang-up' as const } : '@ERROR: protocol startup error\n';
  };
const EXIT = '@RSYNCD: EXIT\n';

describe('rsync', () => {
  it('sees the modules of a daemon, and asks for none of them', async () => {
    const list = `public         \tPublic files\nbackup         \t\n${EXIT}`;
    const server = await lineServer(GREETING, daemon(list));
    const seen = await observe(rsync, server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      encrypted: false,
      protocolVersion: '32.0',
      modules: [
        { name: 'public', comment: 'Public files' },
        { name: 'backup', comment: '' },
      ],
      moreModules: false,
    });
    expect(server.lines).toEqual(['@RSYNCD: 30.0', '#list']);
  });

  it('sees a daemon that lists nothing', async () => {
    const { port } = await lineServer(GREETING, daemon(EXIT));
    await expect(observe(rsync, port)).resolves.toMatchObject({ facts: { modules: [], moreModules: false } });
  });

  it('does not take a message of the day for a list', async () => {
    const motd = 'Welcome\nThis machine is for\tthe staff only\n';
    const { port } = await lineServer(GREETING, daemon(`public         \t\n${EXIT}`, motd));
    const seen = await observe(rsync, port);
    expect(seen.facts).toMatchObject({ modules: [{ name: 'public' }] });
  });

  it('speaks inside TLS', async () => {
    const { port } = await lineServer(GREETING, daemon(EXIT), { implicitTls: true });
    await expect(observe(rsync, port, 'tls')).resolves.toMatchObject({ facts: { encrypted: true } });
  });

  it('keeps the first 64 of many', async () => {
    const list = Array.from({ length: 500 }, (_, index) => `module-${index}`.padEnd(15)).join('\t\n');
    const { port } = await lineServer(GREETING, daemon(`${list}\t\n${EXIT}`));
    const seen = await observe(rsync, port);
    expect(seen.facts).toMatchObject({ moreModules: true });
    expect(seen.facts?.['modules']).toHaveLength(64);
  });

  it.each([
    ['an error', '@ERROR: access denied\n'],
    ['lines without end', 'all the same\n'.repeat(2000)],
    ['a list that breaks off', 'public         \t\n'],
  ])('draws no conclusion from %s', async (_what, list) => {
    const { port } = await lineServer(GREETING, daemon(list));
    await expect(observe(rsync, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });

  it('refuses another protocol', async () => {
    const { port } = await greeting('SSH-2.0-OpenSSH_9.2p1\r\n');
    await expect(observe(rsync, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });

  it.each([
    [GREETING, true],
    ['@RSYNCD: 29\n', true],
    ['@RSYNCD: EXIT\n', false],
    ['RSYNCD: 31.0\n', false],
    ['@RSYNCD: 31.0beta\n', false],
  ])('recognises %j: %j', (words, expected) => {
    expect(rsync.recognises?.(Buffer.from(words))).toBe(expected);
  });
});

describe('parseModule', () => {
  it.each([
    [
      'a name with spaces and more\twhat for\ttab',
      { name: 'a name with spaces and more', comment: 'what for\\ttab' },
    ],
    ['evil\u001b[2J        \t', { name: 'evil\\x1b[2J', comment: '' }],
    ['short\tname', null],
    ['no tab at all in this line', null],
    ['/a/path/and/more/of\tit', null],
    ['               \tno name', null],
  ])('takes %j apart', (line, expected) => {
    expect(parseModule(line)).toEqual(expected);
  });
});
