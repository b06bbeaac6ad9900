import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Makes and reads pagination tokens. A token carries where the next page starts and is bound to the request it
 * came from, so one that was made up, or is used with another request, is refused.
 */
export class PageTokens {
  readonly #key = randomBytes(32);

  seal(request: string, position: string): string {
    const body = Buffer.from(position, 'utf8');
    return Buffer.concat([this.#mark(request, body), body]).toString('base64url');
  }

  /** The position, or null when the token is not one of ours for this request. */
  open(request: string, token: string): string | null {
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length <= 16 || bytes.toString('base64url') !== token) return null;
    const body = bytes.subarray(16);
    return timingSafeEqual(bytes.subarray(0, 16), this.#mark(request, body)) ? body.toString('utf8') : null;
  }

  #mark(request: string, body: Buffer): Buffer {
    const scope = createHash('sha256').update(request).digest();
    return createHmac('sha256', this.#key).update(scope).update(body).digest().subarray(0, 16);
  }
}
