import type { Target } from '../scope/target.ts';

/** Questions and answers over UDP with one target, within the limits and the deadline of the probe's run. */
export interface DatagramExchange {
  readonly target: Target;
  /**
   * Sends one datagram, and the same once more when no answer comes in time. Resolves with the first datagram from the
   * target that `isAnswer` takes, at most 64 KiB; others are dropped. Rejects with a `ConversationError`: `timed-out`
   * when nothing came, `refused` when the host says that nobody listens.
   */
  ask(datagram: Buffer, isAnswer?: (reply: Buffer) => boolean): Promise<Buffer>;
}
