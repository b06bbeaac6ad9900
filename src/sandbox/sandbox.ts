import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { addInstance } from './aws/build-instance.ts';
import { addNetworkInterface } from './aws/build-network.ts';
import { createEstate } from './aws/create-estate.ts';
import { sandboxAccountId } from './aws/credentials.ts';
import type { SandboxEstate, SandboxRegion } from './aws/estate.ts';
import { startSandboxAws } from './aws/start-sandbox-aws.ts';
import type { SandboxAws } from './aws/start-sandbox-aws.ts';
import { startFleet } from './fleet/fleet.ts';
import type { Fleet, FleetHost } from './fleet/host.ts';

/** A small AWS on loopback whose account has a fleet of real servers. */
export interface Sandbox {
  readonly aws: SandboxAws;
  readonly fleet: Fleet;
  readonly accountId: string;
  readonly regions: readonly string[];
  /** What a Picket needs in its environment to work in the sandbox, and to work nowhere else. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const REGIONS = ['eu-central-1', 'us-east-1'] as const;

/**
 * Starts the sandbox. `directory` gets a configuration whose one authorisation covers the production part of the
 * fleet, and is where a Picket of the sandbox keeps its data; `configDirectory` is where ports, profiles, checks and
 * frameworks are taken from.
 */
export async function startSandbox(options: {
  readonly directory: string;
  readonly configDirectory: string;
  /** First three octets of the fleet's addresses, so that several sandboxes keep out of each other's way. */
  readonly network?: string;
  /** Forces the fleet onto 127.0.0.1. */
  readonly singleAddress?: boolean;
}): Promise<Sandbox> {
  const { directory, configDirectory, ...where } = options;
  const configDir = path.join(directory, 'config');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await cp(configDirectory, configDir, { recursive: true });
  const caFile = path.join(directory, 'sandbox-ca.pem');
  await writeFile(path.join(configDir, 'picket.yaml'), picketFile(caFile));

  const fleet = await startFleet(where);
  let aws: SandboxAws;
  try {
    aws = await startSandboxAws({ estate: estateOf(fleet) });
  } catch (error) {
    await fleet.close();
    throw error;
  }
  await writeFile(caFile, fleet.ca);
  return {
    aws,
    fleet,
    accountId: sandboxAccountId,
    regions: REGIONS,
    environment: {
      ...aws.environment,
      PICKET_SANDBOX: '1',
      PICKET_CONFIG_DIR: configDir,
      PICKET_DATA_DIR: path.join(directory, 'data'),
    },
    async close() {
      await Promise.all([fleet.close(), aws.close()]);
    },
  };
}

/** The account as EC2 sees it: an instance for every host, an open port in its security group for every server. */
function estateOf(fleet: Fleet): SandboxEstate {
  const estate = createEstate([{ accountId: sandboxAccountId, regions: REGIONS }]);
  const regions = REGIONS.map((name) => estate.accounts.get(sandboxAccountId)?.regions.get(name)).filter(
    (region): region is SandboxRegion => region !== undefined,
  );
  const hosts = fleet.singleAddress ? merged(fleet.hosts) : fleet.hosts;
  hosts.forEach((host, index) => {
    const region = regions[index % regions.length];
    if (region === undefined) return;
    addInstance(region, {
      publicAddress: host.address,
      elastic: index % 3 === 0,
      ingress: host.ports.map(({ port, note }) => ({ port, description: note.slice(0, 255) })),
      tags: {
        Name: host.name,
        Environment: host.purpose === 'scan' ? 'production' : 'contractor',
        Owner: `team-${host.name}`,
      },
    });
  });
  const [first] = regions;
  if (first !== undefined && !fleet.singleAddress) {
    // Managed by AWS, and so never scanned. Nothing listens there.
    addNetworkInterface(first, {
      publicAddress: fleet.stranger.address.replace(/\d+$/, '40'),
      interfaceType: 'nat_gateway',
      requesterManaged: true,
      description: 'Interface for NAT Gateway nat-0f00d',
    });
  }
  return estate;
}

/** One endpoint with the ports of all hosts, where the system has no other loopback address than 127.0.0.1. */
function merged(hosts: readonly FleetHost[]): Pick<FleetHost, 'name' | 'address' | 'ports' | 'purpose'>[] {
  const scanned = hosts.filter(({ purpose }) => purpose === 'scan');
  const [first] = scanned;
  if (first === undefined) return [];
  return [
    {
      name: 'everything',
      address: first.address,
      purpose: 'scan',
      ports: scanned.flatMap(({ ports }) => ports),
    },
  ];
}

function picketFile(caFile: string): string {
  return stringify({
    version: 1,
    authorisations: [
      {
        id: 'sandbox-production',
        grantedBy: 'You, by starting the sandbox',
        ticket: 'SANDBOX-1',
        contact: 'security@example.com',
        from: '2026-01-01',
        until: '2099-01-01',
        covers: { accounts: [sandboxAccountId], tags: { Environment: 'production' } },
      },
    ],
    schedules: [],
    regions: 'all',
    // The fleet's good certificates are from the sandbox's own authority.
    trust: [{ id: 'sandbox', ca: caFile }],
  });
}
