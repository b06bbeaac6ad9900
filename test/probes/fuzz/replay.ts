import { Duplex } from 'node:stream';
import type { TlsSession } from '../../../src/scanner/connection.ts';
import type { DialDatagram } from '../../../src/scanner/datagram-dialler.ts';
import type { Dial, Wire } from '../../../src/scanner/dialler.ts';
import type { Dialogue, Turn } from './dialogue.ts';
import { mutate, type Mutation } from './mutation.ts';

/** What a server would say next, given what it was just told. */
type Say = (told: Buffer) => Buffer;

/** Replays the server's side of a dialogue, with mutations, to probes that run without a network. */
export class Replay {
  readonly #connections: readonly (readonly Turn[])[];
  readonly #mutations: readonly Mutation[];
  readonly #certificates: readonly Buffer[];
  readonly #patienceMs: number;
  #opened = 0;

  constructor(
    { connections, patienceMs = 10 }: Pick<Dialogue, 'connections' | 'patienceMs'>,
    mutations: readonly Mutation[],
    certificates: readonly Buffer[] = [],
  ) {
    this.#connections = connections;
    this.#patienceMs = patienceMs;
    this.#mutations = mutations;
    this.#certificates = certificates;
  }

  readonly dial: Dial = async () => {
    const turns = this.#next();
    const [first] = turns;
    const unasked = first?.sent === '' ? first : null;
    const rest = unasked === null ? turns : turns.slice(1);
    const stream = new ReplayStream(
      unasked === null ? null : this.#say(unasked)(Buffer.alloc(0)),
      rest.map((turn) => this.#say(turn)),
      this.#patienceMs,
    );
    return this.#wire(stream, false);
  };

  readonly dialDatagram: DialDatagram = async (_target, listener) => {
    const [turn] = this.#next();
    let closed = false;
    return {
      send: async (question) => {
        if (turn === undefined) return;
        const answer = this.#say(turn)(question);
        setImmediate(() => {
          if (!closed) listener.received(answer);
        });
      },
      close: () => {
        closed = true;
      },
    };
  };

  /** The turns of the next connection; those of the last one again for all after it. */
  #next(): readonly Turn[] {
    const turns = this.#connections[Math.min(this.#opened, this.#connections.length - 1)] ?? [];
    this.#opened += 1;
    return turns;
  }

  #say(turn: Turn): Say {
    const all = this.#connections.flat().filter(({ received }) => received !== '');
    const index = all.indexOf(turn);
    const said = Buffer.from(turn.received, 'hex');
    const asked = Buffer.from(turn.sent, 'hex');
    return (told) => mutate(readdressed(said, asked, told), index, all.length, this.#mutations);
  }

  #wire(stream: Duplex, encrypted: boolean): Wire {
    return {
      stream,
      encrypted,
      rawBytesReceived: 0,
      startTls: async () => ({ wire: this.#wire(stream, true), session: this.#session() }),
      close: () => void stream.destroy(),
      abort: () => void stream.destroy(),
    };
  }

  #session(): TlsSession {
    const certificates = this.#certificates.map((certificate, index) =>
      mutate(certificate, index, this.#certificates.length, this.#mutations),
    );
    return {
      protocol: 'TLSv1.2',
      cipher: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
      certificates,
      verifyError: null,
    };
  }
}

/** The stream of a server that says its part, message by message, and hangs up when it is kept waiting. */
class ReplayStream extends Duplex {
  readonly #turns: Say[];
  readonly #patienceMs: number;
  #leave: NodeJS.Timeout | undefined;

  constructor(unasked: Buffer | null, turns: readonly Say[], patienceMs: number) {
    super();
    this.#turns = [...turns];
    this.#patienceMs = patienceMs;
    if (unasked !== null) this.push(unasked);
    this.#wait();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    clearTimeout(this.#leave);
    const say = this.#turns.shift();
    if (say !== undefined && !this.readableEnded) this.push(say(chunk));
    this.#wait();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#leave);
    done(error);
  }

  #wait(): void {
    if (this.#turns.length === 0) this.#end();
    else this.#leave = setTimeout(() => this.#end(), this.#patienceMs);
  }

  #end(): void {
    this.#turns.length = 0;
    if (!this.destroyed && !this.#over) this.push(null);
    this.#over = true;
  }

  #over = false;
}

/**
 * The answer with what differs between the question then and the question now put into it: ids that a server sends
 * back.
 */
function readdressed(answer: Buffer, then: Buffer, now: Buffer): Buffer {
  if (then.length !== now.length) return answer;
  const differs = (index: number): boolean => then[index] !== now[index];
  const places = [...then.keys()].filter(differs);
  const first = places[0];
  const last = places.at(-1);
  if (first === undefined || last === undefined || last - first >= 32) return answer;
  const changed = Buffer.from(answer);
  const old = then.subarray(first, last + 1);
  for (let at = changed.indexOf(old); at !== -1; at = changed.indexOf(old, at + old.length)) {
    now.copy(changed, at, first, last + 1);
  }
  return changed;
}
