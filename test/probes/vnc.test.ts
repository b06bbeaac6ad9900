import { describe, expect, it } from 'vitest';
import vnc from '../../src/probes/vnc.ts';
import { greeting, observe, rawServer } from './probing.ts';

/** A server that says its version, and then one piece after each message that it gets. */
function server(version: string, ...pieces: readonly (readonly number[])[]) {
  return rawServer((socket) => {
    const left = [...pieces];
    socket.write(version);
    socket.on('data', () => {
      const next = left.shift();
      if (next !== undefined) socket.write(Buffer.from(next));
    });
  });
}

const reason = (text: string) => [0, 0, 0, text.length, ...Buffer.from(text)];

describe('vnc', () => {
  it('sees a server that asks for nothing, and does not choose that', async () => {
    const { port, received } = await server('RFB 003.008\n', [1, 1]);
    const seen = await observe(vnc, port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      encrypted: false,
      protocolVersion: '3.8',
      securityTypes: ['None'],
      veNCryptTypes: [],
    });
    expect((await received()).toString()).toBe('RFB 003.008\n');
  });

  it('sees a password', async () => {
    const { port, received } = await server('RFB 003.008\n', [2, 2, 16]);
    const seen = await observe(vnc, port);
    expect(seen.facts).toMatchObject({ securityTypes: ['VNC Authentication', 'Tight'] });
    expect((await received()).toString()).toBe('RFB 003.008\n');
  });

  it('looks into VeNCrypt, as TigerVNC 1.12 offers it, and chooses nothing there', async () => {
    const { port, received } = await server('RFB 003.008\n', [1, 19], [0, 2], [0, 2, 0, 0, 1, 1, 0, 0, 1, 4]);
    const seen = await observe(vnc, port);
    expect(seen.facts).toMatchObject({
      securityTypes: ['VeNCrypt'],
      veNCryptTypes: ['TLS None', 'X509 None'],
    });
    expect((await received()).toString('latin1')).toBe('RFB 003.008\n\x13\x00\x02');
  });

  it.each([
    ['speaks another version of VeNCrypt', [[0, 1]]],
    ['refuses ours', [[0, 2], [1]]],
  ])('says nothing of the inside of a server that %s', async (_what, pieces) => {
    const { port } = await server('RFB 003.008\n', [1, 19], ...pieces);
    const seen = await observe(vnc, port);
    expect(seen.facts).toMatchObject({ securityTypes: ['VeNCrypt'], veNCryptTypes: [] });
  });

  it.each([
    ['RFB 003.003\n', [0, 0, 0, 2], 'RFB 003.003\n', '3.3', 'VNC Authentication'],
    ['RFB 003.005\n', [0, 0, 0, 1], 'RFB 003.003\n', '3.5', 'None'],
    ['RFB 003.007\n', [1, 2], 'RFB 003.007\n', '3.7', 'VNC Authentication'],
    // The versions that macOS and RealVNC invented.
    ['RFB 003.889\n', [1, 30], 'RFB 003.008\n', '3.889', 'Apple Diffie-Hellman'],
    ['RFB 005.000\n', [1, 200], 'RFB 003.008\n', '5.0', 'type 200'],
  ])('speaks with %j', async (version, types, ours, protocolVersion, type) => {
    const { port, received } = await server(version, types);
    const seen = await observe(vnc, port);
    expect(seen.facts).toMatchObject({ protocolVersion, securityTypes: [type] });
    expect((await received()).toString()).toBe(ours);
  });

  it.each([
    // What TigerVNC says after five connections without a log-in.
    ['RFB 003.003\n', [0, 0, 0, 0, ...reason('Too many security failures')]],
    ['RFB 003.008\n', [0, ...reason('Too many security failures')]],
  ])('draws no conclusion when it is turned away by %j', async (version, answer) => {
    const { port } = await server(version, answer);
    const seen = await observe(vnc, port);
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
    expect(seen.detail).toContain('Too many security failures');
  });

  it('reads no more of a reason than it needs', async () => {
    const { port } = await server('RFB 003.008\n', [0, 0xff, 0xff, 0xff, 0xff, ...Buffer.alloc(2000, 0x41)]);
    await expect(observe(vnc, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });

  it('refuses another protocol', async () => {
    const { port } = await greeting('SSH-2.0-OpenSSH_9.2p1\r\n');
    await expect(observe(vnc, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });

  it.each([
    ['RFB 003.008\n', true],
    ['RFB 003.003\n\0\0\0\0', true],
    ['RFB 3.8\n', false],
    ['RFB 003.008 \n', false],
    ['RFB', false],
  ])('recognises %j: %j', (words, expected) => {
    expect(vnc.recognises?.(Buffer.from(words))).toBe(expected);
  });
});
