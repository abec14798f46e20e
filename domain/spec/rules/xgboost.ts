import type { SpecDraft } from '../draft.ts';
import { oneOf, suggestion } from '../issues.ts';
import type { Report } from '../problem.ts';
import { allowedText, numberOf, takes, XGBOOST_HYPERPARAMETERS, XGBOOST_METRICS } from '../xgboost-hyperparameters.ts';
import { featuresOf } from './monitoring.ts';

export const HYPERPARAMETERS_PATH = ['training', 'xgboost', 'hyperparameters'] as const;

/** Only objectives that predict what Millrace serves: a probability, probabilities, a number. */
const OBJECTIVES = {
  binary: ['binary:logistic'],
  multiclass: ['multi:softprob'],
  regression: [
    'reg:squarederror',
    'reg:linear',
    'reg:logistic',
    'reg:gamma',
    'reg:tweedie',
    'reg:squaredlogerror',
    'reg:pseudohubererror',
    'reg:absoluteerror',
    'count:poisson',
  ],
} as const;
/** Metrics XGBoost refuses or cannot compute for other tasks; a metric that is not here goes with every task. */
const METRIC_TASKS: Readonly<Record<string, readonly string[]>> = {
  auc: ['binary'],
  aucpr: ['binary'],
  error: ['binary'],
  logloss: ['binary'],
  f1_binary: ['binary'],
  merror: ['multiclass'],
  mlogloss: ['multiclass'],
  map: [],
  ndcg: [],
  'aft-nloglik': [],
  'cox-nloglik': [],
  'interval-regression-accuracy': [],
};
/** Without effect, or refused by the container, unless another parameter has one of these values. */
const NEEDS: readonly (readonly [name: string, other: string, values: readonly string[]])[] = [
  ['monotone_constraints', 'tree_method', ['exact', 'hist']],
  ['interaction_constraints', 'tree_method', ['exact', 'hist', 'approx']],
  ['sampling_method', 'tree_method', ['gpu_hist', 'hist']],
  ['sample_type', 'booster', ['dart']],
  ['normalize_type', 'booster', ['dart']],
  ['rate_drop', 'booster', ['dart']],
  ['one_drop', 'booster', ['dart']],
  ['skip_drop', 'booster', ['dart']],
  ['lambda_bias', 'booster', ['gblinear']],
  ['tweedie_variance_power', 'objective', ['reg:tweedie']],
  ['aft_loss_distribution', 'objective', ['survival:aft']],
  ['aft_loss_distribution_scale', 'objective', ['survival:aft']],
];
const GPU_FAMILY = /^ml\.(p|g)\d/;

type Values = ReadonlyMap<string, unknown>;

export function xgboostRules(draft: SpecDraft, report: Report): void {
  const given = draft.training?.xgboost?.hyperparameters;
  if (!given || (draft.training?.algorithm ?? 'xgboost') !== 'xgboost') return;
  const values: Values = new Map(Object.entries(given));
  for (const [name, value] of values) valueRule(name, value, draft.task, report);
  spellingRules(draft, values, report);
  objectiveRules(draft, values, report);
  metricRules(draft, values, report);
  combinationRules(draft, values, report);
}

function valueRule(name: string, value: unknown, task: SpecDraft['task'], report: Report): void {
  const path = [...HYPERPARAMETERS_PATH, name];
  const parameter = XGBOOST_HYPERPARAMETERS.get(name);
  if (!parameter) {
    const known = [...XGBOOST_HYPERPARAMETERS.entries()].filter(([, { refused }]) => !refused).map(([key]) => key);
    report(path, `is no hyperparameter of XGBoost${suggestion(name, known)}`, value, oneOf(known));
  } else if (parameter.refused && !(name === 'csv_weights' && numberOf(value) === 0) && value !== 'default')
    report(path, `cannot be used: ${parameter.refused}`, value, 'nothing');
  else if (!takes(parameter, value)) {
    // an objective of the image that does not fit the task would be refused next
    const fitting = name === 'objective' && task !== undefined ? OBJECTIVES[task] : undefined;
    const guess = suggestion(value, fitting ?? (parameter.kind === 'choice' ? parameter.values : []));
    report(path, `is out of range${guess}`, value, fitting ? oneOf(fitting) : allowedText(parameter));
  }
}

function spellingRules(draft: SpecDraft, values: Values, report: Report): void {
  for (const [name, value] of values) {
    const canonical = XGBOOST_HYPERPARAMETERS.get(name)?.aliasOf;
    if (canonical !== undefined && values.has(canonical))
      report(
        [...HYPERPARAMETERS_PATH, name],
        `is another name of ${canonical}, which is given, too`,
        value,
        'one of both',
      );
  }
  const tuned = Object.hasOwn(draft.training?.tuning?.ranges ?? {}, 'num_round');
  if (!values.has('num_round') && !tuned)
    report([...HYPERPARAMETERS_PATH, 'num_round'], 'is missing', undefined, 'a whole number, at least 1');
}

