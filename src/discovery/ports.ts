import type { Transport } from '../domain/exposure.ts';

/** A range of ports of one transport. */
export interface PortRange {
  readonly transport: Transport;
  readonly fromPort: number;
  readonly toPort: number;
}

const names: Readonly<Record<string, readonly Transport[]>> = {
  '-1': ['tcp', 'udp'],
  all: ['tcp', 'udp'],
  tcp: ['tcp'],
  '6': ['tcp'],
  udp: ['udp'],
  '17': ['udp'],
};

/** The ports of a rule: protocol -1 is all ports of both transports; protocols without ports give nothing. */
export function portRanges(
  protocol: string | undefined,
  from: number | undefined,
  to: number | undefined,
): PortRange[] {
  const transports = names[(protocol ?? '').toLowerCase()] ?? [];
  const all = transports.length > 1 || from === undefined || from < 0;
  return transports.map((transport) => ({
    transport,
    fromPort: all ? 0 : from,
    toPort: all || to === undefined || to < 0 ? 65_535 : to,
  }));
}
