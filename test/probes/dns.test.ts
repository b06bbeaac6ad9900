import { describe, expect, it, onTestFinished } from 'vitest';
import dns from '../../src/probes/dns.ts';
import { listenUdp } from '../scanner/datagram-support.ts';
import { startNamed, startUnbound } from '../support/datagram-servers.ts';
import { describeWith } from '../support/requires.ts';
import { nameIn, record, respond, txt, wantsRecursion, type Answer } from './dns/server.ts';
import { observeDatagram } from './probing.ts';

const hasty = { datagramWaitMs: 60 };

describeWith('unbound', 'dns at a real unbound', () => {
  const start = async (...lines: string[]) => {
    const server = await startUnbound(...lines);
    onTestFinished(() => server.stop());
    return observeDatagram(dns, server.port);
  };

  it('sees a resolver that is open to everybody, without reaching the root', async () => {
    const seen = await start('access-control: 127.0.0.0/8 allow');
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ openRecursion: true, version: expect.stringMatching(/^unbound 1\./) });
  });

  it('sees one that refuses strangers what is not its own', async () => {
    const seen = await start('access-control: 127.0.0.0/8 refuse_non_local', 'hide-version: yes');
    expect(seen.facts).toEqual({ openRecursion: false, version: null });
  });
});

describeWith('named', 'dns at a real named', () => {
  const start = async (options: string) => {
    const server = await startNamed(options, 'allow-transfer { none; };');
    onTestFinished(() => server.stop());
    return observeDatagram(dns, server.port);
  };

  it('sees that it offers recursion, although it cannot reach the root', async () => {
    const seen = await start('recursion yes; allow-recursion { any; };');
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ openRecursion: true, version: expect.stringMatching(/^9\./) });
  });

  it('sees a server for its own zones only', async () => {
    expect((await start('recursion no; version none;')).facts).toEqual({
      openRecursion: false,
      version: null,
    });
    expect((await start('recursion yes; allow-recursion { none; }; version "none";')).facts).toEqual({
      openRecursion: false,
      version: 'none',
    });
  });
});

interface Behaviour {
  readonly version?: Answer | null;
  readonly roots?: Answer | null;
  readonly nobody?: Answer | null;
  readonly offer?: Answer | null;
}

const root = record('00', 2, 1, Buffer.from('0161012e00', 'hex'));
const refused: Answer = { rcode: 5, withoutQuestion: true };

/** A server that answers each of the probe's questions as told, and passes over it when it is told nothing. */
async function server(behaviour: Behaviour) {
  const asked: string[] = [];
  const { port } = await listenUdp((query, reply) => {
    const name = nameIn(query);
    asked.push(`${name === '' ? '.' : name}${wantsRecursion(query) ? ' RD' : ''}`);
    const answer = name.startsWith('version.')
      ? behaviour.version
      : name !== ''
        ? behaviour.nobody
        : wantsRecursion(query)
          ? behaviour.roots
          : behaviour.offer;
    if (answer !== null && answer !== undefined) reply(respond(query, answer));
  });
  return { port, asked };
}

describe('dns', () => {
  it('asks for the version, then for the root with recursion, and for nothing more when both are answered', async () => {
    const { port, asked } = await server({
      version: { answers: [txt('9.18.49')] },
      roots: { recursionAvailable: true, answers: [root] },
    });
    const seen = await observeDatagram(dns, port, hasty);
    expect(seen.facts).toEqual({ openRecursion: true, version: '9.18.49' });
    expect(asked).toEqual(['version.bind.', '. RD']);
  });

  it.each<[string, Behaviour, boolean]>([
    ['refuses', { roots: refused }, false],
    ['refuses and says that it has recursion', { roots: { rcode: 5, recursionAvailable: true } }, false],
    ['answers out of what it holds, without recursion', { roots: { answers: [root] } }, false],
    ['refers to others', { roots: { recursionAvailable: false, authorities: [root] } }, false],
    [
      'fails to reach the root, and knows that a name is nobody’s',
      { roots: { rcode: 2, recursionAvailable: true }, nobody: { rcode: 3, recursionAvailable: true } },
      true,
    ],
    ['says nothing of the root, and finds a name', { nobody: { recursionAvailable: true } }, true],
    ['says nothing of the root, and refuses', { nobody: refused }, false],
    ['is busy, but offers recursion', { offer: { recursionAvailable: true, authorities: [root] } }, true],
    ['is busy, and offers none', { offer: { authorities: [root] } }, false],
  ])('understands a server that %s', async (_what, behaviour, openRecursion) => {
    const { port } = await server({ version: refused, ...behaviour });
    const seen = await observeDatagram(dns, port, hasty);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ openRecursion, version: null });
  });

  it('takes silence about the version for no version, when the rest is answered', async () => {
    const { port, asked } = await server({ roots: refused });
    const seen = await observeDatagram(dns, port, hasty);
    expect(seen.facts).toEqual({ openRecursion: false, version: null });
    expect(asked).toEqual(['version.bind.', 'version.bind.', '. RD']);
  });

  it('says nothing about recursion where it found nothing out', async () => {
    const silent = await server({ version: refused });
    const seen = await observeDatagram(dns, silent.port, hasty);
    expect(seen).toMatchObject({ status: 'timed-out', facts: null });
    const failing: Answer = { rcode: 2, recursionAvailable: true };
    const broken = await server({ version: refused, roots: failing, nobody: failing, offer: failing });
    expect(await observeDatagram(dns, broken.port, hasty)).toMatchObject({ status: 'garbled', facts: null });
  });

  it('gives up on a port that says nothing after the second question', async () => {
    const { port, asked } = await server({});
    expect(await observeDatagram(dns, port, hasty)).toMatchObject({ status: 'timed-out', facts: null });
    expect(asked).toEqual(['version.bind.', 'version.bind.', '. RD', '. RD']);
  });

  it('asks for version.server when version.bind has no text, and escapes what it is told', async () => {
    const asked: string[] = [];
    const { port } = await listenUdp((query, reply) => {
      const name = nameIn(query);
      asked.push(name);
      if (name === 'version.server.') reply(respond(query, { answers: [txt('\u001b[1m<i>')] }));
      else reply(respond(query, refused));
    });
    const seen = await observeDatagram(dns, port, hasty);
    expect(seen.facts).toEqual({ openRecursion: false, version: '\\x1b[1m<i>' });
    expect(asked).toEqual(['version.bind.', 'version.server.', '']);
  });

  it.each<[string, (query: Buffer) => Buffer]>([
    ['its own question', (query) => query],
    [
      'another id',
      (query) => respond(Buffer.concat([Buffer.from([~(query[0] ?? 0)]), query.subarray(1)]), {}),
    ],
    ['another question', (query) => respond(Buffer.concat([query.subarray(0, -1), Buffer.from([9])]), {})],
    ['a record that ends too early', (query) => respond(query, { answers: [root.subarray(0, 8)] })],
    [
      'a name that goes round in circles',
      (query) => respond(query, { answers: [record((0xc000 | query.length).toString(16), 16, 3, root)] }),
    ],
    ['noise', () => Buffer.alloc(512, 0xa5)],
    ['nothing', () => Buffer.alloc(0)],
  ])('draws no conclusion from %s', async (_what, answer) => {
    const { port } = await listenUdp((query, reply) => reply(answer(query)));
    expect(await observeDatagram(dns, port, { datagramWaitMs: 30 })).toMatchObject({
      status: 'garbled',
      facts: null,
    });
  });
});
