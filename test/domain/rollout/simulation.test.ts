import { describe, expect, it } from 'vitest';
import { judgeStep } from '../../../domain/rollout/judge.ts';
import type { StepCounts } from '../../../domain/rollout/step-counts.ts';
import { JudgingSpec } from '../../../domain/spec/rollout-strategy.ts';
import { seeded } from '../../fixtures/random.ts';
import { BUILD, type Build, goesToCandidate, REQUESTS_PER_STEP, rollOut, STEPS } from './simulation.ts';

const {
  alpha,
  errors: { margin },
} = JudgingSpec.parse({});
const GOOD = 400;
const LOOK_EVERY = 1_000;

/** A checksum that keeps the last byte: keys that differ in front come together. */
const wrongHash: Build = { ...BUILD, position: (_, key) => (key.charCodeAt(key.length - 1) % 10) / 10 };
/** A choice anew for each request. */
const forgetful = (random: () => number): Build => ({ ...BUILD, position: random });
const neverJudges: Build['judge'] = () => ({ verdict: 'wait', reasons: [], numbers: {} });
/** Errors above the champion's at any look, whether chance explains them or not. */
const hasty: Build['judge'] = (rollout) => {
  const { candidate, others } = rollout.steps.at(-1) as StepCounts;
  const worse = candidate.errors * others.requests > 2 * others.errors * candidate.requests;
  return worse ? { verdict: 'roll-back', reasons: [], numbers: {} } : judgeStep(rollout);
};

describe('traffic between versions', () => {
  const furthest = (build: Build): number =>
    Math.max(
      ...STEPS.map((share) => {
        let chosen = 0;
        for (let n = 0; n < REQUESTS_PER_STEP; n++) if (goesToCandidate(share, `user-${n}`, build)) chosen++;
        return Math.abs(chosen / REQUESTS_PER_STEP - share);
      }),
    );

  it('is split within one point of each share over 10,000 callers', () => {
    expect(furthest(BUILD)).toBeLessThanOrEqual(0.01);
  });
  it('is seen to be split wrongly by a wrong hash', () => {
    expect(furthest(wrongHash)).toBeGreaterThan(0.01);
  });

  /** Callers that change versions within a step, or go back to the champion as the share grows. */
  const moved = (build: Build): number => {
    let count = 0;
    for (let n = 0; n < 2_000; n++) {
      const seen = STEPS.flatMap((share) => [0, 1, 2].map(() => goesToCandidate(share, `user-${n}`, build)));
      const within = STEPS.some((_, i) => seen[3 * i] !== seen[3 * i + 1] || seen[3 * i] !== seen[3 * i + 2]);
      if (within || seen.some((now, i) => i > 0 && seen[i - 1] && !now)) count++;
    }
    return count;
  };

  it('keeps every caller with one version in a step, and with the candidate once it came there', () => {
    expect(moved(BUILD)).toBe(0);
  });
  it('is seen not to stay where each request is placed anew', () => {
    expect(moved(forgetful(seeded(1)))).toBeGreaterThan(0);
  });
});

describe('a whole rollout', () => {
  /** Error rates, and by when all candidates with them are rolled back: requests that they answered. */
  const bad: [number, number][] = [
    [0.02, 4_000],
    [0.05, 1_000],
    [0.5, 100],
  ];
  const BAD = 200;
  const run = (candidate: number, seed: number, every: number, judge?: Build['judge']) =>
    rollOut({ champion: 0.001, candidate, every, random: seeded(seed) }, judge);

  for (const [rate, most] of bad) {
    it(`rolls a candidate that fails at ${rate} back within ${most} of its requests, in all of ${BAD} runs`, () => {
      for (let seed = 1; seed <= BAD; seed++) {
        const { verdict, candidateRequests } = run(rate, seed, 100);
        expect([seed, verdict]).toEqual([seed, 'roll-back']);
        expect(candidateRequests).toBeLessThanOrEqual(most);
      }
    });
  }
  it('is seen not to roll back where nothing is judged', () => {
    expect(run(0.5, 1, 100, neverJudges).verdict).not.toBe('roll-back');
  });

  /** Share of runs that are rolled back. */
  const rolledBack = (candidate: number, runs: number, judge?: Build['judge']): number => {
    let count = 0;
    for (let seed = 1; seed <= runs; seed++) {
      if (run(candidate, seed, LOOK_EVERY, judge).verdict === 'roll-back') count++;
    }
    return count / runs;
  };
  for (const [what, rate] of [
    ['as good as the champion', 0.001],
    ['worse than it by all of the margin', 0.001 + margin],
  ] as const) {
    it(`rolls a candidate ${what} back in at most ${alpha} of ${GOOD} runs`, () => {
      expect(rolledBack(rate, GOOD)).toBeLessThanOrEqual(alpha);
    });
  }
  it('promotes a good candidate', () => {
    for (let seed = 1; seed <= 20; seed++) expect(run(0.001, seed, LOOK_EVERY).verdict).toBe('promote');
  });
  it('is seen to roll good ones back too often where chance is not accounted for', () => {
    expect(rolledBack(0.001, 20, hasty)).toBeGreaterThan(alpha);
  });
});
