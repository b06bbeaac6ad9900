import {
  createServer as createTlsServer,
  type TlsOptions as ServerTlsOptions,
  type TLSSocket,
} from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { TlsSession } from '../../src/scanner/connection.ts';
import { ConversationError } from '../../src/scanner/probe.ts';
import { selfSigned, type TestCertificate } from './certificates.ts';
import { hastyProfile, listen, patientProfile, probing } from './support.ts';

describe('a conversation in the clear', () => {
  it('reads in the pieces that are asked for, whatever pieces they come in', async () => {
    const pieces = ['one\r', '\ntwo\r\nth', 'ree!rest', ' and more'];
    const listener = await listen((socket) => {
      const send = setInterval(() => {
        const piece = pieces.shift();
        if (piece === undefined) socket.end();
        else socket.write(piece);
      }, 15);
      socket.on('close', () => clearInterval(send));
    });
    const { observation } = await probing(listener.port, async (connection) => ({
      first: (await connection.readUntil('\r\n', 100)).toString(),
      second: (await connection.readUntil('\r\n', 100)).toString(),
      third: (await connection.readExactly(6)).toString(),
      fourth: (await connection.readUntilQuiet(60, 7)).toString(),
      fifth: (await connection.readUntilQuiet(60, 100)).toString(),
      end: (await connection.read()).length,
      received: connection.bytesReceived,
    }));
    expect(observation.facts).toEqual({
      first: 'one\r\n',
      second: 'two\r\n',
      third: 'three!',
      fourth: 'rest an',
      fifth: 'd more',
      end: 0,
      received: 29,
    });
  });

  it('calls it garbled when the peer ends too early, or goes on without the delimiter', async () => {
    const listener = await listen((socket) => void socket.end('0123456789'));
    const detailOf = async (run: Parameters<typeof probing>[1]): Promise<string | null> => {
      const { observation } = await probing(listener.port, run);
      expect(observation).toMatchObject({ status: 'garbled', facts: null });
      return observation.detail;
    };
    expect(await detailOf(async (connection) => ({ read: await connection.readExactly(11) }))).toContain(
      '10 bytes',
    );
    expect(await detailOf(async (connection) => ({ read: await connection.readUntil('\n', 50) }))).toContain(
      '"\\n"',
    );
    expect(await detailOf(async (connection) => ({ read: await connection.readUntil('\n', 10) }))).toContain(
      '10 bytes',
    );
    // The delimiter is there, but only beyond the limit.
    expect(await detailOf(async (connection) => ({ read: await connection.readUntil('9', 9) }))).toContain(
      '9 bytes',
    );
    const { observation } = await probing(listener.port, async (connection) => ({
      read: (await connection.readUntil('9', 10)).length,
    }));
    expect(observation.facts).toEqual({ read: 10 });
  });

  it('waits for a greeting as long as the profile says, and no longer', async () => {
    const talks = await listen((socket) => void setTimeout(() => socket.write('220 here\r\n'), 100));
    const silent = await listen(() => {});
    const hangsUp = await listen((socket) => void setTimeout(() => socket.resetAndDestroy(), 20));
    const ends = await listen((socket) => void socket.end());
    const floods = await listen((socket) => void socket.write(Buffer.alloc(1024 * 1024, 'a')));
    const drips = await listen((socket) => {
      const drip = setInterval(() => socket.write('.'), 20);
      socket.on('close', () => clearInterval(drip));
    });
    const heard = async (port: number): Promise<{ length: number; ms: number }> => {
      let raw: Buffer | null = null;
      const { observation } = await probing(
        port,
        async (connection) => {
          const started = performance.now();
          const { length } = await connection.greeting();
          return { length, ms: performance.now() - started };
        },
        { onGreeting: (bytes) => (raw = bytes) },
      );
      expect(observation.status).toBe('answered');
      expect(raw).toHaveLength(Number(observation.facts?.length));
      return observation.facts as { length: number; ms: number };
    };
    const [t, s, h, e, f, d] = await Promise.all(
      [talks, silent, hangsUp, ends, floods, drips].map(({ port }) => heard(port)),
    );
    expect(t?.length).toBe(10);
    expect([s?.length, h?.length, e?.length, f?.length]).toEqual([0, 0, 0, 4096]);
    expect(s?.ms).toBeGreaterThanOrEqual(patientProfile.greetingWaitMs - 5);
    expect(d?.length).toBeGreaterThan(0);
    for (const one of [t, s, h, e, f, d]) expect(one?.ms).toBeLessThan(5_000);
  });

  it('tells what the peer said unasked apart from its answers', async () => {
    const listener = await listen((socket) => {
      socket.write('banner');
      socket.on('data', () => socket.write('answer'));
    });
    let greeting = Buffer.alloc(0);
    await probing(
      listener.port,
      async (connection) => {
        await connection.readExactly(6);
        await connection.write('question');
        return { answer: (await connection.readExactly(6)).toString() };
      },
      { onGreeting: (bytes) => (greeting = Buffer.from(bytes)) },
    );
    expect(greeting.toString()).toBe('banner');
  });

  it('is of no use once it is closed', async () => {
    const listener = await listen(() => {});
    const { observation } = await probing(listener.port, async (connection) => {
      connection.close();
      connection.close();
      await connection.write('x');
      return {};
    });
    expect(observation).toMatchObject({ status: 'failed', detail: expect.stringContaining('closed') });
  });
});

