import { dollars, roundUsd } from '../dollars.ts';
import { durationMs } from '../duration.ts';
import { costOf, mostUsd } from './cost.ts';
import { rowsSince } from './new-rows.ts';
import {
  type Alarm,
  type AutomaticTrigger,
  decisionTime,
  type Held,
  isAutomatic,
  type TriggerState,
} from './reasons-to-train.ts';

const DAY_MS = 86_400_000;
export const MONTH_MS = 30 * DAY_MS;

/** What the brakes look at. Starts are timed as decided, money and failures by the clock. */
function figuresOf(trigger: AutomaticTrigger, { spec, runs, datasets, champion, trainings, now }: TriggerState) {
  const { cooldown, every, breaker } = spec.monitoring.retrain;
  const at = decisionTime(trigger, now).getTime();
  const starts = runs
    .filter((run) => isAutomatic(run.trigger))
    .map((run) => Date.parse(run.trigger.at ?? run.startedAt));
  const newest = runs.reduce(
    (latest, { startedAt }) => Math.max(latest, Date.parse(startedAt)),
    Number.NEGATIVE_INFINITY,
  );
  const costs = runs
    .filter(({ startedAt }) => now.getTime() - Date.parse(startedAt) < MONTH_MS)
    .map((run) => costOf(run, trainings?.get(run.specVersion) ?? spec.training));
  const { failures, last } = failedInARow(runs);
  return {
    newRows: rowsSince(datasets, champion?.datasetVersions ?? []),
    cooling: starts.some((start) => Math.abs(at - start) < durationMs(cooldown)),
    startsPerDay: mostWithin(starts, at, DAY_MS),
    startsPerMonth: mostWithin(starts, at, MONTH_MS),
    usdPerMonth: roundUsd(costs.reduce((sum, { usd }) => sum + usd, 0)),
    usdMost: roundUsd(mostUsd(spec.training)),
    billed: costs.filter(({ billed }) => billed).length,
    estimated: costs.filter(({ billed }) => !billed).length,
    failures,
    pausedUntil: failures >= breaker.failures && last !== undefined ? last + durationMs(breaker.pause) : undefined,
    dueAt: every === undefined ? undefined : newest + durationMs(every),
  };
}
type Figures = ReturnType<typeof figuresOf>;
type Retrain = TriggerState['spec']['monitoring']['retrain'];

/**
 * The most events in any span of `ms` that would hold one at `at` too, that one not counted. Alarms may be decided out of
 * the order of their times, so spans that end later count as well.
 */
function mostWithin(times: readonly number[], at: number, ms: number): number {
  const ends = [at, ...times.filter((time) => time > at && time - at < ms)];
  const within = (end: number) => times.filter((time) => time <= end && end - time < ms).length;
  return ends.reduce((most, end) => Math.max(most, within(end)), 0);
}

/** Automatic runs that were rejected or failed since the newest run that gave a version. */
function failedInARow(runs: TriggerState['runs']): { failures: number; last?: number } {
  const newestFirst = [...runs].sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  const registered = newestFirst.findIndex(({ status }) => status === 'registered');
  const failed = (registered < 0 ? newestFirst : newestFirst.slice(0, registered))
    .filter(({ status, trigger }) => status !== 'running' && isAutomatic(trigger))
    .map(({ endedAt, startedAt }) => Date.parse(endedAt ?? startedAt));
  const last = failed.reduce((latest, time) => Math.max(latest, time), Number.NEGATIVE_INFINITY);
  return { failures: failed.length, ...(failed.length > 0 && { last }) };
}

const timeText = (ms: number): string => new Date(ms).toISOString();

