// Whether software is affected, as far as that can be told from outside.

/** `certain` and `possible` are hits, `unknown` is about software of which nothing was seen. */
export type Answer = 'certain' | 'possible' | 'no' | 'unknown';

/** The best of alternatives. */
export function some(answers: readonly Answer[]): Answer {
  const order: readonly Answer[] = ['certain', 'possible', 'unknown', 'no'];
  return order.find((answer) => answers.includes(answer)) ?? 'no';
}

/** All of them together; what is not known may hold. */
export function every(answers: readonly Answer[]): Answer {
  if (answers.includes('no')) return 'no';
  if (answers.every((answer) => answer === 'unknown')) return 'unknown';
  return answers.every((answer) => answer === 'certain') ? 'certain' : 'possible';
}
