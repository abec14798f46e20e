import prices from '../../lib/prices.json' with { type: 'json' };
import { requestsOf, usdOf } from './service-meter.ts';
import type { Phase, TickResult } from './tick-task.ts';

/** A function as lib/monitoring.ts has it. */
interface LambdaShape {
  readonly gigabytes: number;
  /** Requests that one run has under way. */
  readonly atOnce: number;
}
const TICK: LambdaShape = { gigabytes: 0.25, atOnce: 10 };
const MONITOR: LambdaShape = { gigabytes: 1.5, atOnce: 1 };
/** Runs of monitor-model side by side. */
export const MONITORS_AT_ONCE = 5;
/** Memory at which a function has a whole vCPU. */
const VCPU_GIGABYTES = 1_769 / 1_024;
/** START, END and REPORT of an invocation. */
const LOG_BYTES = 500;
const TICKS_PER_DAY = 24;
const DAYS_PER_MONTH = 730 / 24;

export interface Priced extends Phase {
  /** Of all invocations together. */
  readonly lambdaSeconds: number;
  readonly gigabyteSeconds: number;
  readonly usd: Readonly<Record<'s3' | 'dynamo' | 'sqs' | 'events' | 'lambda' | 'logs', number>>;
}

export const totalUsd = ({ usd }: Priced): number => Object.values(usd).reduce((sum, one) => sum + one, 0);

/** Lambda bills from the first request to the last answer: CPU time at the share it has, and waiting. */
function priced(phase: Phase, { gigabytes, atOnce }: LambdaShape, invocations: number, answerMs: number): Priced {
  const cpu = phase.cpuSeconds * Math.max(1, VCPU_GIGABYTES / gigabytes);
  const lambdaSeconds = cpu + (requestsOf(phase.bill) * answerMs) / 1_000 / atOnce;
  const gigabyteSeconds = lambdaSeconds * gigabytes;
  const lambda = invocations * prices.lambdaRequest + gigabyteSeconds * prices.lambdaArm64GbSecond;
  const logs = ((phase.logBytes + invocations * LOG_BYTES) / 1e9) * prices.logGigabyte;
  return { ...phase, lambdaSeconds, gigabyteSeconds, usd: { ...usdOf(phase.bill), lambda, logs } };
}

export interface PricedTicks {
  readonly idle: Priced;
  readonly open: Priced;
  readonly closed: Priced;
  readonly monitored: Priced;
}

export const pricedTicks = (
  { idle, open, closed, monitored }: TickResult,
  windows: number,
  answerMs: number,
): PricedTicks => ({
  idle: priced(idle, TICK, 1, answerMs),
  open: priced(open, TICK, 1, answerMs),
  closed: priced(closed, TICK, 1, answerMs),
  monitored: priced(monitored, MONITOR, windows, answerMs),
});

/** Of 730 hours: a tick each, of which one a day finds windows closed and has them monitored, and the others find them open. */
export const monthly = ({ open, closed, monitored }: PricedTicks, of: (phase: Priced) => number): number =>
  DAYS_PER_MONTH * ((TICKS_PER_DAY - 1) * of(open) + of(closed) + of(monitored));

export const idleMonth = ({ idle }: PricedTicks): number => DAYS_PER_MONTH * TICKS_PER_DAY * totalUsd(idle);

/** What a month of keeping costs of what a month of windows leaves: items with their backup, records, indexes and reports. */
export const keptUsd = ({ monitored: { tableBytes, bucketBytes } }: PricedTicks): number =>
  DAYS_PER_MONTH *
  ((tableBytes / 1e9) * (prices.dynamoGigabyteMonth + prices.dynamoBackupGigabyteMonth) +
    (bucketBytes / 1e9) * prices.s3GigabyteMonth);
