import { describe, expect, it } from 'vitest';
import type { ChampionJudgement, Judgement } from '../../../domain/evaluation/evaluation.ts';
import { fairnessOf } from '../../../domain/evaluation/fairness.ts';
import { decideGates } from '../../../domain/evaluation/gates.ts';
import { judge } from '../../../domain/evaluation/judge.ts';
import type { Scored } from '../../../domain/evaluation/scored.ts';
import { aModelSpec } from '../../fixtures/builders.ts';

const specWith = (...gates: unknown[]) => aModelSpec({ evaluation: { gates, minHoldoutRows: 100 } });
const aJudgement = (changes: Partial<Judgement> = {}): Judgement => ({
  rows: 1_000,
  metrics: { auc: 0.8, log_loss: 0.4 },
  slices: [],
  fairness: [],
  ...changes,
});
const aChampion = (metrics: Record<string, number>, changes: Partial<ChampionJudgement> = {}): ChampionJudgement => ({
  version: 3,
  basis: 'same-rows',
  metrics,
  ...changes,
});
const verdict = (gate: unknown, candidate = aJudgement(), champion?: ChampionJudgement) => {
  const { passed, outcomes } = decideGates(specWith(gate), candidate, champion);
  expect(outcomes[0]?.passed).toBe(passed);
  return { passed, reason: outcomes[0]?.reason ?? '', value: outcomes[0]?.value };
};

describe('an absolute gate', () => {
  const cases = [
    { gate: { metric: 'auc', min: 0.8 }, passed: true },
    { gate: { metric: 'auc', min: 0.8000001 }, passed: false },
    { gate: { metric: 'log_loss', max: 0.4 }, passed: true },
    { gate: { metric: 'log_loss', max: 0.3999999 }, passed: false },
    { gate: { metric: 'auc', min: 0.7, max: 0.9 }, passed: true },
    { gate: { metric: 'f1', min: 0 }, passed: false },
    { gate: { metric: 'auc' }, passed: false },
  ];
  for (const { gate, passed } of cases) {
    it(`${passed ? 'passes' : 'fails'} ${JSON.stringify(gate)}`, () => {
      expect(verdict({ type: 'absolute', ...gate }).passed).toBe(passed);
    });
  }
  it('fails on NaN', () => {
    const candidate = aJudgement({ metrics: { auc: Number.NaN } });
    expect(verdict({ type: 'absolute', metric: 'auc', min: 0 }, candidate)).toMatchObject({
      passed: false,
      reason: 'auc is undefined here',
    });
  });
});

describe('a champion gate', () => {
  const cases = [
    { metric: 'auc', margin: 0, theirs: 0.8, passed: true },
    { metric: 'auc', margin: 0, theirs: 0.81, passed: false },
    { metric: 'auc', margin: 0.1, theirs: 0.7, passed: true },
    { metric: 'auc', margin: 0.11, theirs: 0.7, passed: false },
    { metric: 'auc', margin: -0.02, theirs: 0.81, passed: true },
    { metric: 'log_loss', margin: 0, theirs: 0.39, passed: false },
    { metric: 'log_loss', margin: 0.05, theirs: 0.45, passed: true },
    { metric: 'log_loss', margin: 0.06, theirs: 0.45, passed: false },
  ];
  for (const { metric, margin, theirs, passed } of cases) {
    it(`${passed ? 'passes' : 'fails'} with ${metric} against ${theirs} at margin ${margin}`, () => {
      expect(verdict({ type: 'champion', metric, margin }, aJudgement(), aChampion({ [metric]: theirs })).passed).toBe(
        passed,
      );
    });
  }
  it('passes the first model and says so', () => {
    expect(verdict({ type: 'champion', metric: 'auc' })).toMatchObject({
      passed: true,
      reason: expect.stringContaining('first model'),
    });
  });
  it('fails if the champion could not be judged, and says why', () => {
    const champion = aChampion({}, { basis: 'none', problem: 'it needs the column age' });
    expect(verdict({ type: 'champion', metric: 'auc' }, aJudgement(), champion)).toMatchObject({
      passed: false,
      reason: 'champion 3 cannot be compared with: it needs the column age',
    });
  });
  it('fails the first model too if its figure is undefined', () => {
    expect(verdict({ type: 'champion', metric: 'f1' }).passed).toBe(false);
  });
});

/** 300 rows: 200 of `a` all right, 100 of `b` half right; three of `c`. */
function aScored(): { scored: Scored; values: string[] } {
  const values = [...Array<string>(200).fill('a'), ...Array<string>(100).fill('b'), ...Array<string>(3).fill('c')];
  const labels = Float64Array.from(values, (_, i) => i % 2);
  const predictions = Float64Array.from(values, (value, i) => (value === 'a' || i % 4 < 2 ? i % 2 : 1 - (i % 2)));
  return { scored: { task: 'binary', labels, predictions, width: 1, threshold: 0.5 }, values };
}

