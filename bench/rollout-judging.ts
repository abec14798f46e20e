import { parseArgs } from 'node:util';
import { judgeStep } from '../domain/rollout/judge.ts';
import { steppedOf } from '../domain/rollout/plan.ts';
import { type ArmCounts, noCounts, type StepCounts } from '../domain/rollout/step-counts.ts';
import { JudgingSpec, RolloutStrategy } from '../domain/spec/rollout-strategy.ts';
import { binomialUpperTail } from '../stats/distributions/index.ts';
import { markdownTable, numberOption, print, say, verdict, whole } from './lib/report.ts';
import { random as uniformOf } from './random-model.ts';

/**
 * How often candidates of known error rates are rolled back for their errors, and after how many of their requests; beside a
 * binomial test at 1 % that is repeated at every look and knows no champion.
 *
 * Usage: node bench/rollout-judging.ts [--rollouts 1000] [--seed 1]
 */
const { values } = parseArgs({
  options: { rollouts: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const rollouts = numberOption('rollouts', values.rollouts, 20);
const seed = numberOption('seed', values.seed, 0);

const STEPS = [0.05, 0.2, 0.5];
const REQUESTS_PER_STEP = 10_000;
const LOOK_EVERY = 100;
const REPEATED_LEVEL = 0.01;
const judging = JudgingSpec.parse({});
const margin = judging.errors.margin;

type Judge = (steps: readonly StepCounts[]) => boolean;
const millrace =
  (maxErrorRate: number): Judge =>
  (steps) => {
    const strategy = steppedOf(RolloutStrategy.parse({ type: 'canary', steps: STEPS, maxErrorRate }));
    return strategy !== undefined && judgeStep({ strategy, judging, steps, elapsedMs: 0 }).verdict === 'roll-back';
  };
const repeated =
  (maxErrorRate: number): Judge =>
  (steps) => {
    const { requests, errors } = steps.at(-1)?.candidate ?? { requests: 0, errors: 0 };
    return errors > requests * maxErrorRate && binomialUpperTail(errors, requests, maxErrorRate) < REPEATED_LEVEL;
  };

print(
  `${whole(rollouts)} rollouts each: steps ${STEPS.join(', ')} of ${whole(REQUESTS_PER_STEP)} requests, a look every ${LOOK_EVERY}; alpha ${judging.alpha}, margin ${margin}\n\n`,
);
const good: readonly (readonly [number, number, number])[] = [
  [0.001, 0.001, 0.01],
  [0.001, 0.001 + margin, 0.01],
  [0.01, 0.01, 0.01],
  [0.05, 0.05, 1],
];
print(
  markdownTable(
    ['champion fails', 'candidate', '`maxErrorRate`', 'rolled back', 'stated', 'repeated binomial test'],
    good.map(([champion, candidate, limit]) => {
      say(`good: ${candidate} beside ${champion}`);
      const share = caught(champion, candidate, millrace(limit)).length / rollouts;
      const other = caught(champion, candidate, repeated(limit)).length / rollouts;
      return [
        percent(champion),
        percent(candidate),
        percent(limit),
        percent(share),
        verdict(share, judging.alpha),
        percent(other),
      ];
    }),
  ),
);
print('\n');
const bad: readonly (readonly [number, number, number])[] = [
  [0.001, 0.02, 0.01],
  [0.001, 0.05, 0.01],
  [0.001, 0.5, 0.01],
  [0.001, 1, 0.01],
  [0.001, 0.02, 1],
  [0.001, 0.05, 1],
  [0.05, 0.1, 1],
];
print(
  markdownTable(
    ['champion fails', 'candidate', '`maxErrorRate`', 'rolled back', 'requests, median', '95 %', 'most'],
    bad.map(([champion, candidate, limit]) => {
      say(`bad: ${candidate} beside ${champion}`);
      const after = caught(champion, candidate, millrace(limit)).sort((a, b) => a - b);
      const at = (share: number) =>
        whole(after[Math.min(after.length - 1, Math.floor(share * after.length))] ?? Number.NaN);
      const found = percent(after.length / rollouts);
      return [percent(champion), percent(candidate), percent(limit), found, at(0.5), at(0.95), at(1)];
    }),
  ),
);

/** Of each rollout that is rolled back: requests that the candidate had answered. */
function caught(champion: number, candidate: number, rollsBack: Judge): number[] {
  const random = uniformOf(seed);
  const after: number[] = [];
  for (let i = 0; i < rollouts; i++) {
    const answered = untilRolledBack(champion, candidate, rollsBack, random);
    if (answered !== undefined) after.push(answered);
  }
  return after;
}

function untilRolledBack(
  champion: number,
  candidate: number,
  rollsBack: Judge,
  random: () => number,
): number | undefined {
  const steps: StepCounts[] = [];
  let answered = 0;
  for (const share of STEPS) {
    const step: Record<keyof StepCounts, { -readonly [K in keyof ArmCounts]: ArmCounts[K] }> = {
      candidate: noCounts(),
      others: noCounts(),
    };
    steps.push(step);
    for (let n = 1; n <= REQUESTS_PER_STEP; n++) {
      const toCandidate = random() < share;
      const arm = toCandidate ? step.candidate : step.others;
      arm.requests++;
      if (toCandidate) answered++;
      if (random() < (toCandidate ? candidate : champion)) arm.errors++;
      if (n % LOOK_EVERY === 0 && rollsBack(steps)) return answered;
    }
  }
  return undefined;
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(2))} %`;
}
