import type { ArmCounts as StageCounts } from '../../../stats/sequential/mean-difference.ts';
import type { JudgingSpec } from '../../spec/rollout-strategy.ts';
import type { Stepped } from '../plan.ts';
import { type ArmCounts, addCounts, noCounts, type StepCounts } from '../step-counts.ts';

/**
 * Shares of `judging.alpha`, one per test. Those of one rollout sum to 1: by Bonferroni's inequality the chance that any of them rolls back a
 * candidate that is none of what they look for is at most alpha. Errors get most, as they are what a rollout is most often
 * ended by; what a spec does not ask for keeps its share unused.
 */
export const LEVELS = {
  errorLimit: 0.25,
  errors: 0.25,
  latencyLimit: 0.125,
  latency: 0.125,
  predictions: 0.125,
  quality: 0.125,
  // of a shadow, which has no labels and so spends nothing on quality
  agreement: 0.125,
} as const;
export type TestName = keyof typeof LEVELS;

/** What a test is made on. */
export interface Evidence {
  readonly strategy: Stepped;
  readonly judging: JudgingSpec;
  /** One for each step that was begun, in the order of the strategy's shares; at least one. */
  readonly steps: readonly StepCounts[];
  /** Classes of a multiclass model. */
  readonly classes?: number;
}

/** One test over the whole rollout so far. */
export interface Tested {
  readonly test: TestName;
  /** Valid at every look. */
  readonly pValue: number;
  /** The candidate is rolled back when the p-value is at most this. */
  readonly level: number;
  /** What is so if it is. */
  readonly text: string;
}

export const tested = (test: TestName, { judging }: Evidence, pValue: number, text: string): Tested => ({
  test,
  pValue,
  level: judging.alpha * LEVELS[test],
  text,
});

/** Over all steps. */
export const armTotal = (steps: readonly StepCounts[], arm: keyof StepCounts): ArmCounts =>
  steps.map((step) => step[arm]).reduce(addCounts, noCounts());

/** A histogram of both arms at the share that each step had. */
export const stagesOf = ({ strategy, steps }: Evidence, bins: 'latencies' | 'predictions' | 'losses'): StageCounts[] =>
  steps.map(({ candidate, others }, i) => ({
    share: strategy.shares[i] as number,
    candidate: candidate[bins],
    champion: others[bins],
  }));

export const total = (bins: readonly number[]): number => bins.reduce((sum, count) => sum + count, 0);

/** Mean of values that were counted. */
export const meanOf = (values: readonly number[], counts: readonly number[]): number =>
  counts.reduce((sum, count, i) => sum + count * (values[i] as number), 0) / total(counts);

/** Made once for each of a few margins: a test works out its bets when it is made. */
export function once<T>(make: (margin: number) => T): (margin: number) => T {
  let last: { readonly margin: number; readonly made: T } | undefined;
  return (margin) => {
    if (last?.margin !== margin) last = { margin, made: make(margin) };
    return last.made;
  };
}
