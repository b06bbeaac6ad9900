import { rootCertificates } from './dialler.ts';

/** The CA certificates (PEM) that Node trusts by itself: Mozilla's store as of Node's release. */
export function platformRoots(): readonly string[] {
  return rootCertificates;
}
