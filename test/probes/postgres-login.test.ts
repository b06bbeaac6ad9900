import { describe, expect, it, onTestFinished } from 'vitest';
import postgresLogin from '../../src/probes/postgres-login.ts';
import { startPostgresServer } from '../support/postgres-server.ts';
import { describeWith } from '../support/requires.ts';
import { inTurn, type Script } from './in-turn.ts';
import { answering, observe } from './probing.ts';

const login = { classes: ['read', 'login'] } as const;

const STARTUP = `00000029 00030000 ${Buffer.from('user\0postgres\0database\0postgres\0\0').toString('hex')}`;
const startup = STARTUP.replaceAll(' ', '');
const SSL_REQUEST = '0000000804d2162f';
const TERMINATE = '5800000004';

function message(type: string, body: Buffer | string): Buffer {
  const bytes = Buffer.from(body);
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeUInt32BE(bytes.length + 4, 1);
  return Buffer.concat([head, bytes]);
}
const asks = (method: number, more = ''): Buffer =>
  message('R', Buffer.concat([Buffer.from([0, 0, 0, method]), Buffer.from(more)]));
const setting = (name: string, value: string): Buffer => message('S', `${name}\0${value}\0`);
const error = (code: string): Buffer =>
  message('E', `SFATAL\0VFATAL\0C${code}\0Mkein pg_hba.conf-Eintrag für Host »192.0.2.1«\0\0`);
const session = Buffer.concat([
  asks(0),
  setting('in_hot_standby', 'off'),
  setting('server_version', '15.8 (Debian)'),
  message('K', Buffer.alloc(8)),
  message('Z', 'I'),
]);

async function attempt(...scripts: Script[]) {
  const { port, heard } = await inTurn(...scripts);
  const seen = await observe(postgresLogin, port, 'plain', {}, login);
  return { seen, heard: await heard() };
}

const refused = { user: 'postgres', accepted: false, sessionOpened: false, version: null } as const;

describe('postgres-login', () => {
  it('is let in without a password, and leaves', async () => {
    const { seen, heard } = await attempt({ turns: [session] });
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      user: 'postgres',
      accepted: true,
      sessionOpened: true,
      encrypted: false,
      authMethod: null,
      errorCode: null,
      version: '15.8 (Debian)',
    });
    expect(heard).toEqual([[startup, TERMINATE]]);
  });

  it('is let in where the role does not exist', async () => {
    const { seen } = await attempt({ turns: [Buffer.concat([asks(0), error('28000')])] });
    expect(seen.facts).toMatchObject({ accepted: true, sessionOpened: false, errorCode: '28000' });
  });

  it.each([
    [3, '', 'password'],
    [5, 'salt', 'md5'],
    [10, 'SCRAM-SHA-256\0\0', 'scram'],
    [99, '', 'other'],
  ])('is asked for proof by method %i', async (method, more, authMethod) => {
    const { seen, heard } = await attempt({ turns: [asks(method, more)] });
    expect(seen.facts).toEqual({ ...refused, encrypted: false, authMethod, errorCode: null });
    expect(heard).toEqual([[startup]]);
  });

  it('tries again inside TLS when it is turned away in the clear', async () => {
    const secure = { turns: [{ startTls: 'S', asked: 8 }, session] };
    const { seen, heard } = await attempt({ turns: [error('28000')] }, secure);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toMatchObject({ accepted: true, encrypted: true });
    expect(heard).toEqual([[startup], [SSL_REQUEST, startup, TERMINATE]]);
  });

  it('is turned away where there is no TLS either', async () => {
    const { seen, heard } = await attempt({ turns: [error('28000')] }, { turns: ['N'] });
    expect(seen.facts).toEqual({ ...refused, encrypted: false, authMethod: null, errorCode: '28000' });
    expect(heard).toEqual([[startup], [SSL_REQUEST]]);
  });

  it('is turned away inside TLS too', async () => {
    const secure = { turns: [{ startTls: 'S', asked: 8 }, error('28000')] };
    const { seen } = await attempt({ turns: [error('28000')] }, secure);
    expect(seen.facts).toMatchObject({ accepted: false, encrypted: true, errorCode: '28000' });
  });

  it.each([
    ['too many connections', error('53300')],
    ['a server that starts', error('57P03')],
    ['an error without SQLSTATE', message('E', 'Mnope\0\0')],
    ['a message that is too long', Buffer.from('R\x7f\xff\xff\xff', 'latin1')],
    ['what is no message', 'HTTP/1.1 400 Bad Request\r\n'],
    ['a session before the login', message('Z', 'I')],
    ['settings without end', Buffer.concat([asks(0), ...Array<Buffer>(80).fill(setting('a', 'b'))])],
  ])('draws no conclusion from %s', async (_what, answer) => {
    const { port } = await answering(answer);
    const seen = await observe(postgresLogin, port, 'plain', {}, login);
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
  });

  it('does not run without the word of the authorisation', async () => {
    const { port, connections } = await answering(session);
    await expect(observe(postgresLogin, port)).resolves.toMatchObject({ status: 'failed', facts: null });
    expect(connections()).toBe(0);
  });
});

describeWith('postgres', 'postgres-login at PostgreSQL', () => {
  it('is let in by trust, though there is no such role', { timeout: 60_000 }, async () => {
    const server = await startPostgresServer();
    onTestFinished(() => server.stop());
    const seen = await observe(postgresLogin, server.port, 'plain', {}, login);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toMatchObject({ accepted: true, sessionOpened: false, errorCode: '28000' });
  });
});
