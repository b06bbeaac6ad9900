import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Observation } from '../../src/domain/observation.ts';
import type { PortEntry } from '../../src/domain/profile.ts';
import { createDialler, type Dial, type DialEvent, type Wire } from '../../src/scanner/dialler.ts';
import { createPacing } from '../../src/scanner/pacing.ts';
import { ConversationError, type Probe } from '../../src/scanner/probe.ts';
import { loadProbes, type Probes } from '../../src/scanner/registry.ts';
import { scanEndpoint, type ScanEndpointOptions } from '../../src/scanner/scan-endpoint.ts';
import { selfSigned } from './certificates.ts';
import {
  anyProbe,
  clearanceAt,
  closedPort,
  deafPort,
  hastyProfile,
  later,
  leaseOn,
  listen,
  patientProfile,
} from './support.ts';

let product: Probes;
beforeAll(async () => {
  product = await loadProbes();
});

/** The product's probes, with those of the test added or put in their place. */
function withProbes(...probes: Probe[]): Probes {
  return new Map([...product, ...probes.map((probe) => [probe.id, probe] as const)]);
}

/** A probe that sends a word and wants an echo of it. */
function echo(id: string, layers: Probe['layers'] = ['plain']): Probe {
  return anyProbe(
    async (connection) => {
      await connection.write(`${id}\n`);
      const answer = (await connection.readUntil('\n', 100)).toString().trim();
      if (answer !== id) throw new ConversationError('garbled', `${answer} is no ${id}`);
      return { encrypted: connection.encrypted };
    },
    { id, layers, connectionsAtOnce: 1, facts: z.strictObject({ encrypted: z.boolean() }) },
  );
}

/** A server that answers one word only, and says `no` to others. */
function echoServer(word: string) {
  const heard: string[] = [];
  const answer = (socket: Socket): void => {
    socket.on('data', (data) => {
      heard.push(data.toString().trim());
      socket.write(data.toString().trim() === word ? `${word}\n` : 'no\n');
    });
  };
  return listen(answer).then(({ port }) => ({ port, heard }));
}

async function scan(ports: readonly number[], options: Partial<ScanEndpointOptions> = {}) {
  const dials: DialEvent[] = [];
  const { observations, flickers } = await scanEndpoint({
    clearance: clearanceAt('127.0.0.1'),
    ports: ports.map((port) => ({ transport: 'tcp', port })),
    probes: product,
    portCatalogue: [],
    profile: patientProfile,
    pacing: createPacing(),
    dial: createDialler({ now: Date.now, onDial: (event) => dials.push(event) }),
    signal: new AbortController().signal,
    now: Date.now,
    userAgent: 'Picket/test',
    ...options,
  });
  return { observations, flickers, dials };
}

function outline(observations: readonly Observation[]): string[] {
  return observations.map(({ probe, status }) => `${probe} ${status}`).sort();
}

function catalogue(port: number, ...probes: string[]): PortEntry[] {
  return [{ port, transport: 'tcp', service: 'test', probes }];
}

function guessing(...probesOnUnknownPorts: string[]) {
  return { ...patientProfile, probesOnUnknownPorts };
}

