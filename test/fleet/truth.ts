import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const slug = z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);

const endpointSchema = z.strictObject({
  transport: z.enum(['tcp', 'udp']).default('tcp'),
  port: z.int().min(1).max(65_535),
  protocol: slug
    .nullable()
    .describe('Id of the probe that must answer; null for one that Picket does not speak'),
  tls: z
    .enum(['none', 'inside', 'upgrade'])
    .default('none')
    .describe('Whether TLS is from the first byte on, can be had by STARTTLS, or is not there'),
  fires: z.array(slug).describe('Every check that fires, under whichever name; all others stay silent'),
  named: z
    .record(z.string(), z.array(slug))
    .optional()
    .describe('What of it fires under which name, where that matters; "" is the address alone'),
});

const hostSchema = z.strictObject({
  name: slug,
  address: z.string(),
  about: z.string().min(1).describe('How it is configured, in words'),
  names: z.array(z.string()).default([]).describe('Names of it that the operator knows'),
  endpoints: z.array(endpointSchema).min(1),
});

const fileSchema = z.strictObject({ hosts: z.array(hostSchema).min(1) });

export type TrueEndpoint = z.infer<typeof endpointSchema>;

export interface TrueHost extends z.infer<typeof hostSchema> {
  /** The software, which is the name of the file. */
  readonly server: string;
}

const directory = path.join(import.meta.dirname, 'truth');

/** What there is to find at every host of the fleet, as `truth/<server>.yaml` say it. Throws where they are wrong. */
export function readTruth(): TrueHost[] {
  const hosts = readdirSync(directory)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .flatMap((name) => {
      const read = fileSchema.safeParse(parse(readFileSync(path.join(directory, name), 'utf8')));
      if (!read.success) throw new Error(`truth/${name} is wrong:\n${z.prettifyError(read.error)}`);
      return read.data.hosts.map((host) => ({ ...host, server: path.parse(name).name }));
    });
  for (const key of ['name', 'address'] as const) {
    const twice = hosts.find((host, index) => hosts.findIndex((other) => other[key] === host[key]) < index);
    if (twice !== undefined) throw new Error(`Two hosts of the fleet have the ${key} ${twice[key]}.`);
  }
  for (const { name, endpoints } of hosts) {
    for (const { port, fires, named } of endpoints) {
      const union = new Set(Object.values(named ?? { '': fires }).flat());
      if (union.size !== new Set(fires).size || fires.some((id) => !union.has(id)))
        throw new Error(
          `What fires at port ${port} of ${name} is not the sum of what fires under its names.`,
        );
    }
  }
  return hosts;
}
