import type { Target } from '../scope/target.ts';
import { ConversationError } from './probe.ts';

/** Questions and answers over UDP with one target, within the limits and the deadline of the probe's run. */
export interface DatagramExchange {
  readonly target: Target;
  /**
   * Sends one datagram, and the same once more when no answer comes in time. Resolves with the first datagram from the
   * target that `isAnswer` takes, at most 64 KiB; others are dropped. Rejects with a `ConversationError`: `timed-out`
   * when nothing came, `garbled` when only others came, `refused` when the host says that nobody listens. One question
   * after the other.
   */
  ask(datagram: Buffer, isAnswer?: (reply: Buffer) => boolean): Promise<Buffer>;
}

/**
 * What was asked, or null when nothing came that answers it. For questions that a service may pass over on purpose, and
 * for probes that know from another question whether the service is there.
 */
export async function nullIfUnanswered<Answer>(asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ConversationError && (error.status === 'timed-out' || error.status === 'garbled')) {
      return null;
    }
    throw error;
  }
}

/** Whether a reader takes the datagram; one that finds it `garbled` does not. */
export function readsAs(reader: () => boolean): boolean {
  try {
    return reader();
  } catch (error) {
    if (error instanceof ConversationError && error.status === 'garbled') return false;
    throw error;
  }
}
