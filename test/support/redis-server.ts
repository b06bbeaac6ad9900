import { findProgram } from './requires.ts';
import { makeServerDirectory, onFreePort, startServerProcess } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

export interface RedisServer extends ServerProcess {
  readonly port: number;
  readonly url: string;
}

/**
 * Starts a redis-server of its own on 127.0.0.1, on a free port or, in place of one that was stopped, on a given one;
 * `settings` as on its command line.
 */
export async function startRedisServer(
  settings: readonly string[] = [],
  atPort?: number,
): Promise<RedisServer> {
  const program = findProgram('redis-server');
  if (program === undefined) throw new Error('redis-server is not installed');
  const start = async (port: number): Promise<RedisServer> => {
    const server = await startServerProcess({
      program,
      directory: await makeServerDirectory('redis'),
      arguments: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', ...settings],
      ready: /Ready to accept connections/,
      stopSignal: 'SIGTERM',
    });
    return { ...server, port, url: `redis://127.0.0.1:${port}` };
  };
  return atPort === undefined ? onFreePort(start) : start(atPort);
}
