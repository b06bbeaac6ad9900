import { productKey, type Software } from '../domain/software.ts';
import type { Advisory } from '../domain/vulnerability.ts';
import { affects, type Hit } from './configuration.ts';
import { CPE_PREFIX, formatCpe } from '../domain/cpe-name.ts';

/** The advisories that are about a piece of software in its version, each with what can be said of it. */
export function advisoriesOf(
  advisories: readonly Advisory[],
  software: Software,
): { readonly advisory: Advisory; readonly hit: Hit }[] {
  const key = productKey(software);
  return advisories.flatMap((advisory) => {
    if (!advisory.products.some((product) => productKey(product) === key)) return [];
    const cpe = formatCpe({ ...software, version: null, update: null }).slice(CPE_PREFIX.length);
    const matches = advisory.affected.map((range) => ({ ...range, cpe }));
    const hit = affects([{ nodes: [{ matches }] }], software);
    return hit === null ? [] : [{ advisory, hit }];
  });
}
