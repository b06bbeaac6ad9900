import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import http from '../../src/probes/http.ts';
import mqtt from '../../src/probes/mqtt.ts';
import postgres from '../../src/probes/postgres.ts';
import redis from '../../src/probes/redis.ts';
import smtp from '../../src/probes/smtp.ts';
import ssh from '../../src/probes/ssh.ts';
import tcp from '../../src/probes/tcp.ts';
import tls from '../../src/probes/tls.ts';
import type { Probe } from '../../src/scanner/probe.ts';
import { observe, rawServer } from './probing.ts';

const speaking: readonly Probe[] = [tls, http, ssh, redis, postgres, smtp, mqtt];

/** Writes the piece again and again, as fast as the peer takes it. */
function flood(socket: Socket, piece: Buffer): void {
  const more = () => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', more);
  more();
}

const behaviours: Readonly<Record<string, (socket: Socket) => void>> = {
  'says nothing': () => {},
  'hangs up at once': (socket) => void socket.end(),
  'resets at once': (socket) => void socket.resetAndDestroy(),
  'hangs up when spoken to': (socket) => void socket.once('data', () => socket.end()),
  'answers with noise': (socket) => void socket.once('data', () => socket.write(randomBytes(4096))),
  'answers with zeros without end': (socket) => flood(socket, Buffer.alloc(65_536)),
  'answers with line feeds without end': (socket) => flood(socket, Buffer.alloc(65_536, 0x0a)),
  'answers with one line without end': (socket) => flood(socket, Buffer.alloc(65_536, 0x41)),
  echoes: (socket) => void socket.on('data', (chunk) => socket.write(chunk)),
};

describe.each(Object.entries(behaviours))('a server that %s', (_name, behaviour) => {
  it.each(speaking.map((probe) => [probe.id, probe] as const))(
    'gets no facts from %s',
    async (_id, probe) => {
      const { port } = await rawServer(behaviour);
      const seen = await observe(probe, port, 'plain', { probeDeadlineMs: 250 });
      expect(['garbled', 'reset', 'timed-out', 'too-large']).toContain(seen.status);
      expect(seen.facts).toBeNull();
      expect(seen.durationMs).toBeLessThan(3000);
    },
  );

  it('is an open port to tcp', async () => {
    const { port } = await rawServer(behaviour);
    const seen = await observe(tcp, port, 'plain', { probeDeadlineMs: 1000 });
    expect(['answered', 'reset']).toContain(seen.status);
  });
});
