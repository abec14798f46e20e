/**
 * The hyperparameters of SageMaker's built-in XGBoost, versions 1.7-1 and 3.0-5, with the ranges its container checks at
 * start; a name that is not here fails the job.
 * @see https://github.com/aws/sagemaker-xgboost-container (algorithm_mode/hyperparameter_validation.py)
 */
export type Hyperparameter = (
  | { readonly kind: 'integer' | 'number'; readonly range: Range }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  /** 0 or 1, and not true or false. */
  | { readonly kind: 'flag' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'text'; readonly form: RegExp; readonly example: string }
) & {
  /** The name it is another spelling of. */
  readonly aliasOf?: string;
  readonly tunable?: true;
  /** Why Millrace does not take it although the container would. */
  readonly refused?: string;
};

export interface Range {
  readonly min?: number;
  readonly max?: number;
  /** Exclusive. */
  readonly above?: number;
  readonly below?: number;
}

const integer = (range: Range) => ({ kind: 'integer', range }) as const;
const number = (range: Range) => ({ kind: 'number', range }) as const;
const choice = (...values: string[]) => ({ kind: 'choice', values }) as const;
const FLAG = { kind: 'flag' } as const;
const BOOLEAN = { kind: 'boolean' } as const;
const tunable = <T extends object>(parameter: T) => ({ ...parameter, tunable: true }) as const;

const ETA = number({ min: 0, max: 1 });
const NOT_NEGATIVE = number({ min: 0 });
const SHARE = number({ above: 0, max: 1 });
const FROM_ONE = integer({ min: 1 });
const FROM_ZERO = integer({ min: 0 });
const SEED_LIMIT = 2 ** 31;

export const XGBOOST_HYPERPARAMETERS: ReadonlyMap<string, Hyperparameter> = new Map(
  Object.entries({
    num_round: tunable(FROM_ONE),
    early_stopping_rounds: FROM_ONE,
    seed: integer({ min: -SEED_LIMIT, max: SEED_LIMIT - 1 }),
    nthread: FROM_ONE,
    verbosity: integer({ min: 0, max: 3 }),
    csv_weights: { ...FLAG, refused: 'the training CSV has no column of weights' },
    save_model_on_termination: BOOLEAN,
    _kfold: { ...integer({ min: 2 }), refused: 'a run registers one model' },
    _num_cv_round: { ...FROM_ONE, refused: 'a run registers one model' },
    _tuning_objective_metric: { ...choice(), refused: 'training.tuning.objective sets it' },
    use_dask_gpu_training: { ...BOOLEAN, refused: 'it needs a fleet of GPU instances' },
    booster: choice('gbtree', 'gblinear', 'dart'),
    tree_method: choice('auto', 'exact', 'approx', 'hist', 'gpu_hist'),
    grow_policy: choice('depthwise', 'lossguide'),
    process_type: { ...choice('default'), refused: 'a run starts from no earlier model' },
    updater: { kind: 'text', form: /^[a-z_]+(,[a-z_]+)*$/, example: 'grow_quantile_histmaker,prune' },
    dsplit: choice('row', 'col'),
    refresh_leaf: FLAG,
    predictor: choice('auto', 'cpu_predictor', 'gpu_predictor'),
    num_parallel_tree: FROM_ONE,
    sampling_method: choice('uniform', 'gradient_based'),
    deterministic_histogram: BOOLEAN,
    sketch_eps: number({ above: 0, below: 1 }),
    prob_buffer_row: number({ above: 1 }),
    eta: tunable(ETA),
    gamma: tunable(NOT_NEGATIVE),
    max_depth: tunable(FROM_ZERO),
    min_child_weight: tunable(NOT_NEGATIVE),
    max_delta_step: tunable(NOT_NEGATIVE),
    subsample: tunable(SHARE),
    colsample_bytree: tunable(SHARE),
    colsample_bylevel: tunable(SHARE),
    colsample_bynode: tunable(SHARE),
    lambda: tunable(NOT_NEGATIVE),
    alpha: tunable(NOT_NEGATIVE),
    scale_pos_weight: number({ above: 0 }),
    max_leaves: FROM_ZERO,
    max_bin: FROM_ZERO,
    monotone_constraints: { kind: 'text', form: /^\(\s*-?[01](\s*,\s*-?[01])*\s*,?\s*\)$/, example: '(1,0,-1)' },
    interaction_constraints: {
      kind: 'text',
      form: /^\[\s*\[[\d\s,]*\](\s*,\s*\[[\d\s,]*\])*\s*\]$/,
      example: '[[0, 1], [2, 3]]',
    },
    sample_type: choice('uniform', 'weighted'),
    normalize_type: choice('tree', 'forest'),
    rate_drop: number({ min: 0, max: 1 }),
    one_drop: FLAG,
    skip_drop: number({ min: 0, max: 1 }),
    lambda_bias: number({ min: 0, max: 1 }),
    objective: choice(
      'binary:logistic',
      'binary:logitraw',
      'binary:hinge',
      'multi:softmax',
      'multi:softprob',
      'reg:squarederror',
      'reg:linear',
      'reg:logistic',
      'reg:gamma',
      'reg:tweedie',
      'reg:squaredlogerror',
      'reg:pseudohubererror',
      'reg:absoluteerror',
      'count:poisson',
      'rank:pairwise',
      'rank:ndcg',
      'rank:map',
      'survival:aft',
      'survival:cox',
    ),
    num_class: integer({ min: 2 }),
    base_score: NOT_NEGATIVE,
    tweedie_variance_power: number({ above: 1, below: 2 }),
    aft_loss_distribution: choice('normal', 'logistic', 'extreme'),
    aft_loss_distribution_scale: NOT_NEGATIVE,
    eval_metric: { kind: 'text', form: /^[^\s,][^,]*(,[^,]+)*$/, example: 'logloss,auc' },
    learning_rate: { ...ETA, aliasOf: 'eta' },
    min_split_loss: { ...NOT_NEGATIVE, aliasOf: 'gamma' },
    reg_lambda: { ...NOT_NEGATIVE, aliasOf: 'lambda' },
    reg_alpha: { ...NOT_NEGATIVE, aliasOf: 'alpha' },
  } satisfies Record<string, Hyperparameter>),
);

