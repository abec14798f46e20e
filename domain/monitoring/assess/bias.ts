import { biasDrift, groupInterval } from '../../../stats/bias/index.ts';
import type { Interval } from '../../../stats/intervals/index.ts';
import type { ModelSpec } from '../../spec/model-spec.ts';
import type { GroupCounts } from '../window-record.ts';
import { BIAS_FIGURES, type BiasSpec, comparedGroups, type Group } from './bias-figures.ts';
import { type Draft, legible } from './draft.ts';
import type { JudgedRows } from './judged-rows.ts';
import { type Estimated, fallPValue, risePValue } from './normal-tests.ts';
import { figure, figureSentence } from './sentences.ts';

/** Just short of a breach: an interval that reaches into the allowed range is none, however far off the figure. */
const NO_BREACH = 0.999;

/**
 * Each declared metric of each column's groups against its allowed range. As with Clarify an alarm takes a confidence interval
 * that lies outside the range altogether; besides that it takes significance over all tests of the window. Without bounds the
 * range is what is no further from parity than the baseline's figure, the chance in which counts too.
 */
export function biasDrafts(rows: JudgedRows, holdout: readonly GroupCounts[], spec: ModelSpec): Draft[] {
  return spec.monitoring.bias.map((bias) => biasDraft(rows, holdout, bias, spec.data.protected));
}

function biasDraft(
  { record, effective }: JudgedRows,
  holdout: readonly GroupCounts[],
  bias: BiasSpec,
  hidden: readonly string[],
): Draft {
  const { column, metric, minRows } = bias;
  const { groups, small } = comparedGroups(record.groups, bias, hidden, effective);
  const rows = groups.reduce((sum, { tp, fp, fn, tn }) => sum + tp + fp + fn + tn, 0);
  const at = { monitor: 'bias' as const, subject: `${column} ${metric}`, measure: metric, rows };
  const silent = (why: string): Draft => ({ ...at, excess: 0, insufficient: true, message: `${at.subject}: ${why}` });
  if (groups.length < 2) {
    const labelled = BIAS_FIGURES[metric].labels ? 'labelled rows' : 'rows';
    return silent(
      `${groups.length} of ${groups.length + small} groups have ${minRows} ${labelled} or more, two are needed`,
    );
  }
  const now = estimated(groups, bias, 1 / effective);
  if (!now) return silent('undefined for these groups');
  const before = allowedOf(holdout, bias, hidden);
  if (!before) return silent('no range is declared, and the baseline has no groups to compare with');
  return judged(at, now, before, bias);
}

/** What a figure is held against, on the scale where 0 is parity. */
interface Allowed {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** Of a bound that was measured. */
  readonly interval?: Interval | undefined;
  readonly baseline?: number | undefined;
}

function allowedOf(holdout: readonly GroupCounts[], bias: BiasSpec, hidden: readonly string[]): Allowed | undefined {
  const { groups } = comparedGroups(holdout, bias, hidden, 1);
  const before = groups.length < 2 ? undefined : estimated(groups, bias, 1);
  const baseline = before?.figure;
  if (bias.min !== undefined || bias.max !== undefined) {
    return { min: scaled(bias.min, bias), max: scaled(bias.max, bias), baseline };
  }
  if (!before) return undefined;
  const most = Math.abs(before.value);
  // how far from parity the baseline is, with the same spread
  const half = (before.interval.upper - before.interval.lower) / 2;
  return { min: -most, max: most, interval: { lower: most - half, upper: most + half }, baseline };
}

interface Measured extends Estimated {
  /** As declared; `value` and `interval` are on the scale where 0 is parity. */
  readonly figure: number;
  readonly shown: Interval;
}

function estimated(groups: readonly Group[], bias: BiasSpec, designEffect: number): Measured | undefined {
  const { between, among, ratio } = BIAS_FIGURES[bias.metric];
  const of = (counted: readonly Group[]) =>
    bias.disadvantaged ? between(counted[0] as Group, counted[1] as Group) : among(counted);
  const figureNow = of(groups);
  const pairs = bias.disadvantaged ? 1 : (groups.length * (groups.length - 1)) / 2;
  const shown = groupInterval(groups, of, { designEffect, comparisons: pairs, scale: ratio ? 'log' : 'linear' });
  const [value, lower, upper] = [figureNow, shown?.lower, shown?.upper].map((bound) => scaled(bound, bias) as number);
  if (!shown || ![value, lower, upper].every(Number.isFinite)) return undefined;
  return {
    figure: figureNow,
    shown,
    value: value as number,
    interval: { lower: lower as number, upper: upper as number },
  };
}

function judged(
  at: Pick<Draft, 'monitor' | 'subject' | 'measure' | 'rows'>,
  now: Measured,
  allowed: Allowed,
  bias: BiasSpec,
): Draft {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, interval } = allowed;
  const high = max - now.value < now.value - min;
  const bound = high ? max : min;
  const held = (value: number) => (interval ? { value, interval: high ? interval : mirrored(interval) } : value);
  const chance = Number.isFinite(bound) ? (high ? risePValue : fallPValue)(now, held(bound)) : 1;
  const outside = biasDrift(now.value, now.interval, { min, max }) === true;
  const ratio = bound === 0 ? 1 + Math.abs(now.value) : Math.abs(now.value / bound);
  const told = {
    ...{ ...at, value: now.figure, interval: [now.shown.lower, now.shown.upper] as [number, number] },
    ...(allowed.baseline !== undefined && { baseline: allowed.baseline }),
    ...(Number.isFinite(bound) && { threshold: unscaled(bound, bias), pValue: legible(chance) }),
  };
  const range = `${figure(now.shown.lower)} to ${figure(now.shown.upper)}`;
  const rule = allowed.interval
    ? `no further from parity than ${figure(told.threshold ?? 0)} of the holdout`
    : rangeText(bias);
  const excess = outside ? Math.max(1, ratio) : Math.min(NO_BREACH, inside(now.value, min, max) ? 0 : ratio);
  return { ...told, excess, message: figureSentence(told, `with 95 % confidence ${range}; allowed is ${rule}`) };
}

const inside = (value: number, min: number, max: number): boolean => value >= min && value <= max;
const mirrored = ({ lower, upper }: Interval): Interval => ({ lower: -upper, upper: -lower });

function rangeText({ min, max }: BiasSpec): string {
  if (min === undefined) return `${max} or less`;
  return max === undefined ? `${min} or more` : `${min} to ${max}`;
}

const scaled = (value: number | undefined, { metric }: BiasSpec): number | undefined =>
  value !== undefined && BIAS_FIGURES[metric].ratio ? Math.log(value) : value;
const unscaled = (value: number, { metric }: BiasSpec): number =>
  BIAS_FIGURES[metric].ratio ? Math.exp(value) : value;