describe('a port that does not accept', () => {
  it('is one refused observation, after one connection', async () => {
    const port = await closedPort();
    const { observations, dials } = await scan([port], {
      profile: guessing('http', 'tls'),
      portCatalogue: catalogue(port, 'ssh', 'http'),
    });
    expect(observations).toMatchObject([{ probe: 'tcp', status: 'refused', port, facts: null }]);
    expect(dials).toHaveLength(1);
  });

  it('is asked a second time when it did not answer, and no third time', async () => {
    const port = await deafPort();
    const { observations, dials } = await scan([port], {
      portCatalogue: catalogue(port, 'ssh'),
      profile: hastyProfile,
    });
    expect(observations).toMatchObject([{ probe: 'tcp', status: 'timed-out', port }]);
    expect(dials.map(({ outcome }) => outcome)).toEqual(['timed-out', 'timed-out']);
  });

  it('is not asked again where nearly all keep silent: that is a filter', async () => {
    const silent: Dial = () => Promise.reject(new ConversationError('timed-out', 'nothing'));
    let attempts = 0;
    const counted: Dial = (...dialled) => {
      attempts += 1;
      return silent(...dialled);
    };
    const ports = Array.from({ length: 1000 }, (_, index) => index + 1);
    const { observations } = await scan(ports, { dial: counted });
    expect(outline(observations)).toEqual(Array(1000).fill('tcp timed-out'));
    expect(attempts).toBeGreaterThan(1016);
    expect(attempts).toBeLessThanOrEqual(1050);
  });

  it('is open when only the first packet was lost', async () => {
    const { port } = await listen(() => {});
    const real = createDialler({ now: Date.now });
    let attempts = 0;
    const lossy: Dial = (...dialled) => {
      attempts += 1;
      return attempts === 1 ? Promise.reject(new ConversationError('timed-out', 'lost')) : real(...dialled);
    };
    const { observations } = await scan([port], { dial: lossy });
    expect(outline(observations)).toEqual(['tcp answered']);
    // The lost one, the one that came through, the question of what it is, and the second look.
    expect(attempts).toBe(4);
  });
});

