import { durationMs } from '../../duration.ts';
import type { SpecDraft } from '../draft.ts';
import type { Report } from '../problem.ts';

/** Below it, too little is left to train on. */
const MAX_SPLIT_SHARE = 0.9;
/** SQS delays a message by at most 15 minutes. */
const MAX_DEBOUNCE = '15m';
/** The training pipeline ends an execution after 28 hours. */
const MAX_RUNTIME = '27h';
/** SageMaker's limits. */
const MAX_HYPERPARAMETERS = 100;
const MAX_HYPERPARAMETER_NAME = 256;
const MAX_HYPERPARAMETER_VALUE = 2_500;

export function trainingRules({ training, data }: SpecDraft, report: Report): void {
  if (!training) return;
  const algorithm = training.algorithm ?? 'xgboost';
  for (const section of ['xgboost', 'container'] as const) {
    const path = ['training', section];
    if (algorithm === section && training[section] === undefined)
      report(path, `is missing: training.algorithm is ${algorithm}`, undefined, `the settings of ${section}`);
    if (algorithm !== section && training[section] !== undefined)
      report(path, `does not go with training.algorithm ${algorithm}`, training[section], 'nothing');
  }

  const { window, split, trigger, maxRuntime, container } = training;
  if (typeof window === 'object' && 'last' in window && data && data.timestamp === undefined)
    report(['training', 'window', 'last'], 'needs data.timestamp', window.last, 'all or {datasets: 3}');
  const share = (split?.validation ?? 0) + (split?.holdout ?? 0);
  // 0.6 + 0.3 is a little below 0.9 in binary, 0.45 + 0.45 is not: compare what people read
  if (Number(share.toFixed(9)) >= MAX_SPLIT_SHARE)
    report(['training', 'split'], 'leaves too little to train on', split, `shares with a sum below ${MAX_SPLIT_SHARE}`);
  atMost(['training', 'trigger', 'debounce'], trigger?.debounce, MAX_DEBOUNCE, report);
  atMost(['training', 'maxRuntime'], maxRuntime, MAX_RUNTIME, report);

  const parameters = Object.entries(container?.hyperparameters ?? {});
  const path = ['training', 'container', 'hyperparameters'];
  if (parameters.length > MAX_HYPERPARAMETERS)
    report(path, 'are too many', parameters.length, `at most ${MAX_HYPERPARAMETERS}`);
  for (const [name, value] of parameters) {
    if (name === '' || name.length > MAX_HYPERPARAMETER_NAME)
      report([...path, name], 'has no usable name', name, `1 to ${MAX_HYPERPARAMETER_NAME} characters`);
    if (String(value).length > MAX_HYPERPARAMETER_VALUE)
      report([...path, name], 'is too long', value, `at most ${MAX_HYPERPARAMETER_VALUE} characters`);
  }
}

export function atMost(path: string[], value: string | undefined, limit: string, report: Report): void {
  if (value !== undefined && durationMs(value) > durationMs(limit))
    report(path, 'is too long', value, `at most ${limit}`);
}
