import { invalidFeed } from './feed-error.ts';

/** One element is one vulnerability; the largest ones list thousands of products. */
const LARGEST_ELEMENT = 16 * 1024 * 1024;
/** What stands around the list is a handful of fields. */
const LARGEST_REST = 64 * 1024;
const DEEPEST = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** What is known of a document when its list has been read. */
export type Rest = Readonly<Record<string, unknown>>;

/**
 * Reads a JSON document of any size whose bulk is one list of objects in a field of the outermost object. Gives the
 * objects one by one, and at the end the document without them; memory holds one object and one chunk.
 *
 * Objects are found by counting brackets outside of strings; each is then parsed by itself, and so is what is left of
 * the document, so that nothing passes that is not JSON. Raises `feed-invalid`.
 *
 * @param where what the document is called in messages.
 */
export async function* jsonElements(
  chunks: AsyncIterable<Buffer>,
  list: string,
  where: string,
): AsyncGenerator<unknown, Rest, void> {
  const scanner = new Scanner(list, where);
  for await (const chunk of chunks) yield* scanner.read(chunk);
  return scanner.end();
}

class Scanner {
  readonly #where: string;
  readonly #list: string;
  readonly #opening: RegExp;
  /** What stands outside of the list. */
  #rest: Buffer[] = [];
  #restLength = 0;
  /** The beginning of an element that goes on in the next chunk. */
  #element: Buffer[] = [];
  #elementLength = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #place: 'before' | 'in' | 'after' = 'before';
  #elements = 0;
  #afterElement = false;

  constructor(list: string, where: string) {
    this.#where = where;
    this.#list = list;
    this.#opening = new RegExp(`"${list}"\\s*:\\s*$`);
  }

  *read(chunk: Buffer): Generator<unknown, void, void> {
    /** Where in the chunk begins what has not been put away yet. */
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) this.#inString = false;
        continue;
      }
      const between = this.#place === 'in' && this.#depth === 2;
      if (byte === QUOTE) {
        if (between) throw this.#problem('text between the objects of its list');
        this.#inString = true;
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (between) {
          if (byte === OPEN_BRACKET || this.#afterElement)
            throw this.#problem('a list of other things than objects');
          start = at;
        }
        this.#depth += 1;
        if (this.#depth > DEEPEST) throw this.#problem(`more than ${DEEPEST} levels`);
        if (byte === OPEN_BRACKET && this.#depth === 2 && this.#opens(chunk.subarray(start, at + 1))) {
          this.#keep(chunk.subarray(start, at + 1));
          this.#place = 'in';
        }
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        this.#depth -= 1;
        if (this.#place !== 'in') continue;
        if (this.#depth === 2) {
          this.#take(chunk.subarray(start, at + 1));
          yield this.#parse();
          this.#afterElement = true;
        } else if (this.#depth === 1) {
          if (this.#elements > 0 && !this.#afterElement)
            throw this.#problem('a comma before the end of its list');
          this.#place = 'after';
          start = at;
        }
      } else if (between) {
        if (byte === COMMA && this.#afterElement) this.#afterElement = false;
        else if (byte !== undefined && byte > 0x20)
          throw this.#problem('something between the objects of its list');
      }
    }
    if (this.#place !== 'in') this.#keep(chunk.subarray(start));
    else if (this.#depth > 2) this.#take(chunk.subarray(start));
  }

  end(): Rest {
    if (this.#place !== 'after')
      throw this.#problem(this.#place === 'in' ? 'an end in the middle' : 'no such list');
    let rest: unknown;
    try {
      rest = JSON.parse(
        Buffer.concat(this.#rest)
          .toString('utf8')
          .replace(/^\uFEFF/, ''),
      );
    } catch (error) {
      throw this.#problem('something that is no JSON', error);
    }
    if (typeof rest !== 'object' || rest === null || Array.isArray(rest)) throw this.#problem('no object');
    return rest as Rest;
  }

  /** Whether a bracket, the last of these bytes, opens the list; the first one that does is it. */
  #opens(bytes: Buffer): boolean {
    if (this.#place !== 'before') return false;
    const text = Buffer.concat([...this.#rest, bytes])
      .toString('latin1')
      .slice(0, -1);
    return this.#opening.test(text.slice(-256));
  }

  #keep(bytes: Buffer): void {
    this.#restLength += bytes.length;
    if (this.#restLength > LARGEST_REST)
      throw this.#problem(`more than ${LARGEST_REST} bytes around its list`);
    this.#rest.push(Buffer.from(bytes));
  }

  #take(bytes: Buffer): void {
    this.#elementLength += bytes.length;
    if (this.#elementLength > LARGEST_ELEMENT)
      throw this.#problem(`an entry of more than ${LARGEST_ELEMENT} bytes`);
    this.#element.push(Buffer.from(bytes));
  }

  #parse(): unknown {
    const text = Buffer.concat(this.#element).toString('utf8');
    this.#element = [];
    this.#elementLength = 0;
    this.#elements += 1;
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      throw this.#problem(`something that is no JSON in entry ${this.#elements}`, error);
    }
  }

  #problem(got: string, cause?: unknown): Error {
    return invalidFeed(this.#where, got, `a JSON document with the list "${this.#list}"`, cause);
  }
}
