import { z } from 'zod';
import { severities } from '../domain/check.ts';
import { slug, text } from './fields.ts';

const facts = z.record(z.string(), z.unknown());

/** `config/checks/<id>.yaml`. Lengths are those of the Security Hub fields that the texts end up in. */
export const checkFileSchema = z
  .strictObject({
    id: slug.describe("Equal to the file's name"),
    title: text(256),
    description: text(1024),
    probe: slug,
    when: text(4096).describe(
      'A condition in CEL (Common Expression Language) over facts, target and observedAt. A fact that can be null needs a guard: facts.server != null && facts.server.contains("/"). Patterns: facts.server.matchesRe2("[0-9]").',
    ),
    each: z
      .strictObject({
        list: text(64).describe('The fact that lists the items'),
        key: text(64).describe('The field of an item that tells it from the others'),
        severity: text(64).optional().describe('The field of an item that has its own severity'),
      })
      .optional()
      .describe('For a check that fires once for each item of a list, which the condition sees as item'),
    severity: z.enum(severities),
    rationale: text(64).describe('Why this severity'),
    category: z
      .string()
      .regex(
        /^(Software and Configuration Checks|TTPs|Effects|Unusual Behaviors|Sensitive Data Identifications)(\/[^/]+){1,2}$/,
        "a type in Security Hub's taxonomy: namespace/category or namespace/category/classifier",
      ),
    remediation: z.strictObject({
      text: text(512),
      url: z.url({ protocol: /^https$/, error: 'an https URL' }).optional(),
    }),
    requirements: z
      .array(
        z
          .string()
          .max(64)
          .regex(/^[a-z0-9][a-z0-9.-]*\/[^/\s]+$/, 'framework/control, such as nist-800-53-r5/SC-8'),
      )
      .max(32)
      .describe('Controls in config/frameworks that this check supports'),
    evidence: z
      .array(text(128))
      .max(20)
      .describe('Names of facts that a finding shows, with dots for those inside others'),
    examples: z
      .strictObject({ fires: z.array(facts).min(1), silent: z.array(facts) })
      .describe("Facts, or the part of them that differs from the probe's baseline in config/baselines"),
  })
  .superRefine(({ when, examples }, context) => {
    // That a protocol answers at all can be the finding; then there are no facts on which the check is silent.
    if (examples.silent.length === 0 && when.trim() !== 'true') {
      context.addIssue({
        code: 'custom',
        path: ['examples', 'silent'],
        message: 'at least one example, unless the condition is "true"',
      });
    }
  });

/** `config/baselines/<probe>.yaml`: what the probe sees at a well-kept server. Its probe's schema checks the rest. */
export const baselineFileSchema = facts;
