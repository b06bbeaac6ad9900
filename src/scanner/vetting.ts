import { PermanentError } from '../domain/errors.ts';
import type { Transport } from '../domain/exposure.ts';
import { isTarget, type Target } from '../scope/target.ts';
import { canonicalAddress } from './canonical-address.ts';
import { ConversationError } from './probe.ts';

/** Throws `moved` unless the lease covers the target's address at `at`. From then on no packet may leave. */
export function assertLeased({ endpoint, lease }: Target, at: number): void {
  if (lease.address !== endpoint.address) {
    throw new ConversationError('moved', 'the address is no longer the one that the lease was proved for');
  }
  if (lease.expiresAt <= at) {
    throw new ConversationError('moved', 'the lease on the address has run out');
  }
}

/** Throws a `PermanentError` for anything but a port of that transport at a canonical address that scope has cleared. */
export function assertDiallable(target: Target, wanted: Transport): void {
  if (!isTarget(target)) {
    throw new PermanentError('not-a-target', {
      what: 'The dialler was given something that scope did not clear',
      expected: 'a target made by scope',
    });
  }
  const { endpoint, transport, port } = target;
  const where = `${endpoint.address} ${transport}/${port}`;
  if (transport !== wanted || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new PermanentError('target-not-diallable', {
      what: `The target is not a ${wanted.toUpperCase()} port`,
      where,
      expected: `${wanted} and a port from 1 to 65535`,
    });
  }
  const family = endpoint.address.includes(':') ? 6 : 4;
  if (family !== endpoint.family || canonicalAddress(endpoint.address) !== endpoint.address) {
    throw new PermanentError('address-not-canonical', {
      what: 'The target is not named by a canonical address of its family',
      where,
      expected: `an IPv${endpoint.family} address without zone, prefix or second spelling`,
    });
  }
}
