import { describe, expect, it } from 'vitest';
import kafka from '../../src/probes/kafka.ts';
import { inTurn } from './in-turn.ts';
import { observe } from './probing.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const answer = (id: string, body: string): Buffer => {
  const bytes = hex(id + body);
  return Buffer.concat([Buffer.from([0, 0, bytes.length >> 8, bytes.length & 0xff]), bytes]);
};
/** The first interfaces that Kafka 3.9.1 names, with those of SASL and of the versions. */
const versions = answer('5069636b', '0000 00000003 0000 0000000b 0011 00000001 0012 00000004');
const plaintext = answer('5069636c', '0022 00000000');
const sasl = answer('5069636c', '0000 00000002 000d 534352414d2d5348412d353132 0005 504c41494e');

describe('kafka', () => {
  it('sees a listener that wants no login', async () => {
    const { port, heard } = await inTurn({ turns: [versions, plaintext] });
    const seen = await observe(kafka, port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ encrypted: false, authRequired: false, saslMechanisms: [] });
    // ApiVersions and SaslHandshake in version 0, from the client "picket"; the second asks for PLAIN.
    expect(await heard()).toEqual([
      ['00000010001200005069636b00067069636b6574', '00000017001100005069636c00067069636b65740005504c41494e'],
    ]);
  });

  it.each([
    ['that has the mechanism', sasl, ['PLAIN', 'SCRAM-SHA-512']],
    ['that has others', answer('5069636c', '0021 00000001 0006 475353415049'), ['GSSAPI']],
  ])('sees a listener %s', async (_which, handshake, saslMechanisms) => {
    const { port } = await inTurn({ turns: [versions, handshake] });
    const seen = await observe(kafka, port);
    expect(seen.facts).toEqual({ encrypted: false, authRequired: true, saslMechanisms });
  });

  it('does not ask a server about SASL that has none', async () => {
    const { port, heard } = await inTurn({ turns: [answer('5069636b', '0000 00000001 0012 00000000')] });
    const seen = await observe(kafka, port);
    expect(seen.facts).toMatchObject({ authRequired: false });
    expect((await heard())[0]).toHaveLength(1);
  });

  it.each([
    ['an error', [answer('5069636b', '0023 00000000')]],
    ['an answer to another request', [answer('00000001', '0000 00000001 0012 00000000')]],
    ['a list that ends early', [answer('5069636b', '0000 000000ff 0012 00000000')]],
    ['a list without end', [answer('5069636b', '0000 7fffffff 0012 00000000')]],
    ['a message without end', [hex('7fffffff 5069636b')]],
    ['another error of SASL', [versions, answer('5069636c', '0025 00000000')]],
    ['a mechanism of negative length', [versions, answer('5069636c', '0000 00000001 ffff')]],
    ['hanging up on SASL', [versions, null]],
    ['an echo', [hex('00000010001200005069636b00067069636b6574')]],
    ['HTTP', ['HTTP/1.1 400 Bad Request\r\n\r\n']],
  ])('draws no conclusion from %s', async (_what, turns) => {
    const { port } = await inTurn({ turns });
    await expect(observe(kafka, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });
});
