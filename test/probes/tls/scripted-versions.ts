import type { Asked, Chosen, Reply } from './scripted-server.ts';
import { curveParameters, dhParameters, keyExchangeFlight } from './scripted-server.ts';

export const SSL3 = 0x0300;
export const TLS10 = 0x0301;
export const TLS11 = 0x0302;
export const TLS12 = 0x0303;
export const TLS13 = 0x0304;

/** Suites by the names that people use for them. */
export const suites = {
  rc4: 0x0005,
  tripleDes: 0x000a,
  dheAes: 0x0033,
  anonymous: 0x0034,
  rsaAes128: 0x002f,
  rsaAes256: 0x0035,
  rsaGcm: 0x009c,
  ecdheAes: 0xc013,
  ecdheGcm: 0xc02f,
  ecdsaGcm: 0xc02b,
  aes128Tls13: 0x1301,
  aes256Tls13: 0x1302,
  chachaTls13: 0x1303,
} as const;

export interface Manners {
  /** What is spoken: suites of each version, the server's favourite first. */
  readonly versions: Readonly<Record<number, readonly number[]>>;
  readonly groups?: readonly number[];
  readonly dhBits?: number;
  readonly clientOrder?: boolean;
  /** Alert for what is not spoken, or nothing at all. */
  readonly refusal?: Reply;
  readonly versionRefusal?: Reply;
  readonly renegotiation?: boolean;
  readonly heartbeat?: boolean;
  readonly compression?: number;
  readonly fallback?: boolean;
}

/** A server of every day, with {@link everydayPairs}. */
export const everyday: Manners = {
  versions: {
    [TLS12]: [suites.ecdheGcm, suites.rsaGcm, suites.rsaAes128, suites.tripleDes],
    [TLS13]: [suites.aes128Tls13],
  },
};

export const everydayPairs: readonly string[] = [
  'TLSv1.2 TLS_RSA_WITH_3DES_EDE_CBC_SHA',
  'TLSv1.2 TLS_RSA_WITH_AES_128_CBC_SHA',
  'TLSv1.2 TLS_RSA_WITH_AES_128_GCM_SHA256',
  'TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  'TLSv1.3 TLS_AES_128_GCM_SHA256',
];

/** How a server of such manners answers. */
export function mannered(manners: Manners): (asked: Asked) => Reply {
  const { versions, groups = [29, 23], refusal = 40, versionRefusal = 70, clientOrder = false } = manners;
  const spoken = Object.keys(versions).map(Number);
  return (asked) => {
    const offered = spoken.filter((one) => asked.versions?.includes(one) ?? one <= asked.version);
    const version = Math.max(0, ...offered);
    const own = versions[version];
    if (own === undefined) return versionRefusal;
    if (asked.suites.includes(0x5600) && manners.fallback !== false && version < Math.max(...spoken))
      return 86;
    const usable = own.filter((suite) => asked.suites.includes(suite));
    const suite = clientOrder ? asked.suites.find((one) => usable.includes(one)) : usable[0];
    const group = groups.find((one) => asked.groups.includes(one));
    // Without the extension, as in SSL 3.0, the server takes the curve that it likes.
    const groupNeeded =
      suite !== undefined && (isOfTls13(suite) || isEcdhe(suite)) && asked.extensions.has(10);
    if (suite === undefined || (groupNeeded && group === undefined)) return refusal;
    return { version, suite, ...answerTo(asked, manners, suite, group) };
  };
}

function answerTo(asked: Asked, manners: Manners, suite: number, group = 23): Partial<Chosen> {
  if (isOfTls13(suite)) return { group };
  const { renegotiation = true, heartbeat = false, compression = 0, dhBits = 2048 } = manners;
  const asks = asked.extensions.has(0xff01) || asked.suites.includes(0x00ff);
  const parameters = isEcdhe(suite) ? curveParameters(group) : dhParameters(dhBits);
  return {
    compression: asked.compressions.includes(compression) ? compression : 0,
    extensions: [
      ...(renegotiation && asks ? [[0xff01, Buffer.from([0])] as const] : []),
      ...(heartbeat && asked.extensions.has(15) ? [[15, Buffer.from([1])] as const] : []),
    ],
    ...(isEcdhe(suite) || suite === suites.dheAes || suite === suites.anonymous
      ? { flight: keyExchangeFlight(parameters) }
      : {}),
  };
}

function isOfTls13(suite: number): boolean {
  return suite >> 8 === 0x13;
}

function isEcdhe(suite: number): boolean {
  return suite >> 8 === 0xc0;
}
