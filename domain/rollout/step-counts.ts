import type { RequestCounts } from '../registry/entities.ts';
import type { StepCounts } from './judge.ts';
import type { StepStart } from './rollout-record.ts';

type Counted = Pick<StepStart, 'counts' | 'others'>;

/** What the candidate answered, and what all other versions did. */
export function countedFor(candidate: number, seen: readonly RequestCounts[]): Counted {
  const counts = { requests: 0, errors: 0, latencyMsSum: 0 };
  const others = { requests: 0, errors: 0 };
  for (const { version, requests, errors, latencyMsSum } of seen) {
    const arm = version === candidate ? counts : others;
    arm.requests += requests;
    arm.errors += errors;
    if (version === candidate) counts.latencyMsSum += latencyMsSum;
  }
  return { counts, others };
}

/**
 * What was answered during each step: totals are counted over the whole rollout, and written down as steps begin.
 *
 * @param starts oldest first
 * @param total by now
 */
export function countsOfSteps(starts: readonly Counted[], total: Counted): StepCounts[] {
  return starts.map((start, i) => {
    const end = starts[i + 1] ?? total;
    return {
      candidate: {
        requests: end.counts.requests - start.counts.requests,
        errors: end.counts.errors - start.counts.errors,
        latencyMsSum: end.counts.latencyMsSum - start.counts.latencyMsSum,
      },
      others: {
        requests: end.others.requests - start.others.requests,
        errors: end.others.errors - start.others.errors,
      },
    };
  });
}
