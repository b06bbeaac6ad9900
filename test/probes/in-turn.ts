import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { z } from 'zod';
import type { Observation } from '../../src/domain/observation.ts';
import { defineProbe, type Probe } from '../../src/scanner/probe.ts';
import { issue, type Identity } from './certificates.ts';
import { observe, rawServer } from './probing.ts';

/**
 * What a server does when it has been told something: it answers, hangs up (null), or answers and goes on inside TLS,
 * where the handshake may have come right behind the `asked` bytes of the request for it.
 */
export type Turn = Buffer | string | null | { readonly startTls: Buffer | string; readonly asked: number };

export interface Script {
  /** What it says unasked. */
  readonly first?: Buffer | string;
  readonly turns?: readonly Turn[];
}

/**
 * A server with one script for each connection, the last one for all after it. For clients that wait for an answer
 * before they go on. `heard` gives what each connection was told, in hexadecimal, once all are over.
 */
export async function inTurn(...scripts: readonly Script[]) {
  const identity = await issue({ subject: 'CN=scripted' });
  const told: string[][] = [];
  const server = await rawServer((socket) => {
    const { first, turns = [] } = scripts[Math.min(told.length, scripts.length - 1)] ?? {};
    const heard: string[] = [];
    told.push(heard);
    if (first !== undefined) socket.write(first);
    play(socket, [...turns], heard, identity);
  });
  const heard = async (): Promise<string[][]> => {
    await server.received();
    return told;
  };
  return { port: server.port, heard };
}

function play(stream: Socket, turns: Turn[], heard: string[], identity: Identity): void {
  stream.on('error', () => {});
  stream.on('data', (data) => {
    const turn = turns.shift();
    const request = typeof turn === 'object' && turn !== null && 'asked' in turn ? turn.asked : data.length;
    heard.push(data.toString('hex', 0, request));
    if (turn === undefined) return;
    if (turn === null) {
      stream.end();
    } else if (typeof turn === 'string' || Buffer.isBuffer(turn)) {
      stream.write(turn);
    } else {
      stream.removeAllListeners('data');
      stream.pause();
      if (data.length > request) stream.unshift(data.subarray(request));
      stream.write(turn.startTls);
      const { key, cert } = identity;
      play(new TLSSocket(stream, { isServer: true, key, cert }), turns, heard, identity);
    }
  });
}

/** Shakes hands after a probe's upgrade to TLS, and gives the version as the fact `protocol`. */
export function handshakeAfter(startTls: Probe, port: number): Promise<Observation> {
  const handshake = defineProbe({
    id: 'handshake',
    title: 'A handshake',
    transport: 'tcp',
    defaultPorts: [],
    layers: ['plain'],
    facts: z.strictObject({ protocol: z.string() }),
    run: async (connection) => ({ protocol: (await connection.startTls()).protocol }),
  });
  return observe(handshake, port, 'plain', {}, { startTls });
}
