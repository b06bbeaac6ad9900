import { createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { defineProbe } from '../../src/scanner/probe.ts';
import { issue } from './certificates.ts';
import { listen } from './probing.ts';

export interface LineServer {
  readonly port: number;
  /** Every line that came in, over all connections, in order; what came inside TLS begins with `(tls) `. */
  readonly lines: readonly string[];
  /** Waits until all connections are over, after which all lines are there. */
  readonly ended: () => Promise<void>;
}

/** What to say to a line; `hang-up` closes after the text, `tls` expects a handshake after it. */
export type LineAnswer = string | { readonly say: string; readonly next: 'hang-up' | 'tls' } | undefined;

/** A server of a protocol in lines: it greets, and answers each line. */
export async function lineServer(
  greeting: string,
  answer: (line: string, encrypted: boolean) => LineAnswer,
  { implicitTls = false }: { readonly implicitTls?: boolean } = {},
): Promise<LineServer> {
  const { key, cert } = await issue({ subject: 'CN=lines' });
  const lines: string[] = [];
  const over: Promise<unknown>[] = [];

  function serve(stream: Duplex, plain: Socket | null): void {
    let rest = '';
    const onData = (chunk: Buffer): void => {
      const parts = (rest + chunk.toString('latin1')).split(/\r?\n/);
      rest = parts.pop() ?? '';
      for (const line of parts) {
        lines.push(plain === null ? `(tls) ${line}` : line);
        const said = answer(line, plain === null);
        stream.write(typeof said === 'object' ? said.say : (said ?? ''), 'latin1');
        if (typeof said !== 'object') continue;
        if (said.next === 'hang-up') stream.end();
        if (said.next === 'tls' && plain !== null) upgrade(plain, onData);
      }
    };
    stream.on('error', () => {}).on('data', onData);
  }

  function upgrade(socket: Socket, onData: (chunk: Buffer) => void): Duplex {
    socket.off('data', onData);
    const secure = new TLSSocket(socket, { isServer: true, key, cert });
    serve(secure, null);
    return secure;
  }

  const port = await listen(
    createServer((socket) => {
      over.push(new Promise((resolve) => socket.once('close', resolve)));
      if (implicitTls) {
        upgrade(socket, () => {}).write(greeting, 'latin1');
        return;
      }
      socket.write(greeting, 'latin1');
      serve(socket, socket);
    }),
  );
  return {
    port,
    lines,
    ended: async () => {
      await Promise.all(over);
    },
  };
}

/** Not a protocol's probe: shakes hands where another probe's STARTTLS has led. */
export const insideStartTls = defineProbe({
  id: 'inside',
  title: 'A handshake after an upgrade',
  transport: 'tcp',
  defaultPorts: [],
  layers: ['plain'],
  facts: z.strictObject({ protocol: z.string().describe('The version that was agreed on') }),
  async run(connection) {
    return { protocol: (await connection.startTls()).protocol };
  },
});
