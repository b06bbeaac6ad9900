import { describe, expect, it } from 'vitest';
import tls from '../../../src/probes/tls.ts';
import { answering, greeting, observe, rawServer } from '../probing.ts';
import { scriptedTls, type Reply } from './scripted-server.ts';
import { suites, TLS12 } from './scripted-versions.ts';

const wide = { socketsPerHost: 8, connectionsPerSecondPerHost: 10_000 };

describe('what is no TLS', () => {
  const notTls = async (port: number) => {
    const seen = await observe(tls, port, 'plain', wide);
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
    return seen.detail;
  };

  it('is given up at the first answer of another protocol', async () => {
    const http = await answering('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    expect(await notTls(http.port)).toBe('the server answered a TLS hello with something else: HTTP/');
    expect(http.connections()).toBe(1);
    const ssh = await greeting('SSH-2.0-OpenSSH_9.2\r\n');
    await notTls(ssh.port);
    expect(ssh.connections()).toBe(1);
    const echo = await rawServer((socket) => void socket.on('data', (chunk) => socket.write(chunk)));
    await notTls(echo.port);
    expect(echo.connections()).toBe(1);
  });

  it('is given up after three hellos that are met by hanging up', async () => {
    const server = await rawServer((socket) => void socket.once('data', () => socket.end()));
    expect(await notTls(server.port)).toBe('the server hung up after TLS hellos');
    expect(server.connections()).toBe(3);
  });

  it('is given up after two hellos that are met by silence', async () => {
    const server = await rawServer(() => {});
    expect(await notTls(server.port)).toBe('the server stayed silent after TLS hellos');
    expect(server.connections()).toBe(2);
  });

  it('is known by its silence when there is little time', async () => {
    const { port } = await rawServer(() => {});
    const seen = await observe(tls, port, 'plain', { probeDeadlineMs: 200 });
    expect(seen).toMatchObject({ status: 'timed-out', facts: null });
  });

  it('says so of a server that wants a name, so that it may be asked by one', async () => {
    const answer = (asked: { readonly name: string | null }): Reply =>
      asked.name === 'www.example.org' ? { version: TLS12, suite: suites.rsaGcm } : 112;
    const server = await scriptedTls(answer);
    expect(await notTls(server.port)).toMatch(/only to clients that ask for a name/);
    expect(server.connections()).toBe(1);
  });

  it('is not what answers a line of HTTP with an alert', () => {
    expect(tls.recognises?.(Buffer.from([21, 3, 1, 0, 2, 2, 10]))).toBe(true);
    for (const words of [
      'HTTP/1.1 400',
      'SSH-2.0-x',
      '',
      '\x15\x03\x01',
      '\x15\x03\x01\x00\x03\x02\x0a\x00',
    ]) {
      expect(tls.recognises?.(Buffer.from(words, 'latin1'))).toBe(false);
    }
  });
});
