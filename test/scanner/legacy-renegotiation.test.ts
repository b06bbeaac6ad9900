import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeServerDirectory, onFreePort, startServerProcess } from '../support/server-process.ts';
import { describeWith, findProgram } from '../support/requires.ts';
import { selfSigned } from './certificates.ts';
import { probing } from './support.ts';

describeWith('gnutls-serv', 'a server of TLS without secure renegotiation (RFC 5746)', () => {
  it('is spoken to all the same', async () => {
    const { pem, key } = await selfSigned('legacy.example');
    const server = await onFreePort(async (free) => {
      const directory = await makeServerDirectory('gnutls');
      const [certificate, privateKey] = [path.join(directory, 'certificate'), path.join(directory, 'key')];
      await Promise.all([writeFile(certificate, pem), writeFile(privateKey, key)]);
      const priority = 'NORMAL:-VERS-TLS1.3:%DISABLE_SAFE_RENEGOTIATION';
      const started = await startServerProcess({
        program: findProgram('gnutls-serv') ?? 'gnutls-serv',
        directory,
        arguments: [
          '--echo',
          '-p',
          String(free),
          '--priority',
          priority,
          '--x509certfile',
          certificate,
          '--x509keyfile',
          privateKey,
        ],
        ready: /listening on/,
        stopSignal: 'SIGTERM',
      });
      return { ...started, port: free };
    });
    onTestFinished(() => server.stop());
    const { observation } = await probing(
      server.port,
      async (connection) => {
        await connection.write('hello\n');
        return { echo: (await connection.readUntil('\n', 64)).toString() };
      },
      { layer: 'tls' },
    );
    expect(observation.detail).toBeNull();
    expect(observation.facts).toEqual({ echo: 'hello\n' });
  });
});
