import { X509Certificate } from 'node:crypto';
import { platformRoots } from '../../scanner/platform-roots.ts';

/** Where trust may begin: the platform's roots and what the operator trusts at one endpoint. */
export class Anchors {
  readonly #platform: CertificateIndex;
  readonly #operator: CertificateIndex;
  /** Whether the operator has said by whom certificates are issued here. */
  readonly hasOperators: boolean;

  /** @param trustedCas PEM, one certificate each, as the settings have validated them */
  constructor(trustedCas: readonly string[]) {
    this.#platform = platformIndex();
    this.#operator = indexOf(trustedCas.map((pem) => new X509Certificate(pem)));
    this.hasOperators = trustedCas.length > 0;
  }

  /** Who trusts this very certificate. */
  trusts(certificate: X509Certificate): 'platform' | 'operator' | null {
    const same = (anchor: X509Certificate): boolean => anchor.raw.equals(certificate.raw);
    if (this.#platform.get(nameKey(certificate.subject))?.some(same) === true) return 'platform';
    return this.#operator.get(nameKey(certificate.subject))?.some(same) === true ? 'operator' : null;
  }

  /** Those that bear the name of the certificate's issuer; whether they have signed it is another matter. */
  issuersOf(certificate: X509Certificate): readonly X509Certificate[] {
    const key = nameKey(certificate.issuer);
    return [...(this.#platform.get(key) ?? []), ...(this.#operator.get(key) ?? [])];
  }
}

type CertificateIndex = ReadonlyMap<string, readonly X509Certificate[]>;

let platform: CertificateIndex | null = null;

/** Reading the platform's some 150 roots takes tens of milliseconds, so it is done once. */
function platformIndex(): CertificateIndex {
  platform ??= indexOf(platformRoots().map((pem) => new X509Certificate(pem)));
  return platform;
}

function indexOf(certificates: readonly X509Certificate[]): CertificateIndex {
  const index = new Map<string, X509Certificate[]>();
  for (const certificate of certificates) {
    const key = nameKey(certificate.subject);
    index.set(key, [...(index.get(key) ?? []), certificate]);
  }
  return index;
}

/** Names are compared without regard to case and repeated spaces (RFC 5280, section 7.1). */
function nameKey(name: string): string {
  return name.toLowerCase().replace(/ +/g, ' ');
}
