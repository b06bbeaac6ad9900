import { describe, expect, it } from 'vitest';
import cassandra from '../../src/probes/cassandra.ts';
import { answering, observe } from './probing.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

/** What Cassandra 5.0.4 answers. */
const supported = hex(`
  8400000006000000660003
  001150524f544f434f4c5f56455253494f4e53 0004 0004332f7633 0004342f7634 0004352f7635 0009362f76362d62657461
  000b434f4d5052455353494f4e 0002 0006736e61707079 00036c7a34
  000b43514c5f56455253494f4e 0001 0005332e342e37`);
const text = (value: string): Buffer => Buffer.concat([Buffer.from([0, value.length]), Buffer.from(value)]);
const words =
  'Invalid or unsupported protocol version (71); supported versions are (3/v3, 4/v4, 5/v5, 6/v6-beta)';
/** What it answers to a line of HTTP. */
const complaint = Buffer.concat([hex('850000000000000068 0000000a'), text(words)]);
const oldComplaint = Buffer.concat([
  hex(`82000000 000000${(words.length + 6).toString(16)} 0000000a`),
  text(words),
]);

describe('cassandra', () => {
  it('reads what it can do', async () => {
    const server = await answering(supported);
    const seen = await observe(cassandra, server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      encrypted: false,
      product: 'cassandra',
      cqlVersion: '3.4.7',
      protocolVersions: ['3/v3', '4/v4', '5/v5', '6/v6-beta'],
    });
    expect((await server.received()).toString('hex')).toBe('040000000500000000');
  });

  it('tells ScyllaDB by the options of its own', async () => {
    const options = Buffer.concat([
      text('SCYLLA_SHARD'),
      hex('0001'),
      text('0'),
      text('CQL_VERSION'),
      hex('0001'),
      text('3.3.1'),
    ]);
    const { port } = await answering(
      Buffer.concat([hex(`8400000006 000000${(options.length + 2).toString(16)} 0002`), options]),
    );
    const seen = await observe(cassandra, port);
    expect(seen.facts).toMatchObject({ product: 'scylla', cqlVersion: '3.3.1', protocolVersions: [] });
  });

  it.each([
    ['another version', complaint],
    ['an older one, with its shorter header', oldComplaint],
  ])('knows servers that speak %s of the protocol', async (_which, answer) => {
    const { port } = await answering(answer);
    const seen = await observe(cassandra, port);
    expect(seen.facts).toMatchObject({ product: 'cassandra', cqlVersion: null, protocolVersions: [] });
  });

  it.each([
    ['an echo', hex('040000000500000000')],
    ['another error', Buffer.concat([hex('840000000000000011 00000000'), text('server error!')])],
    ['an answer to another question', hex('840000010600000002 0000')],
    ['a body that is too long', hex('8400000006 7fffffff')],
    ['an option that ends early', hex('8400000006 00000004 0001 00ff')],
    ['values without end', hex('8400000006 00000007 0001 000161 ffff')],
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ])('refuses %s', async (_what, answer) => {
    const { port } = await answering(answer);
    await expect(observe(cassandra, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });

  it.each([
    [true, 'its complaint about HTTP', complaint],
    [true, 'that of an older one', oldComplaint],
    [
      false,
      'an error about something else',
      Buffer.concat([hex('850000000000000010 0000000a'), text('bad message')]),
    ],
    [false, 'what it answers otherwise', supported],
    [false, 'HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    [false, 'nothing', Buffer.alloc(0)],
  ])('says %s to %s', (expected, _what, bytes) => {
    expect(cassandra.recognises?.(bytes)).toBe(expected);
  });
});
