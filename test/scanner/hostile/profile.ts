import type { Profile } from '../../../src/domain/profile.ts';

/** Short waits, since most of these servers make use of all that they are given. */
export const hostileProfile: Profile = {
  id: 'hostile',
  sweep: [],
  expandRangesUpTo: 1,
  probesOnUnknownPorts: ['tls', 'http', 'ssh', 'smtp', 'redis', 'postgres', 'mqtt'],
  connectTimeoutMs: 1000,
  probeDeadlineMs: 1000,
  guessDeadlineMs: 300,
  datagramWaitMs: 100,
  namesPerPort: 1,
  greetingWaitMs: 100,
  socketsPerHost: 8,
  connectionsPerSecondPerHost: 10_000,
  endpointsAtOnce: 1,
};