function objectiveRules({ task, classes }: SpecDraft, values: Values, report: Report): void {
  if (task === undefined) return;
  const objective = values.get('objective');
  const allowed: readonly string[] = OBJECTIVES[task];
  const path = [...HYPERPARAMETERS_PATH, 'objective'];
  if (objective === undefined && task !== 'regression')
    report(path, `is missing: XGBoost's default does not fit a ${task} task`, undefined, oneOf(allowed));
  const parameter = XGBOOST_HYPERPARAMETERS.get('objective');
  const known = parameter !== undefined && takes(parameter, objective);
  if (known && !allowed.includes(String(objective)))
    report(path, `does not fit a ${task} task`, objective, oneOf(allowed));

  const numClass = values.get('num_class');
  const countPath = [...HYPERPARAMETERS_PATH, 'num_class'];
  if (task !== 'multiclass') {
    if (numClass !== undefined) report(countPath, `does not go with a ${task} task`, numClass, 'nothing');
    if (task === 'regression' && values.has('scale_pos_weight'))
      report(
        [...HYPERPARAMETERS_PATH, 'scale_pos_weight'],
        'does not go with a regression task',
        values.get('scale_pos_weight'),
        'nothing',
      );
  } else if (numClass === undefined)
    report(
      countPath,
      'is missing',
      undefined,
      classes ? `${classes.length}, as many as classes` : 'the number of classes',
    );
  else if (classes && numberOf(numClass) !== classes.length)
    report(countPath, 'is not the number of classes', numClass, String(classes.length));
}

function metricRules({ task, training }: SpecDraft, values: Values, report: Report): void {
  const metrics = values.get('eval_metric');
  if (typeof metrics === 'string')
    for (const metric of metrics.split(',').map((name) => name.trim())) {
      const [name = '', at] = metric.split('@');
      const takesThreshold = at === undefined || (name === 'error' && !Number.isNaN(numberOf(at)));
      const path = [...HYPERPARAMETERS_PATH, 'eval_metric'];
      const known = [...XGBOOST_METRICS.keys()].filter((key) => metricFits(key, task));
      if (!XGBOOST_METRICS.has(name) || !takesThreshold)
        report(path, `names no metric${suggestion(name, known)}`, metric, oneOf(known));
      else if (!metricFits(name, task)) report(path, `does not fit a ${task} task`, metric, oneOf(known));
    }
  if (values.has('early_stopping_rounds') && metrics === undefined && training?.tuning === undefined)
    report(
      [...HYPERPARAMETERS_PATH, 'early_stopping_rounds'],
      'has no metric to go by',
      values.get('early_stopping_rounds'),
      'eval_metric (its last one decides) or training.tuning besides',
    );
}

export function metricFits(metric: string, task: string | undefined): boolean {
  const tasks = Object.hasOwn(METRIC_TASKS, metric) ? METRIC_TASKS[metric] : undefined;
  return tasks === undefined || task === undefined || tasks.includes(task);
}

function combinationRules(draft: SpecDraft, values: Values, report: Report): void {
  for (const [name, other, allowed] of NEEDS) {
    if (values.has(name) && !allowed.includes(String(values.get(other))))
      report(
        [...HYPERPARAMETERS_PATH, name],
        `needs ${other}`,
        { [other]: values.get(other) ?? null },
        `${other} ${allowed.join(' or ')}`,
      );
  }
  if (
    values.get('grow_policy') === 'lossguide' &&
    !['hist', 'approx', 'gpu_hist'].includes(String(values.get('tree_method')))
  )
    report([...HYPERPARAMETERS_PATH, 'grow_policy'], 'needs tree_method', 'lossguide', 'tree_method hist or approx');
  const { instance } = draft.training ?? {};
  for (const [name, value] of values)
    if ((value === 'gpu_hist' || value === 'gpu_predictor') && instance !== undefined && !GPU_FAMILY.test(instance))
      report([...HYPERPARAMETERS_PATH, name], `needs a GPU: training.instance is ${instance}`, value, 'hist, auto');
  const features = featuresOf(draft);
  const constraints = values.get('monotone_constraints');
  if (typeof constraints === 'string' && features) {
    const count = constraints
      .replace(/[()\s]/g, '')
      .replace(/,$/, '')
      .split(',').length;
    if (count !== features.length)
      report(
        [...HYPERPARAMETERS_PATH, 'monotone_constraints'],
        'has another length than the features',
        constraints,
        `${features.length} entries`,
      );
  }
}
