import { isIPv4 } from 'node:net';
import { PermanentError } from '../../domain/errors.ts';
import { createAuthority } from './certificates.ts';
import { FrontDoor, hasAddress } from './front-door.ts';
import type { Fleet, FleetHost } from './host.ts';
import { roster } from './roster.ts';
import { RunningHost } from './running-host.ts';
import { settleStranger, strangerPorts } from './stranger.ts';

export interface FleetOptions {
  /** Forces everything onto 127.0.0.1, as where the system has no other loopback address. */
  readonly singleAddress?: boolean;
  /** The first three octets of the addresses. Two fleets at once keep out of each other's way with different ones. */
  readonly network?: string;
}

const LOOPBACK = '127.0.0.1';
const STRANGER_OCTET = 66;

/**
 * Starts all servers of the sandbox in this process and returns when all of them answer. Ports are bound where the
 * roster prefers them, or at free ones. Fails with `sandbox-bad-network` or with the system's error, and leaves
 * nothing open then.
 */
export async function startFleet(options: FleetOptions = {}): Promise<Fleet> {
  const network = options.network ?? '127.20.0';
  if (!network.startsWith('127.') || !isIPv4(`${network}.1`)) {
    throw new PermanentError('sandbox-bad-network', {
      what: 'The network of the fleet is not on the loopback interface',
      got: JSON.stringify(network),
      expected: 'three octets, the first of them 127',
    });
  }
  const singleAddress = options.singleAddress === true || !(await hasAddress(`${network}.1`));
  const doors: FrontDoor[] = [];
  const hosts: RunningHost[] = [];
  try {
    const addressOf = (octet: number): string => (singleAddress ? LOOPBACK : `${network}.${octet}`);
    const open = async (address: string, port: number): Promise<FrontDoor> => {
      const door = await FrontDoor.open(address, port);
      doors.push(door);
      return door;
    };
    const authority = await createAuthority();
    for (const plan of roster) {
      const address = addressOf(plan.octet);
      const hostDoors: FrontDoor[] = [];
      // One after the other, so that the same host gets the preferred port on every start.
      for (const { preferredPort } of plan.ports) {
        hostDoors.push(await open(address, preferredPort));
      }
      hosts.push(new RunningHost(plan, address, hostDoors, authority));
    }
    const strangerAddress = addressOf(STRANGER_OCTET);
    const strangerDoors: FrontDoor[] = [];
    for (const port of strangerPorts) {
      // At a shared address the stranger must not stand where a scan of the fleet's own ports would find it.
      strangerDoors.push(await open(strangerAddress, singleAddress ? 0 : port));
    }
    const starts = await Promise.allSettled(hosts.map((host) => host.start()));
    for (const start of starts) {
      if (start.status === 'rejected') {
        throw start.reason;
      }
    }
    const stranger = await settleStranger(strangerAddress, strangerDoors);
    return fleetOf({ singleAddress, ca: authority.cert, hosts, stranger }, doors);
  } catch (error) {
    await Promise.all(doors.map((door) => door.close()));
    throw error;
  }
}

function fleetOf(
  parts: Pick<Fleet, 'singleAddress' | 'ca' | 'stranger'> & { hosts: readonly RunningHost[] },
  doors: readonly FrontDoor[],
): Fleet {
  let closing: Promise<unknown> | undefined;
  return {
    ...parts,
    async mend(name) {
      if (closing !== undefined) {
        throw new PermanentError('sandbox-fleet-closed', {
          what: `"${name}" cannot be mended after the end`,
        });
      }
      await find(parts.hosts, name).mend();
    },
    async close() {
      closing ??= Promise.all(doors.map((door) => door.close()));
      await closing;
    },
  };
}

function find(hosts: readonly RunningHost[], name: string): RunningHost {
  const host = hosts.find((candidate: FleetHost) => candidate.name === name);
  if (host === undefined) {
    throw new PermanentError('sandbox-no-such-host', {
      what: 'The sandbox has no such host',
      got: JSON.stringify(name),
      expected: `one of ${hosts.map((known) => known.name).join(', ')}`,
    });
  }
  return host;
}
