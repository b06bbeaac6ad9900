import { describe, expect, it, onTestFinished } from 'vitest';
import dnsTransfer from '../../src/probes/dns-transfer.ts';
import { startNamed } from '../support/datagram-servers.ts';
import { describeWith } from '../support/requires.ts';
import { encoded, framed, nameIn, record, respond, typeIn, type Answer } from './dns/server.ts';
import { observe, rawServer } from './probing.ts';

const soa = record('c00c', 6, 1, Buffer.alloc(22));
/** Without a pointer to a question, which later messages need not have. */
const bare = record(encoded('example.org'), 2, 1, Buffer.from('016100', 'hex'));
const ns = record('c00c', 2, 1, Buffer.from('0161c00c', 'hex'));

describeWith('named', 'dns-transfer at a real named', () => {
  const look = async (zone: string, name: string | null) => {
    const server = await startNamed('recursion no;', zone);
    onTestFinished(() => server.stop());
    return observe(dnsTransfer, server.port, 'plain', {}, { name });
  };

  it('sees that the zone around a name can be had', async () => {
    const seen = await look('allow-transfer { any; };', 'www.picket-test.example');
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ encrypted: false, zone: 'picket-test.example', transferAllowed: true });
  });

  it('sees that it cannot, and that there is none', async () => {
    expect((await look('allow-transfer { none; };', 'picket-test.example')).facts).toEqual({
      encrypted: false,
      zone: 'picket-test.example',
      transferAllowed: false,
    });
    const nameless = await look('allow-transfer { any; };', null);
    expect(nameless.facts).toMatchObject({ transferAllowed: false });
    expect((await look('allow-transfer { any; };', 'www.example.org')).facts).toEqual({
      encrypted: false,
      zone: null,
      transferAllowed: false,
    });
  });
});

/** A server that answers the question for the zone and, in one message each, what comes of the transfer. */
async function server(zone: Answer, ...transfer: Answer[]) {
  const asked: string[] = [];
  const { port } = await rawServer((socket) =>
    socket.on('data', (data) => {
      const query = data.subarray(2);
      asked.push(`${nameIn(query)} ${typeIn(query)}`);
      const answers = typeIn(query) === 252 ? transfer : [zone];
      for (const answer of answers) socket.write(framed(respond(query, answer)));
      if (answers.length === 0) socket.end();
    }),
  );
  return { port, asked };
}

const own: Answer = { authoritative: true, answers: [soa] };

describe('dns-transfer', () => {
  const named = { name: 'example.org' };
  const look = (port: number) => observe(dnsTransfer, port, 'plain', {}, named);

  it.each<[string, Answer[], boolean]>([
    ['begins', [{ answers: [soa, ns] }], true],
    [
      'begins, a message for each record',
      [{ answers: [soa] }, { answers: [bare], withoutQuestion: true }],
      true,
    ],
    ['is refused', [{ rcode: 5 }], false],
    ['is of no records', [{}], false],
    ['begins with something else', [{ answers: [ns, ns] }], false],
    ['breaks off with an error', [{ answers: [soa] }, { rcode: 2 }], false],
  ])('understands a transfer that %s', async (_what, transfer, transferAllowed) => {
    const { port, asked } = await server(own, ...transfer);
    expect((await look(port)).facts).toEqual({ encrypted: false, zone: 'example.org', transferAllowed });
    expect(asked).toEqual(['example.org. 6', 'example.org. 252']);
  });

  it.each<[string, Answer]>([
    ['the server does not answer for', { answers: [soa] }],
    ['the server refuses to speak of', { rcode: 5, authoritative: true }],
    [
      'the server says is all there is',
      { authoritative: true, answers: [record('00', 6, 1, Buffer.alloc(22))] },
    ],
    [
      'the server claims the name to be in, and it is not',
      { authoritative: true, answers: [record(encoded('xample.org'), 6, 1, Buffer.alloc(22))] },
    ],
  ])('asks for no zone that %s', async (_what, zone) => {
    const { port, asked } = await server(zone);
    expect((await look(port)).facts).toEqual({ encrypted: false, zone: null, transferAllowed: false });
    expect(asked).toHaveLength(1);
  });

  it('draws no conclusion from a server that hangs up, and keeps nothing of what it hands over', async () => {
    const { port } = await server(own);
    expect(await look(port)).toMatchObject({ status: 'garbled', facts: null });
    const secret = record(encoded('hidden.example.org'), 1, 1, Buffer.from([192, 0, 2, 9]));
    const open = await server(own, { answers: [soa, secret] });
    expect(JSON.stringify(await look(open.port))).not.toContain('hidden');
  });

  it('asks for the name of the address when the endpoint goes by none', async () => {
    const { port, asked } = await server({ rcode: 5 });
    await observe(dnsTransfer, port);
    expect(asked).toEqual(['1.0.0.127.in-addr.arpa. 6']);
  });
});
