import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientHello, type Hello } from '../../../src/probes/tls/client-hello.ts';
import { parseKeyExchange } from '../../../src/probes/tls/key-exchange.ts';
import { createKeyShares } from '../../../src/probes/tls/key-shares.ts';
import { parseServerHello } from '../../../src/probes/tls/server-hello.ts';
import { curveParameters, dhParameters, serverHello } from './scripted-server.ts';

const bodyOf = (hello: Buffer): Buffer => hello.subarray(9);

describe('a ServerHello', () => {
  it('tells what was chosen', () => {
    const extensions = [
      [0xff01, Buffer.from([0])],
      [15, Buffer.from([1])],
    ] as const;
    const old = parseServerHello(
      bodyOf(serverHello({ version: 0x0301, suite: 0x0035, compression: 1, extensions })),
    );
    expect(old).toEqual({
      version: 0x0301,
      suite: 0x0035,
      compression: 1,
      group: null,
      extensions: new Set([0xff01, 15]),
    });
    expect(parseServerHello(bodyOf(serverHello({ version: 0x0300, suite: 5 })))?.extensions.size).toBe(0);
  });

  it('of TLS 1.3 names its version and group in extensions', () => {
    const retry = parseServerHello(bodyOf(serverHello({ version: 0x0304, suite: 0x1302, group: 0x11ec })));
    expect(retry).toMatchObject({ version: 0x0304, suite: 0x1302, group: 0x11ec });
    // One that already agrees carries the server's key: as real ones are, typed by hand.
    const agreed = Buffer.from(
      `0303${'11'.repeat(32)}20${'22'.repeat(32)}130100002e002b0002030400330024001d0020${'33'.repeat(32)}`,
      'hex',
    );
    expect(parseServerHello(agreed)).toMatchObject({ version: 0x0304, suite: 0x1301, group: 29 });
  });

  it('that does not add up is none', () => {
    const whole = bodyOf(serverHello({ version: 0x0304, suite: 0x1301 }));
    for (let length = 0; length < whole.length; length += 1) {
      const parsed = parseServerHello(whole.subarray(0, length));
      // Without extensions at all it could be of an old version.
      expect(parsed === null || length === 38).toBe(true);
    }
    expect(parseServerHello(Buffer.concat([whole, Buffer.from([0])]))).toBeNull();
  });

  it('of any bytes is read without an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const parsed = parseServerHello(Buffer.from(bytes));
        expect(parsed === null || parsed.suite <= 0xffff).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a key exchange', () => {
  const dhe = 0x0033;
  const dhePsk = 0x0090;
  const ecdhe = 0xc013;
  const ecdhePsk = 0xc035;

  it('tells the size of the prime, whatever zeros it begins with', () => {
    expect(parseKeyExchange(dhParameters(1024), dhe)).toEqual({ dhBits: 1024, curve: null });
    expect(parseKeyExchange(Buffer.from([0, 3, 0, 1, 255, 0, 0]), dhe)).toEqual({ dhBits: 9, curve: null });
    expect(parseKeyExchange(Buffer.from([0, 2, 0, 0]), dhe)).toEqual({ dhBits: 0, curve: null });
  });

  it('tells the curve, unless it is spelt out', () => {
    expect(parseKeyExchange(curveParameters(23), ecdhe)).toEqual({ dhBits: null, curve: 23 });
    expect(parseKeyExchange(Buffer.from([1, 0, 23]), ecdhe)).toEqual({ dhBits: null, curve: null });
  });

  it('may have a hint for the shared key in front', () => {
    const hint = Buffer.from([0, 4, 1, 2, 3, 4]);
    expect(parseKeyExchange(Buffer.concat([hint, dhParameters(2048)]), dhePsk)).toMatchObject({
      dhBits: 2048,
    });
    expect(parseKeyExchange(Buffer.concat([hint, curveParameters(29)]), ecdhePsk)).toMatchObject({
      curve: 29,
    });
    expect(parseKeyExchange(hint.subarray(0, 3), dhePsk)).toBeNull();
  });

  it('of any bytes is read without an error', () => {
    const suite = fc.constantFrom(dhe, dhePsk, ecdhe, ecdhePsk, 0x002f);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), suite, (bytes, one) => {
        const parsed = parseKeyExchange(Buffer.from(bytes), one);
        expect(parsed === null || (parsed.dhBits ?? 0) <= 80 * 8).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a ClientHello', () => {
  const hello: Hello = {
    version: 'TLSv1.2',
    suites: [0x002f, 0xc02f],
    groups: [29, 23],
    serverName: 'www.example.org',
    manner: 'full',
    keyShares: createKeyShares(),
  };

  it('of SSL 3.0 has no extensions, and the signal in place of one', () => {
    const bytes = clientHello({ ...hello, version: 'SSLv3', serverName: null });
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([22, 3, 0]));
    expect(bytes.subarray(9, 11)).toEqual(Buffer.from([3, 0]));
    expect(bytes.subarray(44).toString('hex')).toBe('0006002fc02f00ff03014000');
  });

  it('that is bare has none but the server name', () => {
    const bytes = clientHello({ ...hello, version: 'TLSv1', manner: 'bare' });
    const name = Buffer.from('www.example.org').toString('hex');
    expect(bytes.subarray(44).toString('hex')).toBe(`0006002fc02f00ff03014000001800000014001200000f${name}`);
  });

  it('of TLS 1.3 brings keys only when it is bare, and no compression', () => {
    const full = clientHello({ ...hello, version: 'TLSv1.3' });
    const bare = clientHello({ ...hello, version: 'TLSv1.3', manner: 'bare' });
    expect(full.includes(Buffer.from('003300020000', 'hex'))).toBe(true);
    expect(bare.includes(Buffer.from('003300', 'hex'))).toBe(true);
    expect(bare.includes(Buffer.from('001d0020', 'hex'))).toBe(true);
    expect(bare.includes(Buffer.from('0017004104', 'hex'))).toBe(true);
    expect(full.subarray(44, 52).toString('hex')).toBe('0004002fc02f0100');
  });

  it('has another random value each time', () => {
    expect(clientHello(hello)).not.toEqual(clientHello(hello));
  });
});
