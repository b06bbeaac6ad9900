import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import tcp, { greetingLine } from '../../src/probes/tcp.ts';
import { greeting, observe, rawServer } from './probing.ts';

describe('tcp', () => {
  it('tells an open port that stays silent, and sends nothing', async () => {
    const server = await rawServer(() => {});
    const seen = await observe(tcp, server.port);
    expect(seen).toMatchObject({ status: 'answered', facts: { open: true, greeting: null } });
    expect(await server.received()).toHaveLength(0);
  });

  it('keeps the first line of a greeting, without its date', async () => {
    const { port } = await greeting('220 mail ESMTP Exim 4.96 Tue, 02 Jan 2024 10:00:00 +0000\r\nmore\r\n');
    const seen = await observe(tcp, port);
    expect(seen.facts).toEqual({ open: true, greeting: '220 mail ESMTP Exim 4.96' });
  });

  it('says refused of a port where nobody listens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await expect(observe(tcp, port)).resolves.toMatchObject({ status: 'refused', facts: null });
  });
});

describe('greetingLine', () => {
  it.each([
    ['', null],
    ['\r\n', null],
    ['RFB 003.008\n', 'RFB 003.008'],
    ['\u001b]0;owned\u0007', '\\x1b]0;owned\\x07'],
    ['+OK ready <1896.697170952@dbc.example>\r\n', '+OK ready'],
  ])('%j', (received, expected) => {
    expect(greetingLine(Buffer.from(received, 'latin1'))).toBe(expected);
  });

  it('never gets longer than 256 characters', () => {
    expect(greetingLine(Buffer.alloc(4096, 0xff))?.length).toBeLessThanOrEqual(256);
  });
});
