/**
 * Calls back when `ms` have passed and what had arrived by then has been dealt with: after a stall of our own, timers
 * come before the network's events, and an answer that lay waiting would be taken for silence. Returns how to call
 * it off.
 */
export function networkTimer(ms: number, callback: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    immediate = setImmediate(callback);
  }, ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
