import type { NetworkInterface } from '@aws-sdk/client-ec2';

/** A private IPv4 address of an interface with the public one that is mapped to it, as EC2 spells them. */
export interface AddressMapping {
  readonly privateAddress: string;
  /** Null when none is mapped to it. */
  readonly publicAddress: string | null;
}

/**
 * The IPv4 addresses of an interface. Each private address has an association of its own; the interface's is the
 * primary's once more, and counts only where the primary's own is missing, as in answers of emulators.
 */
export function addressMappings(networkInterface: NetworkInterface): AddressMapping[] {
  return (networkInterface.PrivateIpAddresses ?? []).map(({ PrivateIpAddress, Primary, Association }) => {
    const association = Association ?? (Primary === true ? networkInterface.Association : undefined);
    const publicAddress = association?.PublicIp ?? '';
    return {
      privateAddress: PrivateIpAddress ?? '',
      publicAddress: publicAddress === '' ? null : publicAddress,
    };
  });
}
