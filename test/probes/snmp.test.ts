import { describe, expect, it, onTestFinished } from 'vitest';
import snmp from '../../src/probes/snmp.ts';
import { listenUdp } from '../scanner/datagram-support.ts';
import { startSnmpd } from '../support/datagram-servers.ts';
import { describeWith } from '../support/requires.ts';
import { observeDatagram } from './probing.ts';

async function start(...lines: string[]): Promise<number> {
  const agent = await startSnmpd(...lines);
  onTestFinished(() => agent.stop());
  return agent.port;
}

describeWith('snmpd', 'snmp at a real snmpd', () => {
  it('sees that the community public reads', async () => {
    const seen = await observeDatagram(snmp, await start('rocommunity public', 'sysDescr a test host'));
    expect(seen.detail).toBeNull();
    expect(seen.facts).toEqual({ publicCommunity: true, version: 'v2c', sysDescr: 'a test host' });
  });

  it('sees an agent that knows another community only', async () => {
    const seen = await observeDatagram(snmp, await start('rocommunity another'));
    expect(seen.facts).toEqual({ publicCommunity: false, version: 'v3', sysDescr: null });
  });

  it('sees a community of SNMPv1 alone, which may read no description', async () => {
    const port = await start(
      'com2sec reader default public',
      'group readers v1 reader',
      'view enterprises included .1.3.6.1.4',
      'access readers "" v1 noauth exact enterprises none none',
    );
    const seen = await observeDatagram(snmp, port);
    expect(seen.facts).toEqual({ publicCommunity: true, version: 'v1', sysDescr: null });
  });
});

/** An agent that answers nothing but what `answer` makes of the request's bytes. */
const agent = (answer: (request: Buffer) => Buffer | null) =>
  listenUdp((request, reply) => {
    const response = answer(request);
    if (response !== null) reply(response);
  });

/** The request as the response: with another kind of PDU and, in place of NULL, nothing that is a value. */
function respond(request: Buffer, errorStatus = 0): Buffer {
  const response = Buffer.from(request);
  const pdu = response.indexOf(0xa0, 4);
  response[pdu] = 0xa2;
  // PDU: tag, length, the request id of `length` bytes, then the error status of one.
  response[pdu + 4 + (response[pdu + 3] ?? 0) + 2] = errorStatus;
  return response;
}

describe('snmp', () => {
  it('sends a GET of sysDescr.0 with the community public as v2c, then v1, then the discovery of v3', async () => {
    const server = await agent(() => null);
    const seen = await observeDatagram(snmp, server.port, { datagramWaitMs: 60 });
    expect(seen).toMatchObject({ status: 'timed-out', facts: null });
    const sent = server.received.map(({ datagram }) => datagram);
    expect(sent).toHaveLength(6);
    expect([sent[0], sent[2], sent[4]]).toEqual([sent[1], sent[3], sent[5]]);
    const [v2c, , v1, , v3] = sent.map((datagram) => datagram.toString('hex'));
    // Message, version, community; GET with its id and no error; one binding of sysDescr.0 to NULL.
    const community = hex('public');
    const rest = 'a0..(02..)(?:..){1,4}020100020100300e300c06082b060102010101000500$';
    expect(v2c).toMatch(new RegExp(`^30..0201010406${community}${rest}`));
    expect(v1).toMatch(new RegExp(`^30..0201000406${community}${rest}`));
    expect(v3).toMatch(/^30..020103/);
    // Security parameters without engine, user or keys; an empty GET.
    expect(v3).toMatch(/0410300e0400020100020100040004000400301.?04000400a0.*3000$/);
    expect(v3).not.toContain(hex('public'));
  });

  it.each([
    ['no error', 0, true],
    ['noSuchName', 2, true],
    ['noAccess', 6, false],
    ['authorizationError', 16, false],
  ])('understands %s', async (_name, status, publicCommunity) => {
    const server = await agent((request) => respond(request, status));
    const seen = await observeDatagram(snmp, server.port);
    expect(seen.facts).toEqual({ publicCommunity, version: 'v2c', sysDescr: null });
  });

  it.each([
    ['the request itself', (request: Buffer) => request],
    [
      'another request id',
      (request: Buffer) => {
        const response = respond(request);
        const pdu = response.indexOf(0xa2, 4);
        response[pdu + 4] = (response[pdu + 4] ?? 0) ^ 1;
        return response;
      },
    ],
    ['half a response', (request: Buffer) => respond(request).subarray(0, 20)],
    ['a length without end', () => Buffer.from([0x30, 0x80, 0x02, 0x01, 0x01])],
    ['a length of gigabytes', () => Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff])],
    ['text', () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['nothing', () => Buffer.alloc(0)],
  ])('draws no conclusion from %s', async (_what, answer) => {
    const server = await agent(answer);
    const seen = await observeDatagram(snmp, server.port, { datagramWaitMs: 40 });
    expect(seen).toMatchObject({ status: 'garbled', facts: null });
  });

  it('escapes what an agent says of its system, without the date', async () => {
    const server = await agent((request) => {
      const text = Buffer.from('\u001b[2J<b> built Tue Jan 2 10:00:00 2024', 'latin1');
      const value = Buffer.concat([Buffer.from([0x04, text.length]), text]);
      const response = respond(request);
      // Every length that is around the value grows with it.
      const grown = Buffer.concat([response.subarray(0, -2), value]);
      const by = value.length - 2;
      const pdu = grown.indexOf(0xa2, 4);
      const bindings = grown.lastIndexOf(0x30, grown.length - value.length);
      for (const at of [1, pdu + 1, bindings - 1, bindings + 1]) grown[at] = (grown[at] ?? 0) + by;
      return grown;
    });
    const seen = await observeDatagram(snmp, server.port);
    expect(seen.facts).toMatchObject({ sysDescr: '\\x1b[2J<b> built' });
  });
});

function hex(text: string): string {
  return Buffer.from(text).toString('hex');
}
