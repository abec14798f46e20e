/** These open DuckDB and share one asset, so that its 68 MB native library is uploaded once. */
export const DUCKDB_FUNCTIONS = [
  'validate-upload',
  'plan-set',
  'validate-part',
  'merge-set',
  'prepare-training',
  'evaluate-model',
  'prepare-batch',
  'finish-batch',
] as const;

const SMALL_FUNCTIONS = [
  'advance-rollout',
  'apply-spec',
  'authorize-request',
  'feedback',
  'finish-async',
  'finish-run',
  'infer',
  'monitor-model',
  'partition-capture',
  'reconcile-endpoints',
  'reconcile-executions',
  'reconcile-uploads',
  'register-model',
  'remove-orphans',
  'repair-endpoint',
  'registry-api',
  'request-approval',
  'resume-job',
  'shadow-request',
  'start-job',
  'start-rollout',
  'start-training',
  'tick-monitors',
  'verify-endpoint',
] as const;

export type FunctionName = (typeof DUCKDB_FUNCTIONS)[number] | (typeof SMALL_FUNCTIONS)[number];
export const FUNCTION_NAMES: readonly FunctionName[] = [...DUCKDB_FUNCTIONS, ...SMALL_FUNCTIONS];
