import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mpint, string } from '../../../src/probes/ssh/data.ts';
import { parseHostKey } from '../../../src/probes/ssh/host-key.ts';
import { ConversationError } from '../../../src/scanner/probe.ts';

const rsa = (bits: number): Buffer => {
  const modulus = Buffer.alloc(Math.ceil(bits / 8), 0xff);
  modulus[0] = 0xff >> (modulus.length * 8 - bits);
  return Buffer.concat([string('ssh-rsa'), mpint(Buffer.from([1, 0, 1])), mpint(modulus)]);
};

describe('parseHostKey', () => {
  it.each([1023, 1024, 2047, 2048, 3072, 16384])('counts %i bits of RSA', (bits) => {
    expect(parseHostKey(rsa(bits))).toMatchObject({ type: 'ssh-rsa', bits, authority: null });
  });

  it('tells type and fingerprint of what it does not know', () => {
    const blob = Buffer.concat([string('x509v3-\u001b[2J'), Buffer.from([1, 2, 3])]);
    const { type, bits, fingerprint } = parseHostKey(blob);
    expect([type, bits]).toEqual(['x509v3-\\x1b[2J', 0]);
    expect(fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    expect(parseHostKey(string('toString'))).toMatchObject({ type: 'toString', bits: 0 });
    expect(parseHostKey(string('x-cert-v01@openssh.com'.padStart(80, 'y')))).toMatchObject({ bits: 0 });
  });

  it('reads or refuses any bytes', () => {
    const certificate = Buffer.concat([
      string('ssh-rsa-cert-v01@openssh.com'),
      string(Buffer.alloc(32, 1)),
      rsa(1024).subarray(11),
      Buffer.alloc(12),
      string('id'),
      string(''),
      Buffer.alloc(16),
      string(''),
      string(''),
      string(''),
      string(rsa(2048)),
      string('signature'),
    ]);
    expect(parseHostKey(certificate)).toMatchObject({
      type: 'ssh-rsa-cert-v01@openssh.com',
      bits: 1024,
      fingerprint: parseHostKey(rsa(1024)).fingerprint,
      authority: { type: 'ssh-rsa', bits: 2048, fingerprint: parseHostKey(rsa(2048)).fingerprint },
    });
    const changes = fc.array(fc.tuple(fc.nat(certificate.length - 1), fc.nat(255)), { maxLength: 8 });
    fc.assert(
      fc.property(changes, fc.nat(certificate.length), (list, length) => {
        const bytes = Buffer.from(certificate);
        list.forEach(([at, byte]) => bytes.writeUInt8(byte, at));
        const outcome = attempt(() => parseHostKey(bytes.subarray(0, length)));
        expect(outcome instanceof ConversationError || outcome.bits >= 0).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

function attempt<T>(work: () => T): T | ConversationError {
  try {
    return work();
  } catch (error) {
    if (error instanceof ConversationError && error.status === 'garbled') return error;
    throw error;
  }
}
