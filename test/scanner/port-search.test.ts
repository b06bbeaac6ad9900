import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Observation } from '../../src/domain/observation.ts';
import { createDialler, type Dial } from '../../src/scanner/dialler.ts';
import { createPacing } from '../../src/scanner/pacing.ts';
import { ConversationError, type AnyProbe, type Probe } from '../../src/scanner/probe.ts';
import { loadProbes } from '../../src/scanner/registry.ts';
import { scanEndpoint, type ScanEndpointOptions } from '../../src/scanner/scan-endpoint.ts';
import { anyProbe, clearanceAt, leaseOn, listen, patientProfile } from './support.ts';

const product = await loadProbes();
const tcp = product.get('tcp');

/** Scans one port with the probe for its state and those of the test. */
async function search(port: number, probes: readonly Probe[], options: Partial<ScanEndpointOptions> = {}) {
  if (tcp === undefined) throw new Error('There is no probe for the state of a port.');
  return scanEndpoint({
    clearance: clearanceAt('127.0.0.1'),
    ports: [{ transport: 'tcp', port }],
    probes: new Map<string, AnyProbe>([tcp, ...probes].map((probe) => [probe.id, probe])),
    portCatalogue: [],
    profile: { ...patientProfile, probesOnUnknownPorts: [] },
    pacing: createPacing(),
    dial: createDialler({ now: Date.now }),
    signal: new AbortController().signal,
    now: Date.now,
    userAgent: 'Picket/test',
    ...options,
  });
}

const facts = z.strictObject({
  name: z.string().nullable(),
  startTlsOf: z.string().nullable(),
  startTlsOffered: z.boolean(),
});

/** A probe that recognises its own id in what the server says, and tells how it was asked. */
function teller(id: string, more: Partial<Probe> = {}): Probe {
  return anyProbe(
    async ({ name, startTlsOf }) => ({ name, startTlsOf, startTlsOffered: more.startTls !== undefined }),
    { id, facts, recognises: (words) => words.toString().includes(id), ...more },
  );
}

function outline(observations: readonly Observation[]): string[] {
  return observations
    .map(({ probe, status, name }) => `${probe}${name === null ? '' : `@${name}`} ${status}`)
    .toSorted();
}

/** Says its name as soon as somebody comes, or when it is asked anything. */
async function named(word: string, silent = false): Promise<number> {
  const say = (socket: Socket): void => void socket.write(`${word}\n`);
  const { port } = await listen((socket) => {
    if (silent) socket.once('data', () => say(socket));
    else say(socket);
  });
  return port;
}

describe('a silent server', () => {
  it('is known by its complaint about a line of HTTP', async () => {
    const port = await named('ERR kettle', true);
    const { observations } = await search(port, [teller('kettle'), teller('toaster')]);
    expect(outline(observations)).toEqual(['kettle answered', 'tcp answered']);
  });
});

describe('time', () => {
  const hasty = {
    ...patientProfile,
    probesOnUnknownPorts: ['http', 'toaster'],
    guessDeadlineMs: 300,
    greetingWaitMs: 20,
    probeDeadlineMs: 5000,
  };
  /** Waits for a line, like every protocol in which the server speaks first. */
  const waiting = (id: string): Probe =>
    anyProbe(async (connection) => ({ said: (await connection.readUntil('\n', 100)).toString().trim() }), {
      id,
    });

  async function slow(ms: number): Promise<number> {
    const { port } = await listen((socket) => {
      const timer = setTimeout(() => socket.write('hello\n'), ms);
      socket.once('close', () => clearTimeout(timer));
    });
    return port;
  }

  it('is given to what the catalogue advises, after the guesses have had theirs', async () => {
    const port = await slow(900);
    const { observations } = await search(port, [waiting('kettle'), waiting('http'), waiting('toaster')], {
      profile: { ...hasty, probesOnUnknownPorts: ['toaster'] },
      portCatalogue: [{ port, transport: 'tcp', service: 'kettle', probes: ['kettle'] }],
    });
    expect(outline(observations)).toEqual(['kettle answered', 'tcp answered']);
  });

  it('is given to a web page, which may be long in the making, and to no other guess', async () => {
    const { observations } = await search(await slow(600), [waiting('http'), waiting('toaster')], {
      profile: hasty,
    });
    expect(outline(observations)).toEqual(['http answered', 'tcp answered']);
    const without = await search(await slow(600), [waiting('toaster')], {
      profile: { ...hasty, probesOnUnknownPorts: ['toaster'] },
    });
    expect(outline(without.observations)).toEqual(['tcp answered']);
  });

  it('of a guess runs only until the first byte', async () => {
    const { port } = await listen((socket) => {
      socket.once('data', () => {
        socket.write('h');
        const timer = setTimeout(() => socket.write('ello\n'), 900);
        socket.once('close', () => clearTimeout(timer));
      });
    });
    const asking = anyProbe(
      async (connection) => {
        await connection.write('hello?\n');
        return { said: (await connection.readUntil('\n', 100)).toString().trim() };
      },
      { id: 'toaster' },
    );
    const { observations } = await search(port, [asking], {
      profile: { ...hasty, probesOnUnknownPorts: ['toaster'] },
    });
    expect(outline(observations)).toEqual(['tcp answered', 'toaster answered']);
  });
});

