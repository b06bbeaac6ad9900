import type { HttpRequest, HttpResponse } from '../../scanner/connection.ts';

/** One request of a search, beside those that every server gets. */
export type Question = Pick<HttpRequest, 'path' | 'headers' | 'maxBodyBytes' | 'timeoutMs'> & {
  /** Default `GET`. */
  readonly method?: HttpRequest['method'];
};

/** What came back; null where the server broke off instead, twice. */
export type Answers = ReadonlyMap<Question, HttpResponse | null>;

/** A path that is told by what is served there. */
export interface Sought extends Question {
  readonly is: (response: HttpResponse) => boolean;
}

/**
 * Whether the path serves what is sought. `control` is the answer to a path that cannot exist; whatever would pass
 * there too proves nothing.
 */
export function serves(sought: Sought, answers: Answers, control: HttpResponse | null): boolean {
  const response = answers.get(sought) ?? null;
  return response?.status === 200 && sought.is(response) && !(control?.status === 200 && sought.is(control));
}
