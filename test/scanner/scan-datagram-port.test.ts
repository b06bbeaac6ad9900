import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Observation } from '../../src/domain/observation.ts';
import { createDatagramDialler } from '../../src/scanner/datagram-dialler.ts';
import { createDialler } from '../../src/scanner/dialler.ts';
import { createPacing } from '../../src/scanner/pacing.ts';
import { defineDatagramProbe, type AnyProbe, type DatagramProbe } from '../../src/scanner/probe.ts';
import { scanDatagramPort } from '../../src/scanner/scan-datagram-port.ts';
import { freeUdpPort, listenUdp } from './datagram-support.ts';
import { clearanceAt, patientProfile } from './support.ts';

/** Asks a word, and knows the answer that is the same word. */
function asking(word: string, more: Partial<DatagramProbe> = {}): DatagramProbe {
  return defineDatagramProbe({
    id: word,
    title: `Whether ${word} is answered`,
    transport: 'udp',
    defaultPorts: [],
    facts: z.looseObject({}),
    async run(exchange) {
      return {
        said: (await exchange.ask(Buffer.from(word), (reply) => reply.toString() === word)).toString(),
      };
    },
    ...more,
  });
}

function scan(
  port: number,
  probes: readonly DatagramProbe[],
  advised: readonly string[] = [],
): Promise<Observation[]> {
  return scanDatagramPort(
    {
      clearance: clearanceAt('127.0.0.1'),
      probes: new Map<string, AnyProbe>(probes.map((probe) => [probe.id, probe])),
      portCatalogue: [{ port, transport: 'udp', service: 'test', probes: advised }],
      profile: { ...patientProfile, datagramWaitMs: 150 },
      pacing: createPacing(),
      dial: createDialler({ now: Date.now }),
      dialDatagram: createDatagramDialler({ now: Date.now }),
      signal: new AbortController().signal,
      now: Date.now,
      userAgent: 'Picket/test',
    },
    port,
  );
}

function outline(observations: readonly Observation[]): string[] {
  return observations.map(({ transport, probe, status }) => `${transport} ${probe} ${status}`).toSorted();
}

describe('a UDP port', () => {
  it('is open when any question is answered, and only what was answered is told of', async () => {
    const { port } = await listenUdp((message, reply) => {
      if (message.toString() === 'two') reply(message);
    });
    const observations = await scan(port, [asking('one'), asking('two')]);
    expect(outline(observations)).toEqual(['udp two answered', 'udp udp answered']);
    expect(observations.find(({ probe }) => probe === 'udp')?.facts).toEqual({ open: true });
  });

  it('is asked only what the catalogue advises, which is told of in any case', async () => {
    const heard: string[] = [];
    const { port } = await listenUdp((message) => void heard.push(message.toString()));
    const observations = await scan(port, [asking('one'), asking('two')], ['one']);
    expect(outline(observations)).toEqual(['udp one timed-out', 'udp udp timed-out']);
    expect(heard).toEqual(['one', 'one']);
  });

  it('is refused when the host says that nobody listens', async () => {
    const observations = await scan(await freeUdpPort(), [asking('one'), asking('two')], ['one', 'two']);
    expect(observations.find(({ probe }) => probe === 'udp')).toMatchObject({
      status: 'refused',
      facts: null,
    });
  });

  it('is not asked what the authorisation does not allow', async () => {
    const heard: string[] = [];
    const { port } = await listenUdp((message, reply) => {
      heard.push(message.toString());
      reply(message);
    });
    const observations = await scan(port, [asking('one', { scanClass: 'relay' }), asking('two')]);
    expect(outline(observations)).toEqual(['udp two answered', 'udp udp answered']);
    expect(heard).toEqual(['two']);
  });
});
