import { describe, expect, it } from 'vitest';
import ftpAnonymous from '../../src/probes/ftp-anonymous.ts';
import { lineServer, type LineAnswer } from './line-server.ts';
import { observe } from './probing.ts';

const VSFTPD = '220 (vsFTPd 3.0.3)\r\n';
const look = (port: number, layer: 'plain' | 'tls' = 'plain') =>
  observe(ftpAnonymous, port, layer, {}, { classes: ['read', 'login'] });

function open(line: string): LineAnswer {
  if (line === 'USER anonymous') return '331 Please specify the password.\r\n';
  if (line.startsWith('PASS ')) return '230 Login successful.\r\n';
  return '221 Goodbye.\r\n';
}

describe('ftp-anonymous', () => {
  it('sees that anonymous users are let in, and does nothing there', async () => {
    const server = await lineServer(VSFTPD, open);
    const seen = await look(server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ encrypted: false, accepted: true, replyCode: 230 });
    await server.ended();
    expect(server.lines).toEqual(['USER anonymous', 'PASS picket@picket.invalid', 'QUIT']);
  });

  it('sees a server that does not even ask for a password', async () => {
    const server = await lineServer(VSFTPD, () => '230 Welcome\r\n');
    const seen = await look(server.port);
    expect(seen.facts).toEqual({ encrypted: false, accepted: true, replyCode: 230 });
    await server.ended();
    expect(server.lines).toEqual(['USER anonymous', 'QUIT']);
  });

  it('ends with a refusal of the password, whether the server hangs up or not', async () => {
    for (const next of [undefined, 'hang-up'] as const) {
      const say = '530 Login incorrect.\r\n';
      const server = await lineServer(VSFTPD, (line) => {
        if (line.startsWith('USER')) return '331 Please specify the password.\r\n';
        return next === undefined ? say : { say, next };
      });
      const seen = await look(server.port);
      expect(seen.facts).toEqual({ encrypted: false, accepted: false, replyCode: 530 });
      await server.ended();
      expect(server.lines).toEqual(['USER anonymous', 'PASS picket@picket.invalid']);
    }
  });

  it('ends with a refusal of the name at once, and does not wait for its deadline', async () => {
    const server = await lineServer(VSFTPD, () => '530 This FTP server does not allow it.\r\n');
    const seen = await look(server.port);
    expect(seen.facts).toEqual({ encrypted: false, accepted: false, replyCode: 530 });
    await server.ended();
    expect(server.lines).toEqual(['USER anonymous']);
    expect(seen.durationMs).toBeLessThan(2000);
  });

  it('goes into TLS where vsftpd wants it, which hangs up in the clear', async () => {
    const server = await lineServer(VSFTPD, (line, encrypted) => {
      if (line === 'AUTH TLS') return { say: '234 Proceed with negotiation.\r\n', next: 'tls' };
      if (encrypted) return open(line);
      return { say: '530 Anonymous sessions must use encryption.\r\n', next: 'hang-up' };
    });
    const seen = await look(server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ encrypted: true, accepted: true, replyCode: 230 });
    await server.ended();
    expect(server.lines).toEqual([
      'USER anonymous',
      'AUTH TLS',
      '(tls) USER anonymous',
      '(tls) PASS picket@picket.invalid',
      '(tls) QUIT',
    ]);
  });

  it('keeps the refusal of a server that wants TLS and has none', async () => {
    const server = await lineServer(VSFTPD, (line) =>
      line === 'AUTH TLS' ? '500 AUTH not understood\r\n' : '550 SSL/TLS required on the control channel\r\n',
    );
    const seen = await look(server.port);
    expect(seen.facts).toEqual({ encrypted: false, accepted: false, replyCode: 550 });
  });

  it('logs in inside TLS', async () => {
    const server = await lineServer(VSFTPD, open, { implicitTls: true });
    const seen = await look(server.port, 'tls');
    expect(seen.facts).toEqual({ encrypted: true, accepted: true, replyCode: 230 });
  });

  it.each([
    ['has no room', '421 There are too many connected users\r\n'],
    ['has a disorder', '451 Local error in processing\r\n'],
  ])('draws no conclusion from a server that %s', async (_what, reply) => {
    const { port } = await lineServer(VSFTPD, () => reply);
    await expect(look(port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });

  it('does not take the wish for an account for a log-in', async () => {
    const { port } = await lineServer(VSFTPD, (line) =>
      line.startsWith('USER') ? '331 Password\r\n' : '332 Account\r\n',
    );
    await expect(look(port)).resolves.toMatchObject({ facts: { accepted: false, replyCode: 332 } });
  });

  it('says nothing without the permission for it', async () => {
    const server = await lineServer(VSFTPD, open);
    const seen = await observe(ftpAnonymous, server.port);
    expect(seen).toMatchObject({ status: 'failed', facts: null });
    expect(server.lines).toEqual([]);
  });
});
