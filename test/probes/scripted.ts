import { ConversationError } from '../../src/scanner/probe.ts';

/** Reads from bytes that are all there already; ends in `garbled` where a peer would have ended. */
export function reading(bytes: Buffer) {
  let offset = 0;
  const take = (length: number): Buffer => {
    const taken = bytes.subarray(offset, offset + length);
    offset += taken.length;
    return taken;
  };
  return {
    async readExactly(length: number): Promise<Buffer> {
      if (bytes.length - offset < length) {
        throw new ConversationError('garbled', 'the peer ended');
      }
      return take(length);
    },
    async readUntil(delimiter: string, limit: number): Promise<Buffer> {
      const at = bytes.indexOf(delimiter, offset, 'latin1');
      const length = at + delimiter.length - offset;
      if (at === -1 || length > limit) {
        throw new ConversationError('garbled', 'no delimiter');
      }
      return take(length);
    },
  };
}
