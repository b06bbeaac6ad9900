import type { X509Certificate } from 'node:crypto';

/** More than any honest chain needs; a peer chooses the sizes of the keys, and so how long each one takes. */
const MAX_VERIFICATIONS = 48;

/**
 * Who has signed what among the certificates of one server. Each signature is verified once, and only a bounded
 * number of them.
 */
export class Signatures {
  #left = MAX_VERIFICATIONS;
  readonly #known = new Map<X509Certificate, Map<X509Certificate, boolean>>();

  /**
   * Whether it names itself as issuer and its own key signed it. Not {@link isIssuedBy}: that also asks whether the
   * issuer may sign certificates, which a server's self-signed one usually may not.
   */
  isSelfSigned(certificate: X509Certificate): boolean {
    return certificate.subject === certificate.issuer && this.#verified(certificate, certificate);
  }

  /** Whether names, key identifiers and key usage say so and the signature proves it. */
  isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
    return safely(() => certificate.checkIssued(issuer)) && this.#verified(certificate, issuer);
  }

  #verified(certificate: X509Certificate, issuer: X509Certificate): boolean {
    const known = this.#known.get(certificate)?.get(issuer);
    if (known !== undefined) return known;
    if (this.#left === 0) return false;
    this.#left -= 1;
    const verified = safely(() => certificate.verify(issuer.publicKey));
    const byIssuer = this.#known.get(certificate) ?? new Map<X509Certificate, boolean>();
    this.#known.set(certificate, byIssuer.set(issuer, verified));
    return verified;
  }
}

function safely(test: () => boolean): boolean {
  try {
    return test();
  } catch {
    // A key that OpenSSL cannot use proves nothing.
    return false;
  }
}
