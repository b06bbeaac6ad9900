import { z } from 'zod';

// Building blocks of the schemas of all configuration files. Messages complete the sentence "expected …".

export const slug = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    'a name of lower-case letters, digits and hyphens, at most 63 characters',
  );

/** Text that says something: in ASFF, too, strings must hold a non-blank. */
export function text(maximum: number): z.ZodString {
  return z.string().max(maximum, `at most ${maximum} characters`).regex(/\S/, 'text that is not blank');
}

export const port = z.int().min(1).max(65_535);

/** Refuses lists in which two entries have the same key; the later one is reported. */
export function unique<Entry>(
  keyOf: (entry: Entry) => string,
  path: readonly string[],
): (entries: Entry[], context: z.core.$RefinementCtx<Entry[]>) => void {
  return (entries, context) => {
    const seen = new Set<string>();
    entries.forEach((entry, index) => {
      const key = keyOf(entry);
      if (seen.has(key)) {
        context.addIssue({
          code: 'custom',
          path: [index, ...path],
          message: `${key} only once in this list`,
        });
      }
      seen.add(key);
    });
  };
}
