import { ByteCursor } from '../../scanner/byte-cursor.ts';
import { ConversationError } from '../../scanner/probe.ts';

// The Basic Encoding Rules (X.690) with the limits that LDAP puts on them (RFC 4511, section 5.1): definite lengths
// only, and here, as everywhere in LDAP, tags of one byte.

export const TAG = { boolean: 0x01, integer: 0x02, octets: 0x04, enumerated: 0x0a, sequence: 0x30 } as const;

export interface BerElement {
  readonly tag: number;
  readonly content: Buffer;
}

/** An element of up to 64 KiB. */
export function element(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(body.length);
  return Buffer.concat([Buffer.from([tag, 0x82]), length, body]);
}

export const integer = (value: number, tag: number = TAG.integer): Buffer =>
  element(tag, value < 0x80 ? Buffer.from([value]) : Buffer.from([0, value >> 8, value & 0xff]));
export const boolean = (value: boolean): Buffer => element(TAG.boolean, Buffer.from([value ? 0xff : 0]));
export const octets = (value: Buffer | string): Buffer => element(TAG.octets, Buffer.from(value));

/** How many bytes a length has after its first one, or the length itself when that is all. */
export function lengthOfLength(first: number): { readonly more: number } | { readonly length: number } {
  if (first < 0x80) return { length: first };
  const more = first & 0x7f;
  if (more === 0 || more > 4) {
    throw new ConversationError('garbled', `0x${first.toString(16)} begins no length that LDAP allows.`);
  }
  return { more };
}

/** The next element of a message. @throws ConversationError `garbled` */
export function nextElement(cursor: ByteCursor): BerElement {
  const tag = cursor.uint8();
  const first = lengthOfLength(cursor.uint8());
  const length = 'length' in first ? first.length : cursor.take(first.more).readUIntBE(0, first.more);
  return { tag, content: cursor.take(length) };
}

/** The elements that an element is made of, at most `limit`. @throws ConversationError `garbled` */
export function elementsOf({ content }: BerElement, limit: number): BerElement[] {
  const cursor = new ByteCursor(content, 'An element');
  const elements: BerElement[] = [];
  while (cursor.left > 0 && elements.length < limit) elements.push(nextElement(cursor));
  return elements;
}

/** The number in an integer or an enumeration of up to four bytes. @throws ConversationError `garbled` */
export function numberIn({ content }: BerElement): number {
  if (content.length === 0 || content.length > 4) {
    throw new ConversationError('garbled', `A number has ${content.length} bytes, expected 1 to 4.`);
  }
  return content.readIntBE(0, content.length);
}