describe('what follows a probe', () => {
  it('is asked where that has answered, and nowhere else', async () => {
    const port = await named('kettle');
    const { observations } = await search(port, [
      teller('kettle'),
      teller('kettle-lid', { follows: 'kettle', recognises: () => true }),
      teller('kettle-knob', { follows: 'kettle-lid' }),
      teller('toast', { follows: 'toaster' }),
    ]);
    expect(outline(observations)).toEqual([
      'kettle answered',
      'kettle-knob answered',
      'kettle-lid answered',
      'tcp answered',
    ]);
  });

  it('is told of when it does not answer', async () => {
    const port = await named('kettle');
    const shy = anyProbe(() => Promise.reject(new ConversationError('garbled', 'not this')), {
      id: 'shy',
      follows: 'kettle',
    });
    const { observations } = await search(port, [teller('kettle'), shy]);
    expect(outline(observations)).toEqual(['kettle answered', 'shy garbled', 'tcp answered']);
  });

  it('needs the word of the authorisation where it is more than reading', async () => {
    const port = await named('kettle');
    const probes = [
      teller('kettle'),
      teller('kettle-login', { follows: 'kettle', scanClass: 'login' }),
      teller('kettle-relay', { follows: 'kettle', scanClass: 'relay' }),
    ];
    const without = await search(port, probes);
    expect(outline(without.observations)).toEqual(['kettle answered', 'tcp answered']);
    const lease = { ...leaseOn('127.0.0.1'), classes: ['read', 'login'] as const };
    const withLogin = await search(port, probes, { clearance: clearanceAt('127.0.0.1', lease) });
    expect(outline(withLogin.observations)).toEqual([
      'kettle answered',
      'kettle-login answered',
      'tcp answered',
    ]);
  });
});

describe('TLS after an upgrade', () => {
  it('is looked at through the protocol that offers it, on every connection', async () => {
    const port = await named('kettle');
    const upgraded: string[] = [];
    const tls = anyProbe(
      async (connection) => {
        const more = await connection.another();
        return { name: connection.name, startTlsOf: more.startTlsOf, startTlsOffered: false };
      },
      { id: 'tls', facts, connectionsAtOnce: 2 },
    );
    const kettle = teller('kettle', {
      async startTls(connection) {
        upgraded.push((await connection.readUntil('\n', 20)).toString());
      },
    });
    const certificate = teller('certificate', { follows: 'tls' });
    const { observations } = await search(port, [kettle, tls, certificate]);
    expect(outline(observations)).toEqual([
      'certificate answered',
      'kettle answered',
      'tcp answered',
      'tls answered',
    ]);
    expect(observations.find(({ probe }) => probe === 'tls')?.facts).toMatchObject({ startTlsOf: 'kettle' });
    expect(observations.find(({ probe }) => probe === 'certificate')?.facts).toMatchObject({
      startTlsOf: 'kettle',
    });
    expect(upgraded).toEqual(['kettle\n', 'kettle\n', 'kettle\n']);
  });

  it('that the server does not offer is not asked for', async () => {
    const port = await named('kettle');
    const tls = teller('tls', { recognises: () => false });
    const { observations } = await search(port, [teller('kettle'), tls]);
    expect(outline(observations)).toEqual(['kettle answered', 'tcp answered']);
  });
});

describe('names', () => {
  it('are tried with what depends on them, after the address alone, up to the limit', async () => {
    const port = await named('kettle');
    const { observations } = await search(
      port,
      [teller('kettle', { perName: true }), teller('lid', { follows: 'kettle' })],
      {
        names: ['one.example', 'two.example', 'three.example'],
        profile: { ...patientProfile, probesOnUnknownPorts: [], namesPerPort: 2 },
      },
    );
    expect(outline(observations)).toEqual([
      'kettle answered',
      'kettle@one.example answered',
      'kettle@two.example answered',
      'lid answered',
      'tcp answered',
    ]);
    const facts = observations.find(({ name }) => name === 'one.example')?.facts;
    expect(facts).toMatchObject({ name: 'one.example' });
  });

  it('open the door where TLS is not spoken to strangers', async () => {
    const port = await named('?', true);
    const picky = anyProbe(
      async ({ name, startTlsOf }) => {
        if (name === null) throw new ConversationError('reset', 'whom do you want?');
        return { name, startTlsOf, startTlsOffered: false };
      },
      { id: 'tls', facts },
    );
    const { observations } = await search(port, [picky, teller('certificate', { follows: 'tls' })], {
      names: ['one.example'],
      profile: { ...patientProfile, probesOnUnknownPorts: ['tls'] },
    });
    expect(outline(observations)).toEqual([
      'certificate@one.example answered',
      'tcp answered',
      'tls@one.example answered',
    ]);
  });
});

describe('a port that is open only for a moment', () => {
  it('is a flicker, not an open port to judge on', async () => {
    const { port } = await listen(() => {});
    const real = createDialler({ now: Date.now });
    let attempts = 0;
    const once: Dial = (...dialled) => {
      attempts += 1;
      return attempts === 1 ? real(...dialled) : Promise.reject(new ConversationError('refused', 'gone'));
    };
    const { observations, flickers } = await search(port, [teller('kettle')], { dial: once });
    expect(outline(observations)).toEqual(['tcp answered']);
    expect(flickers).toEqual([{ transport: 'tcp', port }]);
  });

  it('is none when whoever is there keeps silent', async () => {
    const { port } = await listen(() => {}, { server: createServer() });
    const { flickers } = await search(port, [teller('kettle')]);
    expect(flickers).toEqual([]);
  });
});
