import type { AcceptedAnswer } from './answer.ts';
import type { Hello } from './client-hello.ts';

/**
 * A question of the form "which of these does the server take?", asked by offering many and seeing which one it
 * chooses, then the others, until it refuses.
 */
export interface Enumeration {
  /** Whether there is nothing more to ask, whatever is still waiting to be. */
  readonly over: boolean;
  /** All that is to be asked, the likeliest first. */
  lots(): readonly (readonly number[])[];
  hello(items: readonly number[]): Hello;
  /** Whether the answer is in the key exchange message, when the server has chosen this suite. */
  readOn(suite: number): boolean;
  /** Takes note of the server's choice. Returns it when it is one of the items, and null when it is not. */
  choose(items: readonly number[], answer: AcceptedAnswer): number | null;
  /** Takes note of a refusal. */
  refuse(alert: number): void;
  /** Whether there is no point in going on for now, because the server stays silent whatever is offered. */
  readonly hushed: boolean;
  /** Takes note of a silence. */
  hush(): void;
  /** What to offer next out of what is left: in several lots when others are free to help. */
  divide(items: readonly number[], helpers: number): readonly (readonly number[])[];
  /**
   * How to offer items again after the server broke off: the first time in one way, the second in another… An empty
   * list when there is no further way, and they must count as refused.
   */
  retries(items: readonly number[], level: number): readonly (readonly number[])[];
}

/** Items of an enumeration that are offered together. */
export interface Lot {
  readonly enumeration: Enumeration;
  readonly items: readonly number[];
  /** How often these items have been broken up because the server broke off. */
  readonly level: number;
}

export function lotsOf(enumeration: Enumeration): Lot[] {
  return enumeration.lots().map((items) => ({ enumeration, items, level: 0 }));
}

/** Items of one kind together, in the order in which the kinds come. */
export function groupedBy(items: readonly number[], kind: (item: number) => string): number[][] {
  const lots = new Map<string, number[]>();
  for (const item of items) {
    const lot = lots.get(kind(item));
    if (lot === undefined) lots.set(kind(item), [item]);
    else lot.push(item);
  }
  return [...lots.values()];
}

/** Dealt out one by one, as what a server takes often stands side by side. */
export function dealt(items: readonly number[], lots: number): number[][] {
  const count = Math.min(lots, items.length);
  return Array.from({ length: count }, (_, lot) => items.filter((_item, index) => index % count === lot));
}
