import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { later, listen, patientProfile, probing } from '../support.ts';

describe.each<[string, (socket: Socket) => void, status: string]>([
  ['has hung up', (socket) => socket.end(), 'garbled'],
  ['has reset', (socket) => socket.resetAndDestroy(), 'reset'],
])('a server that %s before it is asked for a page', (_name, behave, status) => {
  it('is not waited for', async () => {
    const { port } = await listen(behave);
    const { observation } = await probing(
      port,
      async (connection) => {
        await connection.greeting();
        await later(20);
        return { status: (await connection.request({ method: 'GET', path: '/' })).status };
      },
      { profile: patientProfile },
    );
    expect(observation.status).toBe(status);
    expect(observation.durationMs).toBeLessThan(patientProfile.probeDeadlineMs / 2);
  });
});
