import { z } from 'zod';
import type { CanaryAddress, Connection } from '../scanner/connection.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';

// Forward proxies: CONNECT and requests in absolute form (RFC 9110, section 9.3.6; RFC 9112, section 3.2.2), at every
// port where the probe `http` has answered.
//
// Sends: one CONNECT to a listener of the scanner's own and, when that is accepted, one GET request through it; one
// GET request in absolute form for the same listener; either again when the server breaks it off, and a GET request
// for `/` when it does so every time. Proof is the word that only the listener says.
// Never: the name or address of anybody else, and no credential.

export default defineProbe({
  id: 'http-proxy',
  title: 'Whether a web server passes on what strangers ask it to',
  transport: 'tcp',
  defaultPorts: [3128, 8080, 8888],
  layers: ['plain', 'tls'],
  follows: 'http',
  scanClass: 'relay',
  facts: z.strictObject({
    tunnels: z
      .boolean()
      .nullable()
      .describe('Whether CONNECT led to a listener of the scanner; null when the server tried and failed'),
    forwards: z
      .boolean()
      .nullable()
      .describe('Whether a GET request in absolute form led to that listener; null when it tried and failed'),
  }),
  async run(connection) {
    const { canary } = connection;
    if (canary === null) throw new ConversationError('garbled', 'no canary is configured');
    let fresh: Connection | null = connection;
    const next = async (): Promise<Connection> => {
      const taken = fresh ?? (await connection.another());
      fresh = null;
      return taken;
    };
    const tunnels = await twice(async () => tunnel(await next(), canary));
    const forwards = await twice(async () => forward(await next(), canary));
    if (tunnels === 'broken off' && forwards === 'broken off') {
      // Whoever answers something else has meant it; whoever does not may be gone.
      await (await next()).request({ method: 'GET', path: '/', maxBodyBytes: 0 });
    }
    if (tunnels !== true && forwards !== true && (tunnels === null || forwards === null)) {
      throw new ConversationError('garbled', 'The server failed at what it was asked, so nothing is proved.');
    }
    return {
      tunnels: tunnels === 'broken off' ? false : tunnels,
      forwards: forwards === 'broken off' ? false : forwards,
    };
  },
});

const maxHead = 8 * 1024;
const maxAnswer = 4 * 1024;
/** Proxies open the way before they say anything. */
const acceptedWithinMs = 5000;
/** The way to the listener is open by then. */
const answerWithinMs = 3000;
/** The listener says all at once. */
const restWithinMs = 300;

async function tunnel(connection: Connection, canary: CanaryAddress): Promise<boolean | null> {
  const authority = authorityOf(canary);
  try {
    await connection.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
    const asked = performance.now();
    const beginning = await connection.readUntilQuiet(acceptedWithinMs, 1);
    // It may be trying still, or not know what it was asked; a server that hangs up does so earlier.
    if (beginning.length === 0 && performance.now() - asked >= acceptedWithinMs) return null;
    const rest = await connection.readUntil('\r\n\r\n', maxHead);
    const head = Buffer.concat([beginning, rest]).toString('latin1');
    const status = Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(head)?.[1] ?? 0);
    if (status < 200 || status > 299) return decided(status);
    await connection.write(`GET / HTTP/1.0\r\nHost: ${authority}\r\n\r\n`);
    const first = await connection.readUntilQuiet(answerWithinMs, 1);
    const answer = Buffer.concat([first, await connection.readUntilQuiet(restWithinMs, maxAnswer)]);
    // A tunnel in which nothing comes back may end in a filter.
    return answer.length === 0 ? null : answer.includes(canary.token);
  } finally {
    connection.close();
  }
}

async function forward(connection: Connection, canary: CanaryAddress): Promise<boolean | null> {
  const host = authorityOf(canary);
  const { status, body } = await connection.request({
    method: 'GET',
    path: `http://${host}/`,
    host,
    maxBodyBytes: maxAnswer,
  });
  return body.includes(canary.token) || decided(status);
}

/** A server that tried in vain may be an open proxy all the same; false for one that would not try. */
function decided(status: number): false | null {
  return [429, 500, 502, 503, 504].includes(status) ? null : false;
}

/** Servers often end a connection with which they can do nothing. Once may be an accident. */
async function twice<Answer>(attempt: () => Promise<Answer>): Promise<Answer | 'broken off'> {
  const once = () =>
    attempt().catch((error: unknown) => {
      const broken =
        error instanceof ConversationError && (error.status === 'reset' || error.status === 'garbled');
      if (!broken) throw error;
      return 'broken off' as const;
    });
  const first = await once();
  return first === 'broken off' ? once() : first;
}

function authorityOf({ address, port }: CanaryAddress): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
