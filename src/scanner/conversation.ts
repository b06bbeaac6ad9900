import type { Target } from '../scope/target.ts';
import type { ByteBudget } from './byte-budget.ts';
import { ByteCollector } from './byte-collector.ts';
import { ByteReader } from './byte-reader.ts';
import type {
  CanaryAddress,
  Connection,
  HttpRequest,
  HttpResponse,
  TlsOptions,
  TlsSession,
} from './connection.ts';
import type { Wire } from './dialler.ts';
import { exchange } from './http-exchange.ts';
import { ConversationError } from './probe.ts';
import { abortReason, socketError } from './socket-errors.ts';

const maxGreetingBytes = 4096;
/** A greeting may come in pieces; after this long without one it is complete. */
const greetingQuietMs = 100;
const defaultBodyBytes = 64 * 1024;
const maxBodyBytes = 1024 * 1024;

/** What all connections of one run of a probe have in common. */
export interface ConversationContext {
  readonly target: Target;
  readonly name: string | null;
  readonly startTlsOf: string | null;
  /** Connections that may be open at once. */
  readonly sockets: number;
  readonly trustedCas: readonly string[];
  readonly canary: CanaryAddress | null;
  /** Aborted with a `ConversationError` as its reason. */
  readonly signal: AbortSignal;
  readonly budget: ByteBudget;
  readonly userAgent: string;
  readonly greetingWaitMs: number;
  /** Throws `moved` when nothing may be sent any more; called before anything is. */
  assertMaySend(): void;
  /** Opens one more connection, with a handshake by the same options when there are some. */
  open(tls: TlsOptions | null): Promise<Connection>;
  closed(conversation: Conversation): void;
}

/** A {@link Connection} over one wire. */
export class Conversation implements Connection {
  readonly #context: ConversationContext;
  #wire: Wire;
  #reader: ByteReader | null;
  #tls: TlsOptions | null = null;
  #received = 0;
  #closed = false;
  #spoken = false;
  #unasked: Buffer[] = [];

  constructor(context: ConversationContext, wire: Wire) {
    this.#context = context;
    this.#wire = wire;
    this.#reader = new ByteReader(wire.stream);
  }

  get target(): Target {
    return this.#context.target;
  }

  get name(): string | null {
    return this.#context.name;
  }

  get startTlsOf(): string | null {
    return this.#context.startTlsOf;
  }

  get sockets(): number {
    return this.#context.sockets;
  }

  get trustedCas(): readonly string[] {
    return this.#context.trustedCas;
  }

  get canary(): CanaryAddress | null {
    return this.#context.canary;
  }

  get encrypted(): boolean {
    return this.#wire.encrypted;
  }

  get bytesReceived(): number {
    return this.#received;
  }

