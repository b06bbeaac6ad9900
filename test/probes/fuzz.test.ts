import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Observation } from '../../src/domain/observation.ts';
import type { AnyProbe } from '../../src/scanner/probe.ts';
import { loadProbes } from '../../src/scanner/registry.ts';
import { issue } from './certificates.ts';
import { readDialogues } from './fuzz/dialogue.ts';
import { mutations } from './fuzz/mutation.ts';
import { Replay } from './fuzz/replay.ts';
import { run, type Way } from './fuzz/run.ts';
import { writtenDialogues } from './fuzz/written.ts';

// Whatever a server says, a probe ends with facts that fit its schema, or with a reason that is the server's doing.

/** The same in every run, unless told otherwise: a failure that nobody can repeat helps nobody. */
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_122);
const numRuns = Number(process.env['FUZZ_RUNS'] ?? 40);
const settings = { seed, numRuns, endOnFailure: false };

const probes = await loadProbes();
/** rsync waits for a message of the day before it asks. */
const patience: Readonly<Record<string, number>> = { rsync: 300 };
/** What is encrypted by keys that are made anew each time does not answer to another client. */
const unrepeatable: ReadonlySet<string> = new Set(['ssh-auth']);
const dialogues = [...readDialogues(), ...writtenDialogues].map((dialogue) => {
  const patienceMs = patience[dialogue.probe];
  return patienceMs === undefined ? dialogue : { ...dialogue, patienceMs };
});
const dialogueOf = (id: string) => dialogues.find(({ probe }) => probe === id);

let certificates: Buffer[];
beforeAll(async () => {
  const ca = await issue({ subject: 'CN=Test CA', ca: true });
  const leaf = await issue({
    subject: 'CN=www.example.org',
    issuer: ca,
    algorithm: 'RSA-2048',
    names: [
      { type: 'dns', value: 'www.example.org' },
      { type: 'ip', value: '192.0.2.1' },
    ],
  });
  certificates = [leaf, ca].map(({ certificate }) => Buffer.from(certificate.rawData));
});

/** What is wrong with it: a defect of ours, a wait for the deadline where nobody is slow, or bytes that do not show. */
function wrongWith({ status, detail, facts }: Observation): string | null {
  const fine = ['answered', 'garbled', 'reset', 'too-large', 'timed-out'].includes(status);
  const hung = /did not end within/.test(detail ?? '');
  const hidden = /[\p{C}\p{Zl}\p{Zp}]/u.test(JSON.stringify([detail, facts]));
  return fine && !hung && !hidden ? null : `${status}: ${detail ?? JSON.stringify(facts)}`;
}

function waysOf(probe: AnyProbe): Way[] {
  if (probe.transport === 'udp') return [{}];
  const names = probe.perName === true ? [null, dialogueOf(probe.id)?.name ?? 'www.example.org'] : [null];
  return probe.layers.flatMap((layer) => names.map((name): Way => ({ layer, name })));
}

describe.each([...probes.values()].map((probe) => [probe.id, probe] as const))(
  `%s, with seed ${seed} in ${numRuns} runs`,
  (id, probe) => {
    const dialogue = dialogueOf(id);

    it('has a dialogue to begin with, in which it answers', async () => {
      if (dialogue === undefined)
        throw new Error(`there is no dialogue of ${id}: record one (fuzz/record.ts)`);
      const [layer = 'plain'] = probe.transport === 'tcp' ? probe.layers : [];
      const way = { layer, name: dialogue.name ?? null };
      const seen = await run(probe, new Replay(dialogue, [], certificates), way);
      expect(seen.status, seen.detail ?? '').toBe(unrepeatable.has(id) ? 'garbled' : 'answered');
    });

    it('gets over any bytes', async () => {
      const bytes = fc.uint8Array({ maxLength: 400 });
      const connections = fc.array(fc.tuple(bytes, fc.array(bytes, { maxLength: 4 })), {
        minLength: 1,
        maxLength: 3,
      });
      await fc.assert(
        fc.asyncProperty(connections, fc.constantFrom(...waysOf(probe)), async (said, way) => {
          const hex = (part: Uint8Array): string => Buffer.from(part).toString('hex');
          const turns = said.map(([first, rest]) => [
            { sent: '', received: hex(first) },
            ...rest.map((received) => ({ sent: '00', received: hex(received) })),
          ]);
          expect(
            wrongWith(await run(probe, new Replay({ connections: turns }, [], certificates), way)),
          ).toBeNull();
        }),
        settings,
      );
    });

    it('gets over valid answers in which something was changed', async () => {
      await fc.assert(
        fc.asyncProperty(mutations, fc.constantFrom(...waysOf(probe)), async (changes, way) => {
          const replay = new Replay(dialogue ?? { connections: [[]] }, changes, certificates);
          expect(wrongWith(await run(probe, replay, way))).toBeNull();
        }),
        settings,
      );
    });
  },
);

describe('STARTTLS', () => {
  const tls = probes.get('tls');
  const upgrading = [...probes.values()].flatMap((probe) =>
    probe.transport === 'tcp' && probe.startTls !== undefined ? [probe] : [],
  );

  it.each(upgrading.map((probe) => [probe.id, probe] as const))(
    `of %s gets over changed answers, with seed ${seed}`,
    async (id, startTls) => {
      if (tls?.transport !== 'tcp') throw new Error('there is no probe tls');
      await fc.assert(
        fc.asyncProperty(mutations, async (changes) => {
          const replay = new Replay(dialogueOf(id) ?? { connections: [[]] }, changes, certificates);
          expect(wrongWith(await run(tls, replay, { startTls }))).toBeNull();
        }),
        settings,
      );
    },
  );
});

describe('recognising', () => {
  const recognising = [...probes.values()].flatMap((probe) =>
    probe.transport === 'tcp' && probe.recognises !== undefined ? [probe] : [],
  );

  it.each(recognising.map((probe) => [probe.id, probe] as const))('%s never throws', (id, probe) => {
    const greeting = Buffer.from(dialogueOf(id)?.connections[0]?.[0]?.received ?? '', 'hex');
    const cut = fc.tuple(fc.nat(greeting.length), fc.uint8Array({ maxLength: 64 }));
    const words = fc.oneof(
      fc.uint8Array({ maxLength: 4096 }).map((bytes) => Buffer.from(bytes)),
      cut.map(([length, bytes]) => Buffer.concat([greeting.subarray(0, length), bytes])),
    );
    fc.assert(
      fc.property(words, (bytes) => {
        expect(typeof probe.recognises?.(bytes)).toBe('boolean');
      }),
      settings,
    );
  });

  it('is of no other protocol for any greeting that was recorded', () => {
    for (const { probe: id, connections } of dialogues) {
      const [first] = connections[0] ?? [];
      if (first?.sent !== '' || id === 'tcp') continue;
      const protocol = probes.get(id);
      const base = protocol?.transport === 'tcp' ? (protocol.follows ?? id) : id;
      const said = Buffer.from(first.received, 'hex');
      const claiming = recognising.filter((probe) => probe.id !== base && probe.recognises?.(said) === true);
      expect(
        claiming.map((probe) => probe.id),
        `the greeting of ${id}`,
      ).toEqual([]);
    }
  });
});
