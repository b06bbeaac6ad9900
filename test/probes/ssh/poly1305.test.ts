import { createCipheriv, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { poly1305 } from '../../../src/probes/ssh/poly1305.ts';

it('gives the tag of RFC 8439, section 2.5.2', () => {
  const key = Buffer.from('85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b', 'hex');
  const tag = poly1305(key, Buffer.from('Cryptographic Forum Research Group'));
  expect(tag.toString('hex')).toBe('a8061dc1305136c6c22b8baf0c0127a9');
});

it('gives the tags of OpenSSL', () => {
  for (let length = 1; length < 100; length += 1) {
    const [key, nonce, bytes] = [randomBytes(32), randomBytes(12), randomBytes(length)];
    const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 });
    const sealed = Buffer.concat([cipher.update(bytes), cipher.final()]);
    // The construction of RFC 8439, section 2.8: a key from the first block, then text, padding and lengths.
    const block = Buffer.concat([Buffer.alloc(4), nonce]);
    const macKey = createCipheriv('chacha20', key, block).update(Buffer.alloc(32));
    const lengths = Buffer.alloc(16);
    lengths.writeUInt32LE(length, 8);
    const padding = Buffer.alloc((16 - (length % 16)) % 16);
    expect(poly1305(macKey, Buffer.concat([sealed, padding, lengths]))).toEqual(cipher.getAuthTag());
  }
});