describe('what is at an open port', () => {
  it('is told by the greeting, and only that protocol is spoken to it', async () => {
    const heard: string[] = [];
    const { port } = await listen((socket) => {
      socket.write('HELLO 1.0 from here\r\n');
      socket.on('data', (data) => heard.push(data.toString()));
    });
    const hello = anyProbe(
      async (connection) => ({ version: (await connection.readUntil('\n', 100)).toString().slice(6, 9) }),
      { id: 'hello', recognises: (greeting) => greeting.toString().startsWith('HELLO ') },
    );
    const { observations, dials } = await scan([port], {
      probes: withProbes(hello, echo('ping')),
      profile: guessing('tls', 'http', 'ping', 'ssh'),
    });
    expect(outline(observations)).toEqual(['hello answered', 'tcp answered']);
    expect(observations.find(({ probe }) => probe === 'hello')?.facts).toEqual({ version: '1.0' });
    expect(observations.find(({ probe }) => probe === 'tcp')?.facts).toMatchObject({
      open: true,
      greeting: 'HELLO 1.0 from here',
    });
    expect(heard).toEqual([]);
    expect(dials).toHaveLength(2);
  });

  it('is guessed, a few at a time, until something answers', async () => {
    const words = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
    const { port, heard } = await echoServer('two');
    const { observations } = await scan([port], {
      probes: withProbes(...words.map((word) => echo(word))),
      profile: guessing(...words),
    });
    expect(outline(observations)).toEqual(['tcp answered', 'two answered']);
    expect(heard).not.toContain('nine');
    expect(heard[0]).toBe('GET / HTTP/1.0');
    expect(heard).toContain('one');
    expect(heard).toContain('two');
  });

  it('is told of as open when nothing answers', async () => {
    const { port } = await echoServer('unheard of');
    const { observations } = await scan([port], {
      probes: withProbes(echo('one'), echo('two')),
      profile: guessing('one', 'two'),
    });
    expect(outline(observations)).toEqual(['tcp answered']);
  });

  it('is asked first what the catalogue advises, which is told of although it does not answer', async () => {
    const { port, heard } = await echoServer('guess');
    const probes = withProbes(echo('first'), echo('second'), echo('guess'), echo('late'));
    const profile = { ...guessing('guess', 'late'), socketsPerHost: 1 };
    const { observations } = await scan([port], {
      probes,
      profile,
      portCatalogue: [...catalogue(port, 'first', 'second'), ...catalogue(port + 1, 'late')],
    });
    expect(outline(observations)).toEqual([
      'first garbled',
      'guess answered',
      'second garbled',
      'tcp answered',
    ]);
    expect(heard.slice(0, 4)).toEqual(['first', 'second', 'GET / HTTP/1.0', 'guess']);

    const known = await echoServer('first');
    const again = await scan([known.port], {
      probes,
      profile,
      portCatalogue: catalogue(known.port, 'first', 'second'),
    });
    expect(outline(again.observations)).toEqual(['first answered', 'tcp answered']);
    expect(known.heard).toEqual(['first']);
  });

  it('is told of although it hangs up at once', async () => {
    const { port } = await listen((socket) => socket.resetAndDestroy());
    const { observations } = await scan([port], { profile: guessing('http') });
    expect(outline(observations)).toEqual(['tcp answered']);
  });

  it('is a defect of ours when a guess fails by itself', async () => {
    const { port } = await listen(() => {});
    const broken = anyProbe(() => Promise.reject(new TypeError('broken')), { id: 'broken' });
    const { observations } = await scan([port], {
      probes: withProbes(broken),
      profile: guessing('broken'),
    });
    expect(outline(observations)).toEqual(['broken failed', 'tcp answered']);
  });

  it('lets a probe look that cannot tell a greeting without breaking', async () => {
    const { port } = await listen((socket) => void socket.write('x'));
    const clumsy = anyProbe(async () => ({}), {
      id: 'clumsy',
      recognises: (greeting) => greeting.readUInt32BE(0) === 1,
    });
    const { observations } = await scan([port], { probes: withProbes(clumsy) });
    expect(outline(observations)).toEqual(['clumsy answered', 'tcp answered']);
  });

  it.each([
    ['unknown to the catalogue', (): PortEntry[] => [], guessing('tls', 'http')],
    ['unknown, guessed the other way round', (): PortEntry[] => [], guessing('http', 'tls')],
    ['advised', (port: number) => catalogue(port, 'tls', 'http'), guessing()],
    ['advised, the other way round', (port: number) => catalogue(port, 'http', 'tls'), guessing()],
  ])('is HTTP inside TLS at a port that is %s', async (_, entries, profile) => {
    const certificate = await selfSigned('server.invalid');
    const secure: (boolean | undefined)[] = [];
    const server = createHttpsServer({ key: certificate.key, cert: certificate.pem }, (request, response) => {
      secure.push('encrypted' in request.socket);
      response.end('<html>hello</html>');
    });
    const { port } = await listen(() => {}, { server });
    const { observations } = await scan([port], {
      profile: profile,
      portCatalogue: entries(port),
    });
    expect(outline(observations)).toEqual([
      'certificate answered',
      'http answered',
      'tcp answered',
      'tls answered',
    ]);
    expect(observations.find(({ probe }) => probe === 'http')?.facts).toMatchObject({
      encrypted: true,
      status: 200,
    });
    expect(secure.length).toBeGreaterThan(0);
  });

  it('is HTTP in the clear without a word of TLS in the observations', async () => {
    const server = createHttpServer((_, response) => response.end('<html>hello</html>'));
    const { port } = await listen(() => {}, { server });
    const { observations } = await scan([port], {
      profile: guessing('tls', 'http'),
    });
    expect(outline(observations)).toEqual(['http answered', 'tcp answered']);
  });
});

