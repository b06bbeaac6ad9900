import { chown, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findProgram } from '../support/requires.ts';
import type { Certificates } from './certificates.ts';
import { hasAllUsers, NOBODY, runToEnd, startServer, type RunningServer } from './processes.ts';
import type { Place } from './server.ts';

/** A place for one server; what it starts is added to `started`. */
export async function preparePlace(options: {
  readonly directory: string;
  readonly certificates: Certificates;
  readonly addresses: ReadonlyMap<string, string>;
  readonly started: RunningServer[];
}): Promise<Place> {
  const { directory, certificates, addresses, started } = options;

  const give = async (file: string): Promise<void> => {
    if (hasAllUsers) await chown(file, NOBODY, NOBODY);
  };
  const folderAt = async (file: string): Promise<void> => {
    const first = await mkdir(file, { recursive: true, mode: 0o755 });
    if (first === undefined) return;
    for (let made = file; made.length >= first.length; made = path.dirname(made)) await give(made);
  };
  const programAt = (program: string): string => {
    const found = program.startsWith('/') ? program : findProgram(program);
    if (found === undefined) throw new Error(`${program} is not installed`);
    return found;
  };

  await folderAt(directory);
  return {
    directory,
    certificates,
    address(host) {
      const address = addresses.get(host);
      if (address === undefined) throw new Error(`The truth knows no host ${host}.`);
      return address;
    },
    async file(name, contents) {
      const file = path.join(directory, name);
      await folderAt(path.dirname(file));
      await writeFile(file, contents, { mode: 0o600 });
      await give(file);
      return file;
    },
    async folder(name) {
      const folder = path.join(directory, name);
      await folderAt(folder);
      return folder;
    },
    run: (program, args, { user = 'nobody', environment = {} } = {}) =>
      runToEnd({ program: programAt(program), arguments: args, directory, user, environment }),
    serve(program, args, { user = 'nobody', ready, environment = {} } = {}) {
      const log = path.join(directory, `${path.basename(program)}-${started.length}.log`);
      started.push(
        startServer({
          program: programAt(program),
          arguments: args,
          directory,
          user,
          environment,
          log,
          ready: ready ?? null,
        }),
      );
    },
  };
}
