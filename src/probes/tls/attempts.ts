import type { Connection } from '../../scanner/connection.ts';
import { ConversationError } from '../../scanner/probe.ts';
import { readAnswer, type Answer } from './answer.ts';
import { clientHello, type Hello } from './client-hello.ts';
import { readSsl2Answer, ssl2Hello } from './ssl-2.ts';

/** No connection could be had, or none that got as far as a hello. */
export interface Lost {
  readonly kind: 'lost';
  readonly error: ConversationError;
}

/** What a server may take for its first answer, and after it stayed silent for so long, for its second. */
const firstWaitMs = 2500;
const secondWaitMs = 1000;
const leastWaitMs = 1500;
const mostWaitMs = 5000;
/** Bytes of certificates and signatures that are read through on the way to key exchanges. */
const flightAllowance = 1024 * 1024;

const never = (): boolean => false;

/** Hellos, each on a connection of its own that is closed as soon as the answer is clear. */
export class Attempts {
  readonly #connection: Connection;
  #fresh: boolean;
  #slowestMs = 0;
  #answered = false;
  #silent = false;
  #flights = 0;

  /** `connection` carries the first hello. */
  constructor(connection: Connection) {
    this.#connection = connection;
    this.#fresh = true;
  }

  get sockets(): number {
    return this.#connection.sockets;
  }

  get serverName(): string | null {
    return this.#connection.name;
  }

  /** Whether so much has been read that key exchanges are not read any more. */
  get exhausted(): boolean {
    return this.#flights > flightAllowance;
  }

  /** `readOn` tells for which choice of the server's the key exchange is to be read too. */
  async offer(hello: Hello, readOn: (suite: number) => boolean = never): Promise<Answer | Lost> {
    const waitMs = this.#waitMs;
    return this.#on(async (connection) => {
      await connection.write(clientHello(hello));
      const started = performance.now();
      const answer = await readAnswer(connection, {
        waitMs,
        readOn: (suite) => !this.exhausted && readOn(suite),
      });
      if (answer.kind === 'accepted' || answer.kind === 'refused') {
        this.#answered = true;
        this.#slowestMs = Math.max(this.#slowestMs, performance.now() - started);
      }
      if (answer.kind === 'unclear' && answer.silent) this.#silent = true;
      if (answer.kind === 'accepted' && readOn(answer.hello.suite)) this.#flights += connection.bytesReceived;
      return answer;
    });
  }

  /** The cipher kinds of SSL 2.0 that the server shares, or null when it does not speak it. */
  async offerSsl2(): Promise<number[] | null | Lost> {
    return this.#on(async (connection) => {
      await connection.write(ssl2Hello());
      return readSsl2Answer(connection, this.#waitMs);
    });
  }

  /** As a busy server answers some hellos much later than others, several times the slowest so far. */
  get #waitMs(): number {
    if (!this.#answered) return this.#silent ? secondWaitMs : firstWaitMs;
    return Math.min(mostWaitMs, Math.max(leastWaitMs, this.#slowestMs * 6));
  }

  async #on<T>(talk: (connection: Connection) => Promise<T>): Promise<T | Lost> {
    let connection: Connection;
    try {
      connection = await this.#open();
    } catch (error) {
      if (error instanceof ConversationError && mayPass(error)) return { kind: 'lost', error };
      throw error;
    }
    try {
      return await talk(connection);
    } catch (error) {
      // Broken off before the hello was out.
      if (error instanceof ConversationError && error.status === 'reset') return { kind: 'lost', error };
      throw error;
    } finally {
      connection.close();
    }
  }

  async #open(): Promise<Connection> {
    if (!this.#fresh) return this.#connection.another();
    this.#fresh = false;
    return this.#connection;
  }
}

/** Whether another connection may fare better. Time-outs of the whole run come through here too, and end it anyway. */
function mayPass({ status }: ConversationError): boolean {
  return ['refused', 'timed-out', 'unreachable', 'reset', 'garbled'].includes(status);
}
