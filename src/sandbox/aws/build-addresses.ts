import { newId, requirePart } from './create-estate.ts';
import type { SandboxAddress, SandboxAssociation, SandboxRegion, Tags } from './estate.ts';

/** The association of an address that EC2 assigned by itself. */
export function automatic(publicIp: string): SandboxAssociation {
  return {
    publicIp,
    carrierIp: null,
    customerOwnedIp: null,
    allocationId: null,
    associationId: null,
    ipOwnerId: 'amazon',
  };
}

export function allocateAddress(region: SandboxRegion, publicIp: string, tags: Tags = {}): SandboxAddress {
  const address = { allocationId: newId(region, 'eipalloc'), publicIp, tags: { ...tags } };
  region.addresses.set(address.allocationId, address);
  return address;
}

/**
 * Associates an Elastic IP address with an interface's private address (the primary one unless named), taking it
 * from wherever it was. An automatic public address that was there is released, as EC2 does.
 */
export function associateAddress(
  region: SandboxRegion,
  allocationId: string,
  networkInterfaceId: string,
  privateAddress?: string,
): void {
  const { publicIp } = requirePart(region.addresses.get(allocationId), allocationId);
  const { privateAddresses } = requirePart(
    region.networkInterfaces.get(networkInterfaceId),
    networkInterfaceId,
  );
  const at = privateAddresses.find(
    ({ address }) => privateAddress === undefined || address === privateAddress,
  );
  const place = requirePart(at, privateAddress ?? networkInterfaceId);
  releasePublicAddress(region, publicIp);
  place.association = {
    ...automatic(publicIp),
    allocationId,
    associationId: newId(region, 'eipassoc'),
    ipOwnerId: region.accountId,
  };
}

/** Takes a public IPv4 address from whatever interface has it; an Elastic IP address stays allocated. */
export function releasePublicAddress(region: SandboxRegion, publicIp: string): void {
  for (const { privateAddresses } of region.networkInterfaces.values()) {
    for (const place of privateAddresses)
      if (place.association?.publicIp === publicIp) place.association = null;
  }
}
