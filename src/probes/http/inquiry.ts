import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, HttpResponse } from '../../scanner/connection.ts';
import { eachLimited } from '../../scanner/each-limited.ts';
import { ConversationError } from '../../scanner/probe.ts';
import type { Answers, Question } from './answers.ts';
import { valuesOf } from './headers.ts';
import type { Landing } from './landing.ts';

const firstPauseMs = 100;
const longestPauseMs = 1000;
const patience = 4;
/** How much longer than the slowest answer so far a server may think about a method that it may not know. */
const slowness = 6;
const shortestWaitMs = 750;
const longestWaitMs = 3000;

type Outcome = HttpResponse | ConversationError;

/**
 * Asks many questions, each on a connection of its own, as many at once as the probe may hold. A server may answer
 * some with a broken connection or with "too many requests". Both are looked into, one question after the other,
 * because only an answer that is meant tells anything.
 */
export class Inquiry {
  readonly #connection: Connection;
  readonly #landing: Landing;
  readonly #signal: AbortSignal;
  #pauseMs = firstPauseMs;
  #slowestMs = 0;
  /** Whether "unavailable" has turned out to be what the server means where it says so. */
  #meansIt = false;

  constructor(connection: Connection, landing: Landing, signal: AbortSignal) {
    this.#connection = connection;
    this.#landing = landing;
    this.#signal = signal;
  }

  /** The answers to all of them. Throws where the server cannot be asked any more. */
  async ask(questions: readonly Question[]): Promise<Answers> {
    const outcomes = new Map<Question, Outcome>();
    await eachLimited(questions, this.#connection.sockets, async (question) => {
      outcomes.set(question, await this.#once(question));
    });
    const answers = new Map<Question, HttpResponse | null>();
    for (const question of questions) {
      const outcome = outcomes.get(question);
      if (outcome !== undefined) answers.set(question, await this.#settled(question, outcome));
    }
    return answers;
  }

  /**
   * The answers to questions to which some servers have nothing to say at all: they wait, as if for more, and would
   * have us wait with them. Silence at two tries is taken for no answer to this and to the others, as long as the
   * server answers what it knows.
   */
  async askAnyway(questions: readonly Question[]): Promise<Answers> {
    const answers = new Map<Question, HttpResponse | null>();
    const waitMs = Math.min(longestWaitMs, Math.max(shortestWaitMs, this.#slowestMs * slowness));
    for (const question of questions) {
      const first = await this.#once({ ...question, timeoutMs: waitMs });
      const again = { ...question, timeoutMs: waitMs * 2 };
      const second = first instanceof ConversationError ? await this.#once(again) : first;
      const answer = answerOf(await this.#patiently(again, second));
      answers.set(question, answer);
      if (answer === null) {
        await this.#assertWelcome();
        break;
      }
    }
    return answers;
  }

  /**
   * Asks for the landing page once more, with an Origin, after all else. Throws when the server has begun to turn us
   * away meanwhile: then what it has not shown may be there all the same.
   */
  async last(origin: string): Promise<HttpResponse | null> {
    const question = { path: this.#landing.path, headers: { origin }, maxBodyBytes: 0 };
    const crossOrigin = await this.#patiently(question, await this.#once(question));
    if (crossOrigin instanceof ConversationError || this.#turnsAway(crossOrigin)) await this.#assertWelcome();
    return answerOf(crossOrigin);
  }

  /** What the server says to a question once it has had its chances to say what it means. */
  async #settled(question: Question, first: Outcome): Promise<HttpResponse | null> {
    const second = first instanceof ConversationError ? await this.#once(question) : first;
    const outcome = await this.#patiently(question, second);
    if (this.#isThrottled(outcome)) {
      // "Too many requests" is never about what was asked for; "unavailable" may be.
      if (outcome.status === 429) throw this.#turnedAway(outcome);
      await this.#assertWelcome();
      this.#meansIt = true;
    }
    // Silence at the second try too says nothing; a connection that is broken off by design does.
    if (outcome instanceof ConversationError && outcome.status !== 'reset' && outcome.status !== 'garbled') {
      throw outcome;
    }
    return answerOf(outcome);
  }

  /** As long as an outcome says that it was too much for the server, asks again after a pause. */
  async #patiently(question: Question, first: Outcome): Promise<Outcome> {
    let outcome = first;
    for (let attempt = 1; this.#isThrottled(outcome) && attempt <= patience; attempt += 1) {
      const pause = Math.min(longestPauseMs, Math.max(this.#pauseMs, retryAfterMs(outcome)));
      await sleep(pause, undefined, { signal: this.#signal });
      outcome = await this.#once(question);
      this.#pauseMs = this.#isThrottled(outcome) ? pause * 2 : Math.max(firstPauseMs, pause / 2);
    }
    return outcome;
  }

  async #assertWelcome(): Promise<void> {
    const page = { path: this.#landing.path, maxBodyBytes: 0 };
    const now = await this.#patiently(page, await this.#once(page));
    if (now instanceof ConversationError) throw now;
    if (this.#turnsAway(now)) throw this.#turnedAway(now);
  }

  #turnedAway({ status }: HttpResponse): ConversationError {
    const before = this.#landing.response.status;
    return new ConversationError(
      'garbled',
      `The server began to turn requests away while it was looked at: ${before} became ${status}.`,
    );
  }

  #turnsAway({ status }: HttpResponse): boolean {
    return status !== this.#landing.response.status && [401, 403, 406, 418, 429, 503].includes(status);
  }

  #isThrottled(outcome: Outcome): outcome is HttpResponse {
    if (outcome instanceof ConversationError) return false;
    const { status } = outcome;
    return (status === 429 || (status === 503 && !this.#meansIt)) && status !== this.#landing.response.status;
  }

  async #once({ method = 'GET', ...question }: Question): Promise<Outcome> {
    let connection: Connection | null = null;
    try {
      connection = await this.#connection.another();
      const started = performance.now();
      const response = await connection.request({ method, ...question });
      this.#slowestMs = Math.max(this.#slowestMs, performance.now() - started);
      return response;
    } catch (error) {
      // What has ended the whole run is no answer to one question; neither is a defect of ours.
      if (this.#signal.aborted || !(error instanceof ConversationError) || !passing.has(error.status))
        throw error;
      return error;
    } finally {
      connection?.close();
    }
  }
}

/** How a single connection may fail while the server is there. */
const passing: ReadonlySet<string> = new Set(['refused', 'timed-out', 'reset', 'garbled']);

function answerOf(outcome: Outcome): HttpResponse | null {
  return outcome instanceof ConversationError ? null : outcome;
}

function retryAfterMs({ headers }: HttpResponse): number {
  const seconds = valuesOf(headers, 'retry-after')[0] ?? '';
  return /^\d{1,4}$/.test(seconds) ? Number(seconds) * 1000 : 0;
}
