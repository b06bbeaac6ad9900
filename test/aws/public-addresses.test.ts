import { describe, expect, it } from 'vitest';
import { addressMappings } from '../../src/aws/public-addresses.ts';

describe('addressMappings', () => {
  it('reads the association of every private address', () => {
    expect(
      addressMappings({
        Association: { PublicIp: '198.51.100.1' },
        PrivateIpAddresses: [
          { PrivateIpAddress: '10.0.0.1', Primary: true, Association: { PublicIp: '198.51.100.1' } },
          { PrivateIpAddress: '10.0.0.2', Primary: false, Association: { PublicIp: '198.51.100.2' } },
          { PrivateIpAddress: '10.0.0.3', Primary: false },
        ],
      }),
    ).toEqual([
      { privateAddress: '10.0.0.1', publicAddress: '198.51.100.1' },
      { privateAddress: '10.0.0.2', publicAddress: '198.51.100.2' },
      { privateAddress: '10.0.0.3', publicAddress: null },
    ]);
  });

  it("takes the interface's own association for the primary address alone", () => {
    expect(
      addressMappings({
        Association: { PublicIp: '198.51.100.1' },
        PrivateIpAddresses: [
          { PrivateIpAddress: '10.0.0.2', Primary: false },
          { PrivateIpAddress: '10.0.0.1', Primary: true },
        ],
      }),
    ).toEqual([
      { privateAddress: '10.0.0.2', publicAddress: null },
      { privateAddress: '10.0.0.1', publicAddress: '198.51.100.1' },
    ]);
  });

  it('gives nothing for an interface without addresses', () => {
    expect(addressMappings({})).toEqual([]);
    expect(addressMappings({ PrivateIpAddresses: [{ Association: { PublicIp: '' } }] })).toEqual([
      { privateAddress: '', publicAddress: null },
    ]);
  });
});