describe('while an endpoint is scanned', () => {
  it('every port is scanned, with no more sockets at once than the profile allows', async () => {
    let open = 0;
    let most = 0;
    const servers = await Promise.all(
      Array.from({ length: 12 }, () =>
        listen((socket) => {
          open += 1;
          most = Math.max(most, open);
          socket.on('end', () => socket.end()).on('close', () => (open -= 1));
          socket.resume();
        }),
      ),
    );
    const ports = servers.map(({ port }) => port);
    const profile = { ...guessing('pair'), socketsPerHost: 3, greetingWaitMs: 30 };
    const pair = anyProbe(
      async (connection) => {
        await connection.another();
        await later(20);
        return {};
      },
      { id: 'pair' },
    );
    // A server may see a connection end later than we close it, so our side is what counts.
    const wires = new Set<Wire>();
    let mostHeld = 0;
    const real = createDialler({ now: Date.now });
    const counted: Dial = async (...dialled) => {
      const wire = await real(...dialled);
      wires.add(wire);
      mostHeld = Math.max(mostHeld, [...wires].filter(({ stream }) => !stream.destroyed).length);
      return wire;
    };
    const { observations } = await scan(ports, { profile, probes: withProbes(pair), dial: counted });
    expect(observations).toHaveLength(24);
    expect(new Set(observations.map(({ port }) => port))).toEqual(new Set(ports));
    expect(mostHeld).toBe(3);
    expect(most).toBeGreaterThan(1);
    await expect.poll(() => open).toBe(0);
  });

  it('connections are paced', async () => {
    const { port } = await listen((socket) => void socket.end());
    const profile = { ...patientProfile, connectionsPerSecondPerHost: 5 };
    // A look, a question and a second look at each.
    const { dials } = await scan(Array(4).fill(port), { profile });
    const at = dials.map((dial) => dial.at);
    expect(at).toHaveLength(12);
    const most = Math.max(
      ...at.map((start) => at.filter((one) => one >= start && one < start + 1_000).length),
    );
    expect(most).toBe(5);
  });

  it('nothing is dialled any more once the lease has run out', async () => {
    let clock = 1_000;
    const lease = { ...leaseOn('127.0.0.1'), expiresAt: 2_000 };
    const first = await listen((socket) => void socket.write('hello\n'));
    const others = await Promise.all(Array.from({ length: 5 }, () => listen(() => {})));
    const dials: DialEvent[] = [];
    const { observations } = await scan([first.port, ...others.map(({ port }) => port)], {
      clearance: clearanceAt('127.0.0.1', lease),
      profile: { ...guessing('ssh'), socketsPerHost: 1 },
      now: () => clock,
      dial: createDialler({
        now: () => clock,
        onDial: (event) => {
          dials.push(event);
          // Runs out while the first connection is open.
          clock = 2_000;
        },
      }),
    });
    expect(outline(observations)).toEqual(Array(6).fill('tcp moved'));
    expect(dials.filter(({ sent }) => sent)).toHaveLength(1);
    await later(30);
    expect(others.map(({ accepted }) => accepted)).toEqual([0, 0, 0, 0, 0]);
  });

  it('nothing is dialled when the lease has run out before', async () => {
    const { port, ...listener } = await listen(() => {});
    const { observations, dials } = await scan([port, port, port], {
      clearance: clearanceAt('127.0.0.1', leaseOn('127.0.0.1', -1)),
    });
    expect(outline(observations)).toEqual(Array(3).fill('tcp moved'));
    expect(dials).toEqual([]);
    await later(30);
    expect(listener.accepted).toBe(0);
  });

  it('a halt ends it at once', async () => {
    const ports = (await Promise.all(Array.from({ length: 6 }, () => listen(() => {})))).map(
      ({ port }) => port,
    );
    const halt = new AbortController();
    setTimeout(() => halt.abort(), 60);
    const started = performance.now();
    const { observations, dials } = await scan(ports, {
      signal: halt.signal,
      profile: { ...guessing('ssh'), socketsPerHost: 2, greetingWaitMs: 15_000 },
    });
    expect(outline(observations)).toEqual(Array(6).fill('tcp halted'));
    expect(dials).toHaveLength(2);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('defects of ours are not blamed on the endpoint', async () => {
    const { port } = await listen(() => {});
    await expect(scan([port], { profile: guessing('no-such-probe') })).rejects.toMatchObject({
      code: 'probe-unknown',
    });
    await expect(scan([port], { probes: new Map() })).rejects.toMatchObject({ code: 'scan-plan-invalid' });
  });
});