  /** What the peer said before we had said anything, as far as the probe has read it; at most 4 KiB. */
  get unasked(): Buffer {
    return Buffer.concat(this.#unasked).subarray(0, maxGreetingBytes);
  }

  async greeting(): Promise<Buffer> {
    const { greetingWaitMs, signal } = this.#context;
    const until = performance.now() + greetingWaitMs;
    const bytes = new ByteCollector();
    try {
      while (bytes.length < maxGreetingBytes) {
        const left = until - performance.now();
        const wait = bytes.length === 0 ? left : Math.min(left, greetingQuietMs);
        const chunk = await this.#open().next(signal, Math.max(0, wait));
        if (typeof chunk === 'string') break;
        this.#keep(bytes, chunk, maxGreetingBytes);
      }
    } catch (error) {
      // Hanging up without a word is an answer of its own here: the port was open.
      if (!(error instanceof ConversationError && error.status === 'reset')) throw error;
    }
    return bytes.concat();
  }

  async read(): Promise<Buffer> {
    const chunk = await this.#open().next(this.#context.signal);
    return typeof chunk === 'string' ? Buffer.alloc(0) : this.#take(chunk);
  }

  async readExactly(length: number): Promise<Buffer> {
    this.#context.budget.expect(length);
    const bytes = new ByteCollector();
    while (bytes.length < length) {
      const chunk = await this.#open().next(this.#context.signal);
      if (typeof chunk === 'string') throw endedAfter(bytes.length, `${length} bytes`);
      this.#keep(bytes, chunk, length);
    }
    return bytes.concat();
  }

  async readUntil(delimiter: string, limit: number): Promise<Buffer> {
    const wanted = Buffer.from(delimiter, 'latin1');
    const bytes = new ByteCollector();
    let tail = Buffer.alloc(0);
    while (bytes.length < limit) {
      const chunk = await this.#open().next(this.#context.signal);
      if (typeof chunk === 'string') throw endedAfter(bytes.length, JSON.stringify(delimiter));
      const seam = Buffer.concat([tail, chunk]);
      const at = seam.indexOf(wanted);
      const length = at === -1 ? limit : bytes.length + at - tail.length + wanted.length;
      this.#keep(bytes, chunk, Math.min(limit, length));
      if (at !== -1 && length <= limit) return bytes.concat();
      tail = seam.subarray(Math.max(0, seam.length - wanted.length + 1));
    }
    throw new ConversationError('garbled', `${limit} bytes came without ${JSON.stringify(delimiter)}`);
  }

  async readUntilQuiet(quietMs: number, limit: number): Promise<Buffer> {
    const bytes = new ByteCollector();
    while (bytes.length < limit) {
      let chunk: Buffer | 'ended' | 'quiet';
      try {
        chunk = await this.#open().next(this.#context.signal, quietMs);
      } catch (error) {
        const reset = error instanceof ConversationError && error.status === 'reset';
        if (reset && bytes.length > 0) break;
        throw error;
      }
      if (typeof chunk === 'string') break;
      this.#keep(bytes, chunk, limit);
    }
    return bytes.concat();
  }

  async write(data: Buffer | string): Promise<void> {
    this.#open();
    this.#speak();
    const { signal } = this.#context;
    const { stream } = this.#wire;
    if (signal.aborted) throw abortReason(signal);
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => reject(abortReason(signal));
      signal.addEventListener('abort', onAbort, { once: true });
      stream.write(data, (error) => {
        signal.removeEventListener('abort', onAbort);
        if (error) reject(writeError(stream.errored ?? error));
        else resolve();
      });
    });
  }

  async startTls(options: TlsOptions = {}): Promise<TlsSession> {
    const reader = this.#open();
    this.#speak();
    this.#reader = null;
    await reader.detach();
    const { wire, session } = await this.#wire
      .startTls(options, this.#context.signal)
      .catch((error: unknown) => {
        this.abort();
        throw error;
      });
    this.#wire = wire;
    this.#tls = options;
    if (this.#closed) wire.close();
    else this.#reader = new ByteReader(wire.stream);
    return session;
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    const reader = this.#open();
    this.#speak();
    this.#reader = null;
    const { budget, signal, userAgent, target } = this.#context;
    budget.expect(1);
    await reader.detach();
    try {
      const { response, received } = await exchange(this.#wire.stream, {
        request,
        host: request.host ?? hostHeader(target, this.name, this.encrypted),
        userAgent,
        maxBodyBytes: Math.min(request.maxBodyBytes ?? defaultBodyBytes, maxBodyBytes, budget.left),
        signal,
      });
      // Headers may reach over the limit by their own, smaller one; what was asked for is not lost for that.
      const counted = Math.min(received, budget.left);
      this.#received += counted;
      budget.take(counted);
      return response;
    } finally {
      this.close();
    }
  }

  async another(): Promise<Connection> {
    return this.#context.open(this.#tls);
  }

  close(): void {
    this.#end(() => this.#wire.close());
  }

  /** Closes with a reset. */
  abort(): void {
    this.#end(() => this.#wire.abort());
  }

  #end(how: () => void): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reader = null;
    how();
    this.#context.closed(this);
  }

  #open(): ByteReader {
    if (this.#context.signal.aborted) throw abortReason(this.#context.signal);
    if (this.#reader === null) throw new Error('the connection was used after it was closed or given away');
    return this.#reader;
  }

  #speak(): void {
    this.#context.assertMaySend();
    this.#spoken = true;
  }

  /** Adds to `bytes` up to `length` in all, and leaves the rest of the chunk to be read. */
  #keep(bytes: ByteCollector, chunk: Buffer, length: number): void {
    const wanted = chunk.subarray(0, length - bytes.length);
    if (wanted.length < chunk.length) this.#open().unread(chunk.subarray(wanted.length));
    bytes.add(this.#take(wanted));
  }

  #take(bytes: Buffer): Buffer {
    this.#context.budget.take(bytes.length);
    this.#received += bytes.length;
    if (!this.#spoken && this.#received <= maxGreetingBytes * 2) this.#unasked.push(bytes);
    return bytes;
  }
}

function endedAfter(received: number, expected: string): ConversationError {
  return new ConversationError('garbled', `the peer ended after ${received} bytes, expected ${expected}`);
}

function writeError(error: Error): ConversationError {
  return 'code' in error &&
    (error.code === 'ERR_STREAM_DESTROYED' || error.code === 'ERR_STREAM_WRITE_AFTER_END')
    ? new ConversationError('reset', 'the peer closed the connection before it was written to', {
        cause: error,
      })
    : socketError(error, 'writing');
}

function hostHeader({ endpoint, port }: Target, name: string | null, encrypted: boolean): string {
  const host = name ?? (endpoint.family === 6 ? `[${endpoint.address}]` : endpoint.address);
  return port === (encrypted ? 443 : 80) ? host : `${host}:${port}`;
}
