import type { SpecDraft } from '../draft.ts';
import { oneOf, suggestion } from '../issues.ts';
import type { Path, Report } from '../problem.ts';
import { allowedText, inRange, XGBOOST_HYPERPARAMETERS, XGBOOST_METRICS } from '../xgboost-hyperparameters.ts';
import { metricFits } from './xgboost.ts';

type TuningDraft = NonNullable<NonNullable<SpecDraft['training']>['tuning']>;
type RangeDraft = NonNullable<NonNullable<TuningDraft['ranges']>[string]>;

const TUNABLE = [...XGBOOST_HYPERPARAMETERS].filter(([, { tunable }]) => tunable).map(([name]) => name);
const PREFIX = 'validation:';

export function tuningRules(draft: SpecDraft, report: Report): void {
  const { training, task } = draft;
  const tuning = training?.tuning;
  if (!training || !tuning) return;
  const xgboost = (training.algorithm ?? 'xgboost') === 'xgboost';
  const path = ['training', 'tuning'];
  const { maxJobs, maxParallelJobs } = tuning;
  if (maxJobs !== undefined && maxParallelJobs !== undefined && maxParallelJobs > maxJobs)
    report([...path, 'maxParallelJobs'], 'is above maxJobs', maxParallelJobs, `at most ${maxJobs}`);
  if (xgboost) objectiveRules(tuning, task, report);

  const ranges = Object.entries(tuning.ranges ?? {});
  if (tuning.ranges && ranges.length === 0) report([...path, 'ranges'], 'are empty', {}, 'at least one range');
  const fixed = Object.keys((xgboost ? training.xgboost : training.container)?.hyperparameters ?? {});
  for (const [name, range] of ranges) {
    const at = [...path, 'ranges', name];
    const twice = fixed.find((other) => other === name || XGBOOST_HYPERPARAMETERS.get(other)?.aliasOf === name);
    if (twice !== undefined && (xgboost || twice === name))
      report(at, `is fixed by hyperparameters.${twice}, too`, range, 'one of both');
    if (xgboost) xgboostRange(name, range as RangeDraft, at, report);
    boundRules(range as RangeDraft, at, report);
  }
}

function objectiveRules({ objective }: TuningDraft, task: string | undefined, report: Report): void {
  const { metric, goal } = objective ?? {};
  if (metric === undefined) return;
  const known = [...XGBOOST_METRICS.keys()].filter((name) => metricFits(name, task)).map((name) => PREFIX + name);
  const path = ['training', 'tuning', 'objective'];
  if (!known.includes(metric)) {
    report([...path, 'metric'], `is no objective of XGBoost here${suggestion(metric, known)}`, metric, oneOf(known));
    return;
  }
  const better = XGBOOST_METRICS.get(metric.slice(PREFIX.length));
  if (goal !== undefined && goal !== better)
    report([...path, 'goal'], `is the wrong way for ${metric}`, goal, String(better));
}

function xgboostRange(name: string, range: RangeDraft, path: Path, report: Report): void {
  const parameter = XGBOOST_HYPERPARAMETERS.get(name);
  if (!parameter?.tunable || (parameter.kind !== 'integer' && parameter.kind !== 'number')) {
    const guess = parameter?.aliasOf ? `; did you mean ${parameter.aliasOf}?` : suggestion(name, TUNABLE);
    report(path, `cannot be tuned${guess}`, range, oneOf(TUNABLE));
    return;
  }
  if ('values' in range) {
    report([...path, 'values'], `does not go with the number ${name}`, range.values, '{min, max, scale}');
    return;
  }
  if (!('min' in range)) return;
  for (const [bound, value] of Object.entries({ min: range.min, max: range.max })) {
    const whole = parameter.kind !== 'integer' || Number.isInteger(value);
    if (value !== undefined && !(whole && inRange(value, parameter.range)))
      report([...path, bound], `is out of the range of ${name}`, value, allowedText(parameter));
  }
}

function boundRules(range: RangeDraft, path: Path, report: Report): void {
  if (!('min' in range)) return;
  const { min, max, scale } = range;
  if (min !== undefined && max !== undefined && min >= max)
    report([...path, 'min'], 'is not below max', min, `less than ${max}`);
  if (scale === 'logarithmic' && min !== undefined && min <= 0)
    report([...path, 'min'], 'has no logarithm', min, 'more than 0, or scale linear');
}