describe('a slice gate', () => {
  const gate = { type: 'slice', column: 'plan', metric: 'accuracy', min: 0.6, minRows: 100 };
  const judged = (changes: object, columns?: Map<string, string[]>) => {
    const { scored, values } = aScored();
    const spec = specWith({ ...gate, ...changes });
    return decideGates(spec, judge(spec, scored, columns ?? new Map([['plan', values]])), undefined);
  };
  it('holds in every value that has enough rows', () => {
    const failed = judged({});
    expect(failed.passed).toBe(false);
    expect(failed.outcomes[0]?.reason).toBe('plan = b: accuracy 0.5 < 0.6');
    expect(judged({ min: 0.5 }).outcomes[0]).toMatchObject({
      passed: true,
      value: 0.5,
      reason: expect.stringContaining('worst of 2'),
    });
  });
  it('leaves small values out', () => expect(judged({ minRows: 101 }).passed).toBe(true));
  it('fails if no value has enough rows', () => {
    expect(judged({ minRows: 201 }).outcomes[0]).toMatchObject({
      passed: false,
      reason: 'no value of plan has 201 holdout rows',
    });
  });
  it('fails if the column is not there', () => expect(judged({}, new Map()).passed).toBe(false));
  it('fails if the metric is undefined in a slice', () => {
    expect(judged({ metric: 'auc', minRows: 1, min: 0 }).outcomes[0]).toMatchObject({ passed: true });
    const { scored, values } = aScored();
    const spec = specWith({ ...gate, metric: 'auc', min: 0 });
    const onlyNegatives = { ...scored, labels: scored.labels.map((label, i) => (values[i] === 'b' ? 0 : label)) };
    const decision = decideGates(spec, judge(spec, onlyNegatives, new Map([['plan', values]])), undefined);
    expect(decision.outcomes[0]?.reason).toBe('plan = b: auc is undefined here');
  });
});

describe('a fairness gate', () => {
  const rates = (selectionRate: number, truePositiveRate: number) => ({ rows: 100, selectionRate, truePositiveRate });
  it('compares the groups that are furthest apart', () => {
    const figures = fairnessOf([rates(0.5, 0.9), rates(0.4, 0.6), rates(0.2, 0.8)]);
    expect(figures.demographic_parity_difference).toBeCloseTo(0.3, 12);
    expect(figures.disparate_impact).toBeCloseTo(0.4, 12);
    expect(figures.equal_opportunity_difference).toBeCloseTo(0.3, 12);
  });
  it('is undefined where a rate is', () => {
    expect(fairnessOf([rates(0, 1), rates(0, Number.NaN)])).toEqual({
      demographic_parity_difference: 0,
      disparate_impact: Number.NaN,
      equal_opportunity_difference: Number.NaN,
    });
    expect(Object.values(fairnessOf([rates(0.5, 0.5)])).every(Number.isNaN)).toBe(true);
  });

  const { scored, values } = aScored();
  const decide = (changes: object) => {
    const spec = specWith({
      type: 'fairness',
      column: 'gender',
      metric: 'equal_opportunity_difference',
      max: 0.4,
      minRows: 100,
      ...changes,
    });
    const judgement = judge(spec, scored, new Map([['gender', values]]));
    return { judgement, outcome: decideGates(spec, judgement, undefined).outcomes[0] };
  };
  it('judges groups with enough rows', () => {
    // every positive of a is found, half of b's
    expect(decide({}).outcome).toMatchObject({ passed: false, value: 0.5 });
    expect(decide({ max: 0.5 }).outcome?.passed).toBe(true);
    expect(decide({}).judgement.fairness[0]).toMatchObject({ smallGroups: 1, groups: [{ rows: 200 }, { rows: 100 }] });
  });
  it('fails with one group', () => {
    expect(decide({ minRows: 101, max: 1 }).outcome).toMatchObject({
      passed: false,
      reason: '1 groups of gender have 101 holdout rows, 2 are needed',
    });
  });
  it('does not show the values of a protected column', () => {
    const shown = JSON.stringify(decide({}));
    expect(shown).not.toMatch(/"value":"[abc]"/);
    expect(shown).toMatch(/"value":"#[0-9a-f]{8}"/);
  });
});

it('no gate passes on too few rows', () => {
  const spec = specWith({ type: 'absolute', metric: 'auc', min: 0.1 }, { type: 'champion', metric: 'auc' });
  expect(decideGates(spec, aJudgement({ rows: 99 }), undefined)).toMatchObject({
    passed: false,
    outcomes: [{ passed: false, reason: '99 holdout rows, at least 100 are needed' }, { passed: false }],
  });
  expect(decideGates(spec, aJudgement({ rows: 100 }), undefined).passed).toBe(true);
});

it('one failed gate fails all', () => {
  const spec = specWith({ type: 'absolute', metric: 'auc', min: 0.1 }, { type: 'absolute', metric: 'auc', min: 0.9 });
  const { passed, outcomes } = decideGates(spec, aJudgement(), undefined);
  expect([passed, ...outcomes.map((outcome) => outcome.passed)]).toEqual([false, true, false]);
});
