export * from './clarify.ts';
export * from './compare.ts';
export { type EvidentlyOptions, evidentlyDefault } from './evidently.ts';
export { EVIDENTLY_METHODS, type EvidentlyMethod, type EvidentlyMethodName } from './evidently-methods.ts';
export {
  type CountsComparison,
  compareCounts,
  MILLRACE_DEFAULTS,
  type MillraceCause,
  type MillraceOptions,
  type SideCounts,
} from './millrace.ts';
export * from './millrace-tests.ts';
export type { ModelMonitorOptions } from './model-monitor.ts';
export type { NannymlOptions } from './nannyml.ts';
export type { CategoricalMethodName, ContinuousMethodName } from './nannyml-methods.ts';
export { standardHistogram, TFDV_STARTING_THRESHOLD, type TfdvOptions } from './tfdv.ts';
export * from './types.ts';
