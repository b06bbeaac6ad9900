import { describe, expect, it } from 'vitest';
import x11 from '../../src/probes/x11.ts';
import { answering, observe } from './probing.ts';

/** What Xvfb 21.1.7 says to a client that it lets in, up to its vendor; the rest is about its screens. */
function granted(vendor: string, length = vendor.length): Buffer {
  const padded = vendor.padEnd(Math.ceil(vendor.length / 4) * 4, '\0');
  const about = Buffer.alloc(32);
  about.writeUInt16LE(length, 16);
  const head = Buffer.from([1, 0, 11, 0, 0, 0, 0, 0]);
  head.writeUInt16LE((about.length + padded.length) / 4, 6);
  return Buffer.concat([head, about, Buffer.from(padded, 'latin1')]);
}

function refused(reason: string, version = 11): Buffer {
  const padded = reason.padEnd(Math.ceil(reason.length / 4) * 4, '\0');
  return Buffer.concat([
    Buffer.from([0, reason.length, version, 0, 0, 0, padded.length / 4, 0]),
    Buffer.from(padded, 'latin1'),
  ]);
}

describe('x11', () => {
  it('sees a display that lets everyone in, and asks it for nothing', async () => {
    const server = await answering(granted('The X.Org Foundation'));
    const seen = await observe(x11, server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ accessGranted: true, vendor: 'The X.Org Foundation', reason: null });
    expect((await server.received()).toString('hex')).toBe('6c000b000000000000000000');
  });

  it('sees a display that wants authorisation', async () => {
    const reason = 'Authorization required, but no authorization protocol specified\n';
    const { port } = await answering(refused(reason));
    const seen = await observe(x11, port);
    expect(seen.facts).toEqual({ accessGranted: false, vendor: null, reason: reason.trim() });
  });

  it('draws no conclusion from a display that is full', async () => {
    const { port } = await answering(refused('Maximum number of clients reached'));
    await expect(observe(x11, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });

  it('reads a name that is longer than there are bytes for only as far as they go', async () => {
    const { port } = await answering(granted('Nobody & Co', 65_535));
    const seen = await observe(x11, port);
    expect(seen.facts).toMatchObject({ accessGranted: true, vendor: 'Nobody & Co\\x00' });
  });

  it.each([
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['another version', refused('no', 12)],
    ['another status', Buffer.from([2, 0, 11, 0, 0, 0, 0, 0])],
    ['access without a word about the display', Buffer.from([1, 0, 11, 0, 0, 0, 0, 0])],
  ])('refuses %s', async (_what, answer) => {
    const { port } = await answering(answer);
    await expect(observe(x11, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });
});