/** Each says what holds, or undefined. */
const BRAKES: readonly ((
  figures: Figures,
  retrain: Retrain,
  context: { kind: AutomaticTrigger['kind']; now: number },
) => string | undefined)[] = [
  (_, { onDrift }, { kind }) => (kind === 'drift' && !onDrift ? 'monitoring.retrain.onDrift is off' : undefined),
  (_, { onQuality }, { kind }) =>
    kind === 'quality' && !onQuality ? 'monitoring.retrain.onQuality is off' : undefined,
  ({ dueAt }, { every }, { kind, now }) => {
    if (kind !== 'schedule') return undefined;
    if (dueAt === undefined) return 'monitoring.retrain.every is not set';
    return dueAt > now ? `the newest run began less than ${every} ago` : undefined;
  },
  ({ cooling }, { cooldown }) => (cooling ? `the last retraining was less than ${cooldown} before` : undefined),
  ({ startsPerDay }, { maxRunsPerDay }) =>
    startsPerDay >= maxRunsPerDay ? `maxRunsPerDay of ${maxRunsPerDay} is used up` : undefined,
  ({ startsPerMonth }, { maxRunsPerMonth }) =>
    startsPerMonth >= maxRunsPerMonth ? `maxRunsPerMonth of ${maxRunsPerMonth} is used up` : undefined,
  ({ usdPerMonth, usdMost }, { maxCostUsdPerMonth: most }) =>
    most !== undefined && roundUsd(usdPerMonth + usdMost) > most
      ? `runs of the last 30 days cost ${dollars(usdPerMonth)} and this one may cost ${dollars(usdMost)}, maxCostUsdPerMonth is ${most}`
      : undefined,
  ({ failures, pausedUntil }, _, { now }) =>
    pausedUntil !== undefined && now < pausedUntil
      ? `${failures} retrainings in a row were rejected or failed: paused until ${timeText(pausedUntil)}, but for new data and people`
      : undefined,
  ({ newRows }, { minNewRows }) =>
    newRows < minNewRows
      ? `${newRows} rows are new since the champion's training data, minNewRows is ${minNewRows}`
      : undefined,
];

/** The brakes of `monitoring.retrain`, and each figure beside what it is held against, whether it holds or not. */
export function retrainBrakes(trigger: AutomaticTrigger, state: TriggerState): Held {
  const { retrain } = state.spec.monitoring;
  const figures = figuresOf(trigger, state);
  const context = { kind: trigger.kind, now: state.now.getTime() };
  const held = BRAKES.map((brake) => brake(figures, retrain, context));
  const brakes = held.filter((sentence) => sentence !== undefined);
  return {
    brakes,
    numbers: { ...('alarm' in trigger && alarmNumbers(trigger.alarm)), ...numbersOf(figures, retrain) },
  };
}

function numbersOf(figures: Figures, retrain: Retrain): Held['numbers'] {
  const { every, cooldown, maxRunsPerDay, maxRunsPerMonth, maxCostUsdPerMonth, minNewRows, breaker } = retrain;
  const { dueAt = Number.NEGATIVE_INFINITY, pausedUntil } = figures;
  const dueNext = Number.isFinite(dueAt) && { dueAt: timeText(dueAt) };
  return {
    ...(every !== undefined && { schedule: { every, ...dueNext } }),
    newRows: figures.newRows,
    minNewRows,
    cooldown: { length: cooldown, over: !figures.cooling },
    runs: {
      lastDay: figures.startsPerDay,
      maxPerDay: maxRunsPerDay,
      last30Days: figures.startsPerMonth,
      maxPerMonth: maxRunsPerMonth,
    },
    costUsd: {
      last30Days: figures.usdPerMonth,
      runsByBilledSeconds: figures.billed,
      runsByTheMostTheyMayCost: figures.estimated,
      thisRunAtMost: figures.usdMost,
      ...(maxCostUsdPerMonth !== undefined && { maxPerMonth: maxCostUsdPerMonth }),
    },
    breaker: {
      failedInARow: figures.failures,
      failures: breaker.failures,
      ...(pausedUntil !== undefined && { pausedUntil: timeText(pausedUntil) }),
    },
  };
}

const alarmNumbers = ({ decisionId, monitors, severity }: Alarm) => ({
  alarm: { decision: decisionId, monitors: monitors.join(', '), severity },
});
