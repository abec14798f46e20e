import * as z from 'zod';

/** What Model Monitor's data quality checks are called; its readers know no others. */
export const CHECK_TYPES = [
  'data_type_check',
  'completeness_check',
  'baseline_drift_check',
  'missing_column_check',
  'extra_column_check',
  'categorical_values_check',
] as const;

export const Violation = z.object({
  feature_name: z.string(),
  constraint_check_type: z.enum(CHECK_TYPES),
  description: z.string(),
});
export type Violation = z.infer<typeof Violation>;

/** `constraint_violations.json` of data quality. */
export const Violations = z.object({ violations: z.array(Violation) });
export type Violations = z.infer<typeof Violations>;

/** `constraint_violations.json` of bias, as Clarify writes it. */
export const BiasViolations = z.object({
  version: z.literal('1.0'),
  violations: z.array(
    z.object({
      facet: z.string(),
      facet_value: z.string(),
      metric_name: z.string(),
      constraint_check_type: z.literal('bias_drift_check'),
      description: z.string(),
    }),
  ),
});
export type BiasViolations = z.infer<typeof BiasViolations>;
