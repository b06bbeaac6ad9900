import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Connection, HttpRequest, HttpResponse } from '../scanner/connection.ts';
import { ConversationError, defineProbe } from '../scanner/probe.ts';

// The method TRACE of HTTP (RFC 9110, section 9.3.8), at every port where the probe `http` has answered.
//
// Sends: one TRACE request for `/` with an invented header and no credential or cookie that could come back; where
// the server breaks that off or says nothing to it, one GET request for `/` to see that it is still there.
// Never: a body, or any other method.

export default defineProbe({
  id: 'http-trace',
  title: 'Whether a web server sends requests back as it received them',
  transport: 'tcp',
  defaultPorts: [80, 443],
  layers: ['plain', 'tls'],
  follows: 'http',
  scanClass: 'method',
  facts: z.strictObject({
    traceEchoes: z
      .boolean()
      .describe('Whether TRACE is answered with the request, an invented header included'),
  }),
  async run(connection) {
    const mark = randomBytes(12).toString('hex');
    const request: HttpRequest = {
      method: 'TRACE',
      path: '/',
      headers: { 'X-Picket-Trace': mark },
      timeoutMs,
    };
    const response = await connection.request(request).catch((error: unknown) => declined(error, connection));
    // The server's word on another day may be another one.
    if (response !== null && (response.status === 429 || response.status === 503)) {
      throw new ConversationError(
        'garbled',
        `The server answered TRACE with ${response.status}, which decides nothing.`,
      );
    }
    return { traceEchoes: response?.status === 200 && response.body.includes(mark) };
  },
});

/** Servers that do not know the method may wait for more. */
const timeoutMs = 3000;

/** Null when the server breaks off, or has nothing to say to, this method and answers another. */
async function declined(error: unknown, connection: Connection): Promise<HttpResponse | null> {
  if (!(error instanceof ConversationError) || !['reset', 'garbled', 'timed-out'].includes(error.status))
    throw error;
  const again = await connection.another();
  await again.request({ method: 'GET', path: '/', maxBodyBytes: 0 });
  return null;
}