/** What the container can report, and which way is better. */
export const XGBOOST_METRICS: ReadonlyMap<string, 'Maximize' | 'Minimize'> = new Map([
  ...[
    'accuracy auc aucpr balanced_accuracy f1 f1_binary f1_macro map ndcg precision precision_macro precision_micro',
    'r2 recall recall_macro recall_micro',
  ].flatMap((names) => names.split(' ').map((name) => [name, 'Maximize'] as const)),
  ...[
    'error logloss merror mlogloss rmse rmsle mae mape mse mphe aft-nloglik cox-nloglik gamma-nloglik',
    'poisson-nloglik tweedie-nloglik gamma-deviance interval-regression-accuracy',
  ].flatMap((names) => names.split(' ').map((name) => [name, 'Minimize'] as const)),
]);

const NUMBER_TEXT = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

export function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && NUMBER_TEXT.test(value) ? Number(value) : Number.NaN;
}

export function inRange(value: number, { min, max, above, below }: Range): boolean {
  return (
    Number.isFinite(value) &&
    (min === undefined || value >= min) &&
    (max === undefined || value <= max) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below)
  );
}

/** Whether the container takes the value. */
export function takes(parameter: Hyperparameter, value: unknown): boolean {
  switch (parameter.kind) {
    case 'integer':
      return inRange(numberOf(value), parameter.range) && Number.isInteger(numberOf(value));
    case 'number':
      return inRange(numberOf(value), parameter.range);
    case 'choice':
      return typeof value === 'string' && parameter.values.includes(value);
    case 'flag':
      return value === 0 || value === 1 || value === '0' || value === '1';
    case 'boolean':
      return typeof value === 'boolean' || value === 'true' || value === 'false';
    case 'text':
      return typeof value === 'string' && parameter.form.test(value);
  }
}

/** What the container takes, in words: `a whole number, at least 1`. */
export function allowedText(parameter: Hyperparameter): string {
  switch (parameter.kind) {
    case 'integer':
    case 'number':
      return `a ${parameter.kind === 'integer' ? 'whole ' : ''}number${rangeText(parameter.range)}`;
    case 'choice':
      return parameter.values.join(', ');
    case 'flag':
      return '0, 1';
    case 'boolean':
      return 'true, false';
    case 'text':
      return `text such as ${parameter.example}`;
  }
}

function rangeText({ min, max, above, below }: Range): string {
  const parts = [
    min !== undefined && `at least ${min}`,
    above !== undefined && `above ${above}`,
    max !== undefined && `at most ${max}`,
    below !== undefined && `below ${below}`,
  ].filter((part) => part !== false);
  return parts.length > 0 ? `, ${parts.join(' and ')}` : '';
}
