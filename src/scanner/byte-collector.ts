/** Chunks kept in a list: adding to a string costs its length every time, and a string has a longest length. */
export class ByteCollector {
  readonly #chunks: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  concat(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
