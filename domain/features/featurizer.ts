import * as z from 'zod';

export const FEATURE_KINDS = ['numeric', 'boolean', 'category', 'timestamp'] as const;

/** More values than this become missing: rare categories carry little, and the artifact stays small. */
export const DICTIONARY_LIMIT = 1_000;

/**
 * One column of the model's input, as float32; what is absent, not finite, unknown or beyond float32 is missing (NaN):
 * - `numeric` the number; `boolean` 0 or 1; `timestamp` days since 1970-01-01 UTC
 * - `category` its index in `categories`
 */
export const Feature = z.object({
  name: z.string(),
  kind: z.enum(FEATURE_KINDS),
  /** Values in code order: the first is 0. */
  categories: z.array(z.string()).max(DICTIONARY_LIMIT).optional(),
});
export type Feature = z.infer<typeof Feature>;

/** How the target becomes a number; a value that cannot is no label. */
export const Label = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('class'),
    column: z.string(),
    /** A target of numbers is compared as a number, so that `1` and `1.0` are one class. */
    compare: z.enum(['text', 'number']),
    /** The class at index i has the label i; binary: [negative, positive]. */
    classes: z.array(z.string()).min(2),
  }),
  z.object({ kind: z.literal('number'), column: z.string() }),
]);
export type Label = z.infer<typeof Label>;

/** `featurizer.json`: fitted on the training split, stored beside the model, applied in SQL and in TypeScript alike. */
export const Featurizer = z.object({ version: z.literal(1), features: z.array(Feature).min(1), label: Label });
export type Featurizer = z.infer<typeof Featurizer>;
