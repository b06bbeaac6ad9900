import { describe, expect, it, onTestFinished } from 'vitest';
import dnsTcp from '../../src/probes/dns-tcp.ts';
import { startNamed } from '../support/datagram-servers.ts';
import { describeWith } from '../support/requires.ts';
import { framed, nameIn, respond, txt } from './dns/server.ts';
import { answering, observe, rawServer } from './probing.ts';

describeWith('named', 'dns-tcp at a real named', () => {
  it('sees what it says of itself', async () => {
    const server = await startNamed('recursion no; version "none of yours";', '');
    onTestFinished(() => server.stop());
    const seen = await observe(dnsTcp, server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ encrypted: false, version: 'none of yours' });
  });
});

describe('dns-tcp', () => {
  it('asks twice at most, and takes answers in pieces', async () => {
    const asked: string[] = [];
    const { port } = await rawServer((socket) =>
      socket.on('data', (data) => {
        const query = data.subarray(2);
        asked.push(nameIn(query));
        const answer = framed(respond(query, asked.length === 1 ? { rcode: 5 } : { answers: [txt('1.0')] }));
        socket.write(answer.subarray(0, 3));
        setImmediate(() => socket.write(answer.subarray(3)));
      }),
    );
    const seen = await observe(dnsTcp, port);
    expect(seen.facts).toEqual({ encrypted: false, version: '1.0' });
    expect(asked).toEqual(['version.bind.', 'version.server.']);
  });

  it('is a server without a version when it keeps that to itself', async () => {
    const { port } = await rawServer((socket) =>
      socket.on('data', (data) =>
        socket.write(framed(respond(data.subarray(2), { rcode: 5, withoutQuestion: true }))),
      ),
    );
    expect((await observe(dnsTcp, port)).facts).toEqual({ encrypted: false, version: null });
  });

  it.each(['HTTP/1.1 400 Bad Request\r\n\r\n', 'SSH-2.0-x\r\n', '\0\0\0\0\0\0'])(
    'notices at once that %j is another protocol',
    async (answer) => {
      const { port } = await answering(answer);
      const seen = await observe(dnsTcp, port);
      expect(seen).toMatchObject({ status: 'garbled', facts: null });
      expect(seen.durationMs).toBeLessThan(1000);
    },
  );
});
