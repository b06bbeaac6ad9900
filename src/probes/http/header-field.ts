import { z } from 'zod';

/** The schema of a header's first value. */
export const header = (what: string) => z.string().max(256).nullable().describe(`${what}; null when absent`);
