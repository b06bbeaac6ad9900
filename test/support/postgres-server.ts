import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { findProgram } from './requires.ts';
import { makeServerDirectory, onFreePort, startServerProcess, unprivileged } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

export interface PostgresServer extends ServerProcess {
  readonly port: number;
  /** Makes a database of its own and gives its URL. */
  createDatabase(name: string): Promise<string>;
}

/** Starts a PostgreSQL server of its own on a free port of 127.0.0.1, without durability, trusting everybody. */
export async function startPostgresServer(): Promise<PostgresServer> {
  const initdb = findProgram('initdb');
  const program = findProgram('postgres');
  if (initdb === undefined || program === undefined) throw new Error('postgres is not installed');
  return onFreePort(async (port) => {
    const directory = await makeServerDirectory('postgres');
    const data = join(directory, 'data');
    await promisify(execFile)(
      initdb,
      ['-D', data, '-A', 'trust', '-U', 'picket', '-E', 'UTF8', '--no-sync', '--no-locale'],
      { cwd: directory, ...unprivileged },
    );
    const server = await startServerProcess({
      program,
      directory,
      arguments: ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', directory, '-F'],
      ready: /database system is ready to accept connections/,
      stopSignal: 'SIGINT',
    });
    const urlOf = (name: string): string => `postgresql://picket@127.0.0.1:${port}/${name}`;
    return {
      ...server,
      port,
      createDatabase: async (name) => {
        const client = new pg.Client({ connectionString: urlOf('postgres') });
        await client.connect();
        try {
          await client.query(`create database ${pg.escapeIdentifier(name)}`);
        } finally {
          await client.end();
        }
        return urlOf(name);
      },
    };
  });
}
