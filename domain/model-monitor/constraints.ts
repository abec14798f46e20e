import * as z from 'zod';
import { InferredType } from './statistics.ts';

const Switch = z.enum(['Enabled', 'Disabled']);
/** The guide says `linf_simple`, the files say `Simple`. */
const Method = z.preprocess(
  (value) => (typeof value === 'string' ? METHOD_NAMES[value.toLowerCase()] : undefined),
  z.enum(['Simple', 'Robust']),
);
const METHOD_NAMES: Readonly<Record<string, string>> = {
  simple: 'Simple',
  linf_simple: 'Simple',
  robust: 'Robust',
  linf_robust: 'Robust',
};

const DistributionFields = {
  perform_comparison: Switch,
  comparison_threshold: z.number(),
  comparison_method: Method,
  /** @default comparison_threshold */
  categorical_comparison_threshold: z.number(),
  categorical_drift_method: z.enum(['LInfinity', 'ChiSquared']),
};
/** Early versions of the guide, and the files made after it, spell the method `comparion_method`. */
const DistributionConstraints = z.preprocess(
  (value) =>
    isObject(value) && 'comparion_method' in value ? { comparison_method: value.comparion_method, ...value } : value,
  z.object(DistributionFields).partial(),
);

const MonitoringConfig = z.object({
  evaluate_constraints: Switch.optional(),
  emit_metrics: Switch.optional(),
  datatype_check_threshold: z.number().optional(),
  domain_content_threshold: z.number().optional(),
  distribution_constraints: DistributionConstraints.optional(),
});
export type MonitoringConfig = z.infer<typeof MonitoringConfig>;

const Overrides = MonitoringConfig.optional().catch(undefined);
const OVERRIDE_NAMES = ['monitoringConfigOverrides', 'monitoring_config_overrides'] as const;

export const FeatureConstraints = z.preprocess(
  (value) => {
    if (!isObject(value)) return value;
    // the SDK's set_monitoring puts them into string_constraints (sagemaker-python-sdk #2745)
    const places = [value, isObject(value.string_constraints) ? value.string_constraints : {}];
    const found = places.flatMap((place) => OVERRIDE_NAMES.map((name) => place[name])).find((one) => one !== undefined);
    return { ...value, monitoringConfigOverrides: found };
  },
  z.object({
    name: z.string(),
    inferred_type: InferredType,
    /** Least share of values that are present. */
    completeness: z.number().min(0).max(1).optional().catch(undefined),
    num_constraints: z.object({ is_non_negative: z.boolean().optional() }).optional(),
    string_constraints: z.object({ domains: z.array(z.coerce.string()).optional() }).optional(),
    monitoringConfigOverrides: Overrides,
  }),
);
export type FeatureConstraints = z.infer<typeof FeatureConstraints>;

/**
 * `constraints.json` of Model Monitor's data quality, read with every spelling that is in use.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-constraints.html
 */
export const Constraints = z.object({
  version: z.number().default(0),
  features: z.array(FeatureConstraints),
  monitoring_config: MonitoringConfig.default({}),
});
export type Constraints = z.infer<typeof Constraints>;

/** What a feature is judged by. Shares, not percentages. */
export interface FeatureConfig {
  readonly evaluate: boolean;
  /** Least share of present values that must be of the inferred type. */
  readonly typeMatch: number;
  /** Least share of present values that must be among the domains. */
  readonly domainMatch: number;
  /** Absent: the distribution is not compared. */
  readonly drift?: {
    readonly method: 'Simple' | 'Robust';
    readonly threshold: number;
    readonly categoricalMethod: 'LInfinity' | 'ChiSquared';
    readonly categoricalThreshold: number;
  };
}

/** Of the guide, and of the SDK where the guide has none; what the container's own suggestions carry may differ. */
export const MONITORING_CONFIG_DEFAULTS = {
  evaluate_constraints: 'Enabled',
  emit_metrics: 'Enabled',
  datatype_check_threshold: 0.1,
  domain_content_threshold: 0.1,
  distribution_constraints: {
    perform_comparison: 'Enabled',
    comparison_threshold: 0.1,
    comparison_method: 'Robust',
    categorical_comparison_threshold: 0.1,
    categorical_drift_method: 'LInfinity',
  },
} as const satisfies MonitoringConfig;

/** The file's options with the feature's own above them and the guide's defaults below. */
export function configOf(
  constraints: Pick<Constraints, 'monitoring_config'>,
  feature?: FeatureConstraints,
): FeatureConfig {
  const [own, all] = [feature?.monitoringConfigOverrides ?? {}, constraints.monitoring_config];
  const options = { ...MONITORING_CONFIG_DEFAULTS, ...all, ...own };
  const given = { ...all.distribution_constraints, ...own.distribution_constraints };
  const drift = { ...MONITORING_CONFIG_DEFAULTS.distribution_constraints, ...given };
  return {
    evaluate: options.evaluate_constraints === 'Enabled',
    typeMatch: leastMatch(options.datatype_check_threshold),
    domainMatch: leastMatch(options.domain_content_threshold),
    ...(drift.perform_comparison === 'Enabled' && {
      drift: {
        method: drift.comparison_method,
        threshold: drift.comparison_threshold,
        categoricalMethod: drift.categorical_drift_method,
        categoricalThreshold: given.categorical_comparison_threshold ?? drift.comparison_threshold,
      },
    }),
  };
}

/**
 * The two thresholds are written in two ways: the container suggests 1.0 and reports `Expected match: 100.0%`, a share
 * that must match; the guide's default 0.1 is a share that need not. Above a half it is the first.
 */
const leastMatch = (threshold: number): number => (threshold > 0.5 ? threshold : 1 - threshold);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
