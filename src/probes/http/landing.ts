import type { Connection, HttpResponse } from '../../scanner/connection.ts';
import { ConversationError } from '../../scanner/probe.ts';
import { bracketed, locationOf, type Origin } from './headers.ts';

/** The page that `/` is, or leads to within the server. */
export interface Landing {
  readonly response: HttpResponse;
  /** With its query, as it was asked for. */
  readonly path: string;
  /** The redirects on the way, in order. */
  readonly way: readonly HttpResponse[];
}

const maxHops = 3;
const maxPath = 2048;

/** Who is asked on a connection. */
export function originOf({ target, name, encrypted }: Connection): Origin {
  const { address } = target.endpoint;
  const scheme = encrypted ? 'https' : 'http';
  const url = URL.parse(`${scheme}://${bracketed(name ?? address)}:${target.port}/`);
  return { url: url?.origin ?? '', hosts: name === null ? [address] : [name, address] };
}

/**
 * Follows redirects from the answer to `/` as long as they stay at the very same scheme, host and port, at most
 * three. One that leads anywhere else is where it ends, and so is one that the server breaks off.
 */
export async function land(connection: Connection, root: HttpResponse, origin: Origin): Promise<Landing> {
  let landing: Landing = { response: root, path: '/', way: [] };
  const visited = new Set(['/']);
  while (landing.way.length < maxHops) {
    const { response, path, way } = landing;
    const location = locationOf(response, `${origin.url}${path}`);
    const next = `${location?.pathname ?? ''}${location?.search ?? ''}`;
    if (location?.origin !== origin.url || visited.has(next) || next.length > maxPath) break;
    visited.add(next);
    const answer = await ask(connection, next);
    if (answer === null) break;
    landing = { response: answer, path: next, way: [...way, response] };
  }
  return landing;
}

async function ask(connection: Connection, path: string): Promise<HttpResponse | null> {
  const next = await connection.another();
  try {
    return await next.request({ method: 'GET', path });
  } catch (error) {
    if (error instanceof ConversationError && (error.status === 'reset' || error.status === 'garbled'))
      return null;
    throw error;
  } finally {
    next.close();
  }
}
