import { describe, expect, it } from 'vitest';
import { judgedBy } from '../../../domain/rollout/judged-by.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { aModelVersion } from '../../fixtures/entities.ts';

const profile = (figures: object) => ({
  ...{ name: 'y', type: 'numeric', count: 100, nulls: 0, nans: 0, infinities: 0 },
  ...figures,
});
const REGRESSION = {
  task: 'regression',
  data: {
    target: 'spend',
    columns: [
      { name: 'age', type: 'number' },
      { name: 'spend', type: 'number' },
    ],
    id: undefined,
    timestamp: undefined,
    protected: [],
  },
  training: { xgboost: { hyperparameters: { objective: 'reg:squarederror', num_round: 20 } } },
  evaluation: { gates: [{ type: 'absolute', metric: 'rmse', max: 10 }] },
};

function judged(spec: object, label: object = {}) {
  const baseline = {
    version: 1,
    rows: 100,
    features: [],
    label: profile(label),
    holdoutRows: 10,
    prediction: profile({}),
  };
  return judgedBy(aModelSpec(spec as never), 3, {
    registry: { requireVersion: async (_, version) => aModelVersion({ version }) },
    artifacts: { getBytes: async () => new TextEncoder().encode(JSON.stringify(baseline)) },
  });
}

describe('what the router counts of a rollout', () => {
  it('needs nothing of a model with classes', async () => {
    expect(await judged({})).toEqual({ judged: {} });
  });

  it('has predictions kept where quality is judged', async () => {
    expect(await judged({ deployment: { judging: { quality: {} } } })).toEqual({ judged: { quality: true } });
  });

  it('is between three deviations either side of the champion’s mean label for a regression', async () => {
    expect(await judged(REGRESSION, { mean: 50, m2: 10_000 })).toEqual({ judged: { range: [20, 80] } });
  });

  for (const [what, label] of [
    ['are all alike', { mean: 50, m2: 0 }],
    ['have no moments', {}],
  ] as const) {
    it(`has no range where labels ${what}`, async () => {
      expect(await judged(REGRESSION, label)).toEqual({ judged: {} });
    });
  }
});
