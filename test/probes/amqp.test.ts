import { describe, expect, it } from 'vitest';
import amqp from '../../src/probes/amqp.ts';
import { answering, observe } from './probing.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const sized = (bytes: Buffer): Buffer => {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
};
const field = (name: string, kind: string, value: Buffer): Buffer =>
  Buffer.concat([Buffer.from([name.length]), Buffer.from(name + kind), value]);
const textField = (name: string, value: string): Buffer => field(name, 'S', sized(Buffer.from(value)));

function start(fields: readonly Buffer[], mechanisms = 'PLAIN AMQPLAIN'): Buffer {
  const body = Buffer.concat([
    hex('000a000a 0009'),
    sized(Buffer.concat(fields)),
    sized(Buffer.from(mechanisms)),
    sized(Buffer.from('en_US')),
  ]);
  return Buffer.concat([hex('01 0000'), sized(body), hex('ce')]);
}
/** In the order of RabbitMQ 3.10, shortened. */
const rabbit = start([
  field('capabilities', 'F', sized(field('basic.nack', 't', hex('01')))),
  textField('cluster_name', 'rabbit@host'),
  textField('platform', 'Erlang/OTP 25.2.3'),
  textField('product', 'RabbitMQ'),
  textField('version', '3.10.8'),
]);

describe('amqp', () => {
  it('reads the product and the mechanisms', async () => {
    const server = await answering(rabbit);
    const seen = await observe(amqp, server.port);
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({
      encrypted: false,
      protocol: '0-9-1',
      product: 'RabbitMQ',
      version: '3.10.8',
      mechanisms: ['AMQPLAIN', 'PLAIN'],
    });
    expect((await server.received()).toString('hex')).toBe('414d515000000901');
  });

  it.each([
    ['414d5150 00010000', '1.0.0'],
    ['414d5150 03010000', '1.0.0'],
    ['414d5150 0101000a', '0-10'],
  ])('reads the protocol that a broker would rather have: %s', async (header, protocol) => {
    const { port } = await answering(hex(header));
    const seen = await observe(amqp, port);
    expect(seen.facts).toMatchObject({ protocol, product: null, mechanisms: [] });
  });

  it('passes over fields of every size, up to one of an unknown kind', async () => {
    const sizes: readonly (readonly [string, number])[] = [
      ['b', 1],
      ['s', 2],
      ['I', 4],
      ['l', 8],
      ['D', 5],
      ['V', 0],
    ];
    const fields = sizes.map(([kind, size]) => field('x', kind, Buffer.alloc(size)));
    const known = await answering(
      start([...fields, textField('product', 'A\u0007'), field('y', '?', hex('00'))]),
    );
    const seen = await observe(amqp, known.port);
    expect(seen.facts).toMatchObject({ product: 'A\\x07', version: null });
  });

  it('keeps out what is no name of a mechanism', async () => {
    const { port } = await answering(start([], 'EXTERNAL \u001b[2J  PLAIN'));
    const seen = await observe(amqp, port);
    expect(seen.facts).toMatchObject({ mechanisms: ['EXTERNAL', 'PLAIN'] });
  });

  it.each([
    ['an echo', hex('414d515000000901')],
    ['another method', Buffer.concat([hex('01 0000'), sized(Buffer.alloc(20)), hex('ce')])],
    ['a frame that ends otherwise', Buffer.concat([rabbit.subarray(0, -1), hex('00')])],
    ['a frame that is too long', hex('01 0000 7fffffff 00')],
    ['a frame that is too short', hex('01 0000 00000000 ce')],
    ['a table that reaches past the end', Buffer.concat([hex('01 0000 0000000a 000a000a 0009 ffffffff ce')])],
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ])('refuses %s', async (_what, answer) => {
    const { port } = await answering(answer);
    await expect(observe(amqp, port)).resolves.toMatchObject({ status: 'garbled', facts: null });
  });

  it('recognises the name of its protocol, which it gives to HTTP', () => {
    expect(amqp.recognises?.(hex('414d515000000901'))).toBe(true);
    expect(amqp.recognises?.(hex('414d515003010000'))).toBe(true);
    expect(amqp.recognises?.(Buffer.from('AMQP is spoken here'))).toBe(false);
    expect(amqp.recognises?.(hex('414d5150'))).toBe(false);
  });
});