async function tlsServer(
  options: ServerTlsOptions,
  onSecure: (socket: TLSSocket) => void = () => {},
): Promise<{ port: number; errors: string[] }> {
  const errors: string[] = [];
  const server = createTlsServer(options, onSecure);
  server.on('tlsClientError', (error) => errors.push(error.message));
  server.on('secureConnection', (socket) => socket.on('error', () => {}));
  const { port } = await listen(() => {}, { server });
  return { port, errors };
}

describe('a conversation inside TLS', () => {
  let made: Promise<TestCertificate[]> | null = null;
  const certificates = (): Promise<TestCertificate[]> =>
    (made ??= Promise.all(['server.invalid', 'second.invalid', 'third.invalid'].map(selfSigned)));

  async function sessionAt(port: number, options = {}): Promise<TlsSession> {
    let session: TlsSession | null = null;
    const { observation } = await probing(port, async (connection) => {
      session = await connection.startTls(options);
      return {};
    });
    expect(observation).toMatchObject({ status: 'answered', detail: null });
    if (session === null) throw new Error('no session');
    return session;
  }

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('reports the session of %s and talks in it', async (version) => {
    const [own] = await certificates();
    const { port } = await tlsServer(
      { key: own?.key, cert: own?.pem, minVersion: version, maxVersion: version },
      (socket) => void socket.on('data', (data) => socket.write(`echo ${data.toString()}`)),
    );
    const { observation } = await probing(port, async (connection) => {
      const session = await connection.startTls();
      await connection.write('hello');
      const echo = (await connection.readExactly(10)).toString();
      return { ...session, certificates: session.certificates.length, echo, encrypted: connection.encrypted };
    });
    expect(observation.facts).toMatchObject({
      protocol: version,
      cipher: expect.stringMatching(
        version === 'TLSv1.3' ? /^TLS_AES_256_GCM_SHA384$/ : /^TLS_ECDHE_ECDSA_WITH_/,
      ),
      verifyError: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      certificates: 1,
      echo: 'echo hello',
      encrypted: true,
    });
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'gives the certificates as they were served over %s, in order, whether they belong together or not',
    async (version) => {
      const [own, second, third] = await certificates();
      for (const extra of [
        [third, second],
        [second, third],
        [own, own],
      ]) {
        const cert = [own, ...extra].map((one) => one?.pem).join('\n');
        const { port } = await tlsServer({ key: own?.key, cert, minVersion: version, maxVersion: version });
        const { certificates: served } = await sessionAt(port);
        expect(served.map((der) => der.toString('hex'))).toEqual(
          [own, ...extra].map((one) => one?.der.toString('hex')),
        );
      }
    },
  );

  it('keeps at most 16 certificates', async () => {
    const [own] = await certificates();
    const { port } = await tlsServer({ key: own?.key, cert: `${own?.pem}\n`.repeat(40) });
    expect((await sessionAt(port)).certificates).toHaveLength(16);
  });

  it('reaches servers that speak only what is long outdated', async () => {
    const [own] = await certificates();
    const { port } = await tlsServer({
      key: own?.key,
      cert: own?.pem,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1',
      ciphers: 'ALL:@SECLEVEL=0',
    });
    const session = await sessionAt(port, { minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' });
    expect(session.protocol).toBe('TLSv1');
    const { observation } = await probing(port, async (connection) => ({ encrypted: connection.encrypted }), {
      layer: 'tls',
    });
    expect(observation.facts).toEqual({ encrypted: true });
  });

  it('reports a server without certificate', async () => {
    const { port } = await tlsServer({ ciphers: 'AECDH-AES256-SHA:@SECLEVEL=0', maxVersion: 'TLSv1.2' });
    const session = await sessionAt(port, { ciphers: 'aNULL:@SECLEVEL=0', maxVersion: 'TLSv1.2' });
    expect(session).toMatchObject({ cipher: 'TLS_ECDH_anon_WITH_AES_256_CBC_SHA', certificates: [] });
  });

  it('asks for the server name that it was given, and for none otherwise', async () => {
    const [own] = await certificates();
    const { port } = await tlsServer({ key: own?.key, cert: own?.pem }, (socket) => {
      socket.write(`${'servername' in socket ? String(socket.servername) : 'unset'}\n`);
    });
    for (const [options, asked] of [
      [{}, 'false\n'],
      [{ serverName: 'www.example.com' }, 'www.example.com\n'],
    ] as const) {
      const { observation } = await probing(port, async (connection) => {
        await connection.startTls(options);
        return { asked: (await connection.readUntil('\n', 100)).toString() };
      });
      expect(observation.facts).toEqual({ asked });
    }
    const { observation } = await probing(port, async (connection) => {
      await connection.startTls({ serverName: '127.0.0.1' });
      return {};
    });
    expect(observation).toMatchObject({ status: 'failed', detail: expect.stringContaining('server name') });
  });

  it('gives the socket back when a handshake fails', async () => {
    const listener = await listen((socket) => void socket.write('not TLS, whatever you say\n'));
    const { observation } = await probing(listener.port, async (connection) => {
      connection.close();
      let refused = 0;
      for (let index = 0; index < 3; index += 1) {
        const other = await connection.another();
        await other.startTls().catch(() => (refused += 1));
      }
      return { refused };
    });
    expect(observation.facts).toEqual({ refused: 3 });
    expect(listener.accepted).toBe(4);
  });

  it('shakes hands again on another connection of an encrypted one', async () => {
    const [own] = await certificates();
    const { port } = await tlsServer({ key: own?.key, cert: own?.pem }, (socket) => void socket.write('hi'));
    const { observation } = await probing(
      port,
      async (connection) => {
        const other = await connection.another();
        return { encrypted: other.encrypted, said: (await other.readExactly(2)).toString() };
      },
      { layer: 'tls' },
    );
    expect(observation.facts).toEqual({ encrypted: true, said: 'hi' });
  });

  it('upgrades in the middle of a conversation', async () => {
    const [own] = await certificates();
    const inner = createTlsServer({ key: own?.key, cert: own?.pem }, (socket) => void socket.write('secret'));
    const listener = await listen((socket) => {
      socket.write('ready\n');
      socket.once('data', () => {
        socket.write('go\n');
        inner.emit('connection', socket);
      });
    });
    const { observation } = await probing(listener.port, async (connection) => {
      await connection.readUntil('\n', 10);
      await connection.write('STARTTLS\n');
      await connection.readUntil('\n', 10);
      await connection.startTls();
      return { said: (await connection.readExactly(6)).toString() };
    });
    expect(observation.facts).toEqual({ said: 'secret' });
  });

  it('fails before a packet is sent when our OpenSSL cannot do what is asked', async () => {
    const received: number[] = [];
    const listener = await listen((socket) => void socket.on('data', (data) => received.push(data.length)));
    for (const options of [
      { ciphers: 'RC4-MD5' },
      { minVersion: 'SSLv3' as never },
      { minVersion: 'TLSv1.3' as const, maxVersion: 'TLSv1.2' as const },
    ]) {
      const { observation } = await probing(listener.port, async (connection) => {
        await connection.startTls(options);
        return {};
      });
      expect(observation.status).toBe('failed');
    }
    expect(received).toEqual([]);
  });

  describe('with a peer that does not speak it', () => {
    const shake = (port: number, profile = patientProfile) =>
      probing(port, async (connection) => ({ session: (await connection.startTls()).protocol }), { profile });

    it('calls another protocol, an early end and a refusal garbled', async () => {
      const ssh = await listen((socket) => void socket.write('SSH-2.0-x\r\n'));
      const quits = await listen((socket) => void socket.once('data', () => socket.end()));
      const gone = await listen((socket) => void socket.end());
      const [own] = await certificates();
      const old = await tlsServer({
        key: own?.key,
        cert: own?.pem,
        maxVersion: 'TLSv1.1',
        minVersion: 'TLSv1',
      });
      for (const { port } of [ssh, quits, gone, old]) {
        expect((await shake(port)).observation).toMatchObject({ status: 'garbled', facts: null });
      }
    });

    it('keeps the code that OpenSSL gave, for the probe', async () => {
      const listener = await listen((socket) => void socket.write('SSH-2.0-x\r\n'));
      let cause: unknown;
      await probing(listener.port, async (connection) => {
        await connection.startTls().catch((error: unknown) => {
          cause = error instanceof ConversationError ? error.cause : null;
        });
        return {};
      });
      expect(cause).toMatchObject({ code: 'ERR_SSL_WRONG_VERSION_NUMBER' });
    });

    it('says reset, and timed out', async () => {
      const resets = await listen((socket) => void socket.once('data', () => socket.resetAndDestroy()));
      expect((await shake(resets.port)).observation.status).toBe('reset');
      const silent = await listen((socket) => void socket.resume());
      expect((await shake(silent.port, hastyProfile)).observation.status).toBe('timed-out');
    });

    it('stops a handshake without end', async () => {
      // Warning alerts are legal before a handshake, and say nothing.
      const warning = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x01, 0x00]);
      const flood = Buffer.concat(Array(2_000).fill(warning));
      const listener = await listen((socket) => {
        const pump = (): void => {
          while (socket.writable && socket.write(flood));
        };
        socket.on('drain', pump).once('data', pump);
      });
      const started = performance.now();
      const { observation } = await shake(listener.port);
      expect(['garbled', 'too-large', 'reset']).toContain(observation.status);
      expect(performance.now() - started).toBeLessThan(10_000);
    });

    it('stops a handshake that sends ever more certificates', async () => {
      // One handshake message that claims 16 MB, after a hello that never comes: OpenSSL reads record by record.
      const record = Buffer.alloc(5 + 16_000, 0x41);
      Buffer.from([0x16, 0x03, 0x03, 0x3e, 0x80]).copy(record);
      Buffer.from([0x0b, 0xff, 0xff, 0xff]).copy(record, 5);
      const listener = await listen((socket) => {
        const drip = setInterval(() => socket.write(record), 1);
        socket.on('close', () => clearInterval(drip));
      });
      const { observation } = await shake(listener.port);
      expect(['garbled', 'too-large']).toContain(observation.status);
    });
  });

  it('ends with the run', async () => {
    const [own] = await certificates();
    let closed = 0;
    const { port } = await tlsServer({ key: own?.key, cert: own?.pem }, (socket) => {
      socket.resume().on('close', () => (closed += 1));
    });
    const halt = new AbortController();
    const { observation } = await probing(
      port,
      async (connection) => {
        setTimeout(() => halt.abort(), 20);
        return { got: await connection.read() };
      },
      { layer: 'tls', signal: halt.signal },
    );
    expect(observation.status).toBe('halted');
    await expect.poll(() => closed).toBe(1);
  });
});
