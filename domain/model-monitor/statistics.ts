import * as z from 'zod';

export const INFERRED_TYPES = ['Fractional', 'Integral', 'String', 'Unknown'] as const;

/** What this reader does not know, such as `Boolean`, is `Unknown`: no check is made of it. */
export const InferredType = z.enum(INFERRED_TYPES).catch('Unknown');
export type InferredType = (typeof INFERRED_TYPES)[number];

/** A finite number; of what Spark writes for a column without values (`"NaN"`, null) nothing is known. */
const Figure = z
  .unknown()
  .transform((value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined));
/** Spark writes counts as doubles, and some as the sum of sketch weights. */
const Count = z.number().nonnegative().transform(Math.round);

const Common = z.object({ num_present: Count, num_missing: Count });

export const KllBucket = z.object({ lower_bound: z.number(), upper_bound: z.number(), count: Count });
export type KllBucket = z.infer<typeof KllBucket>;

const Kll = z.object({
  buckets: z.array(KllBucket).default([]),
  /** Quantile sketch of deequ: level i holds values that stand for 2^i rows each. */
  sketch: z
    .object({
      parameters: z.object({ c: z.number(), k: z.number() }),
      data: z.array(z.array(z.number())),
    })
    .optional()
    .catch(undefined),
});

const NumericalStatistics = z.object({
  common: Common,
  mean: Figure.optional(),
  sum: Figure.optional(),
  /** Of the population: divided by n. */
  std_dev: Figure.optional(),
  min: Figure.optional(),
  max: Figure.optional(),
  distribution: z.object({ kll: Kll.optional() }).optional(),
});
export type NumericalStatistics = z.infer<typeof NumericalStatistics>;

const CategoricalBucket = z.object({ value: z.coerce.string(), count: Count });

const StringStatistics = z.object({
  common: Common,
  /** Approximate, from a HyperLogLog sketch. */
  distinct_count: Figure.optional(),
  distribution: z
    .object({ categorical: z.object({ buckets: z.array(CategoricalBucket).default([]) }).optional() })
    .optional(),
});
export type StringStatistics = z.infer<typeof StringStatistics>;

export const FeatureStatistics = z.object({
  name: z.string(),
  inferred_type: InferredType,
  numerical_statistics: NumericalStatistics.optional(),
  string_statistics: StringStatistics.optional(),
});
export type FeatureStatistics = z.infer<typeof FeatureStatistics>;

/**
 * `statistics.json` of Model Monitor's data quality. Reading is tolerant: fields that are not known are dropped, counts
 * may be doubles, and a figure that is no number is absent.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-statistics.html
 */
export const Statistics = z.object({
  version: z.number().default(0),
  dataset: z.object({ item_count: Count }),
  features: z.array(FeatureStatistics),
});
export type Statistics = z.infer<typeof Statistics>;
