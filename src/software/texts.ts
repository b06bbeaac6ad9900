import type { Facts, FactValue, Observation } from '../domain/observation.ts';

/** Characters of a text that are looked at. */
const LONGEST = 4096;
const MOST_OF_A_LIST = 16;

/** A text of an observation, under the name by which fingerprints refer to it. */
export interface FactText {
  readonly fact: string;
  readonly text: string;
}

/** Texts that belong together although the probe reports them apart. */
const joined: Readonly<Record<string, { readonly fact: string; readonly parts: readonly string[] }>> = {
  // What follows the protocol version in SSH's identification line (RFC 4253, section 4.2).
  ssh: { fact: 'ssh.banner', parts: ['software', 'comments'] },
  amqp: { fact: 'amqp.broker', parts: ['product', 'version'] },
};

/**
 * The texts among the facts of an observation: `http.server` for the fact `server` of the probe `http`, with further
 * names behind dots for what is inside other facts. Texts of a list all go by the list's name.
 */
export function textsOf({ probe, status, facts }: Observation): FactText[] {
  if (status !== 'answered' || facts === null) return [];
  const join = joined[probe];
  const texts = [...walk(probe, facts as FactValue, 0)];
  return join === undefined ? texts : [...texts, ...joinedText(join, facts)];
}

/** Names that are no facts of a probe but made of some, each with the probe's. */
export function joinedFacts(): { readonly fact: string; readonly made: readonly string[] }[] {
  return Object.entries(joined).map(([probe, { fact, parts }]) => ({
    fact,
    made: parts.map((part) => `${probe}.${part}`),
  }));
}

function joinedText({ fact, parts }: { fact: string; parts: readonly string[] }, facts: Facts): FactText[] {
  const texts = parts.map((part) => facts[part]).filter((part) => typeof part === 'string');
  return texts.length === 0 ? [] : [{ fact, text: texts.join(' ').slice(0, LONGEST) }];
}

function* walk(fact: string, value: FactValue, depth: number): Generator<FactText> {
  if (typeof value === 'string') {
    if (value !== '') yield { fact, text: value.slice(0, LONGEST) };
  } else if (Array.isArray(value)) {
    for (const item of value.slice(0, MOST_OF_A_LIST)) {
      if (typeof item === 'string') yield* walk(fact, item, depth);
    }
  } else if (typeof value === 'object' && value !== null && depth < 3) {
    for (const [name, field] of Object.entries(value)) yield* walk(`${fact}.${name}`, field, depth + 1);
  }
}
