import type { HttpResponse } from '../../scanner/connection.ts';
import { serves, type Answers, type Sought } from './answers.ts';
import { isHtml, textOf } from './body.ts';

const small = 8 * 1024;

/** A description by OpenAPI or Swagger, in JSON. */
const describes = (response: HttpResponse): boolean =>
  /^\s{0,9}\{/.test(textOf(response)) &&
  /"(?:openapi|swagger)"\s{0,9}:\s{0,9}"[1-4]\./.test(textOf(response));

/** A page in which queries to a GraphQL API are written. */
const isQueryConsole = (response: HttpResponse): boolean =>
  isHtml(response) &&
  /\bGraphiQL\b|\bgraphql-playground\b|GraphQL Playground|embeddable-sandbox|Apollo Sandbox|Altair GraphQL/i.test(
    textOf(response),
  );

const descriptions = [
  '/openapi.json',
  '/swagger.json',
  '/v2/api-docs',
  '/v3/api-docs',
  '/swagger/v1/swagger.json',
].map((path): Sought => ({ path, maxBodyBytes: small, is: describes }));

const consoles = ['/graphql', '/graphiql'].map(
  // Servers give the page only to those who ask for one.
  (path): Sought => ({ path, headers: { Accept: 'text/html' }, maxBodyBytes: small, is: isQueryConsole }),
);

/** Where frameworks put the description of an API, and a console for it. */
export const apiDocumentation: readonly Sought[] = [...descriptions, ...consoles];

/** The paths that serve one; `control` is the answer to a path that cannot exist. */
export function apiDocumentationAt(answers: Answers, control: HttpResponse | null): string[] {
  return apiDocumentation.filter((sought) => serves(sought, answers, control)).map(({ path }) => path);
}
