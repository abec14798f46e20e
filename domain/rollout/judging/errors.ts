import { anytimePValue } from '../../../stats/sequential/evidence.ts';
import { proportionDifferenceTest } from '../../../stats/sequential/mean-difference.ts';
import { proportionAboveEvidence } from '../../../stats/sequential/proportion-limit.ts';
import type { ArmCounts } from '../step-counts.ts';
import { armTotal, type Evidence, once, type Tested, tested } from './tested.ts';

const differenceTest = once(proportionDifferenceTest);

/** Errors above the limit, and above the champion's by more than the margin. */
export function testErrors(evidence: Evidence): Tested[] {
  const { strategy, judging, steps } = evidence;
  const { margin } = judging.errors;
  const candidate = proportion(armTotal(steps, 'candidate'));
  const others = proportion(armTotal(steps, 'others'));
  const limit = anytimePValue(proportionAboveEvidence(candidate.successes, candidate.trials, strategy.maxErrorRate));
  const arms = steps.map((step, i) => ({
    share: strategy.shares[i] as number,
    candidate: proportion(step.candidate),
    champion: proportion(step.others),
  }));
  // nothing is worse than a champion that nobody has asked
  const difference = others.trials === 0 ? 1 : anytimePValue(differenceTest(margin)(arms));
  const text = `${candidate.successes} of ${candidate.trials} requests failed`;
  const beside = `${others.successes} of ${others.trials} of the champion`;
  return [
    tested('errorLimit', evidence, limit, `${text}, allowed is ${strategy.maxErrorRate}`),
    tested('errors', evidence, difference, `${text} beside ${beside}: worse by more than ${margin}`),
  ];
}

/** Errors are what the tests call successes. */
const proportion = ({ requests, errors }: ArmCounts) => ({ successes: errors, trials: requests });
