import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findProgram } from './requires.ts';
import { makeServerDirectory, onFreePort, startServerProcess, type ServerProcess } from './server-process.ts';

export interface PortServer extends ServerProcess {
  readonly port: number;
}

interface Recipe {
  readonly program: string;
  readonly configuration: (port: number, directory: string) => string;
  readonly arguments: (port: number, file: string) => string[];
  readonly ready: RegExp;
  /** Beside the configuration. */
  readonly zone?: string;
}

function start(recipe: Recipe): Promise<PortServer> {
  const program = findProgram(recipe.program);
  if (program === undefined) throw new Error(`${recipe.program} is not installed`);
  return onFreePort(async (port) => {
    const directory = await makeServerDirectory(recipe.program);
    const file = path.join(directory, 'configuration');
    await writeFile(file, recipe.configuration(port, directory));
    if (recipe.zone !== undefined) await writeFile(`${file}.zone`, recipe.zone);
    const server = await startServerProcess({
      program,
      directory,
      arguments: recipe.arguments(port, file),
      ready: recipe.ready,
      stopSignal: 'SIGTERM',
    });
    return { ...server, port };
  });
}

/** An SNMP agent on 127.0.0.1; `lines` say who may read what. */
export function startSnmpd(...lines: string[]): Promise<PortServer> {
  return start({
    program: 'snmpd',
    configuration: (_port, directory) => [`[snmp] persistentDir ${directory}`, ...lines, ''].join('\n'),
    arguments: (port, file) => ['-f', '-C', '-c', file, '-Lo', `udp:127.0.0.1:${port}`],
    ready: /NET-SNMP version/,
  });
}

/** A resolver on 127.0.0.1 that reaches nobody; `lines` go into its section `server`. */
export function startUnbound(...lines: string[]): Promise<PortServer> {
  return start({
    program: 'unbound',
    configuration: (port, directory) =>
      [
        'server:',
        `interface: 127.0.0.1@${port}`,
        'outgoing-interface: 127.0.0.1',
        'chroot: ""',
        'username: ""',
        'pidfile: ""',
        'use-syslog: no',
        `directory: "${directory}"`,
        ...lines,
        'remote-control:',
        'control-enable: no',
        '',
      ].join('\n'),
    arguments: (_port, file) => ['-d', '-c', file],
    ready: /start of service/,
  });
}

const testZone = `$TTL 300
@ SOA ns admin 1 3600 600 86400 300
@ NS ns
ns A 192.0.2.1
www A 192.0.2.2
`;

/** A name server on 127.0.0.1, of the zone picket-test.example; `options` and `zone` are statements of BIND's. */
export async function startNamed(options: string, zone: string): Promise<PortServer> {
  return start({
    program: 'named',
    configuration: (port, directory) => `
      options {
        directory "${directory}"; pid-file none; session-keyfile none; dnssec-validation no;
        listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
        query-source address 127.0.0.1;
        ${options}
      };
      controls { };
      zone "picket-test.example" { type primary; file "configuration.zone"; ${zone} };`,
    arguments: (_port, file) => ['-g', '-c', file],
    ready: /running\n/,
    zone: testZone,
  });
}

/** memcached on 127.0.0.1, over UDP too. */
export function startMemcached(): Promise<PortServer> {
  return start({
    program: 'memcached',
    configuration: () => '',
    arguments: (port) => ['-l', '127.0.0.1', '-p', String(port), '-U', String(port), '-vv'],
    ready: /server listening \(udp\)/,
  });
}
