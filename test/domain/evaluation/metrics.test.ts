import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metricsOf } from '../../../domain/evaluation/metrics.ts';
import { type Scored, takeRows } from '../../../domain/evaluation/scored.ts';
import { METRICS } from '../../../domain/spec/evaluation.ts';

const scored = (task: Scored['task'], labels: number[], predictions: number[], threshold = 0.5): Scored => ({
  task,
  labels: Float64Array.from(labels),
  predictions: Float64Array.from(predictions),
  width: predictions.length / labels.length,
  threshold,
});

// the examples of scikit-learn's documentation of each function (1.5)
describe('values known from scikit-learn', () => {
  it('roc_auc_score, average_precision_score', () => {
    const metrics = metricsOf(scored('binary', [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]));
    expect(metrics.auc).toBeCloseTo(0.75, 12);
    expect(metrics.average_precision).toBeCloseTo(0.8333333333, 9);
  });
  it('log_loss', () => {
    expect(metricsOf(scored('binary', [1, 0, 0, 1], [0.9, 0.1, 0.2, 0.65])).log_loss).toBeCloseTo(0.21616187468, 10);
    const rows = [0.1, 0.9, 0.9, 0.1, 0.8, 0.2, 0.35, 0.65];
    expect(metricsOf(scored('multiclass', [1, 0, 0, 1], rows)).log_loss).toBeCloseTo(0.21616187468, 10);
  });
  it('brier_score_loss', () => {
    expect(metricsOf(scored('binary', [0, 1, 1, 0], [0.1, 0.9, 0.8, 0.3])).brier).toBeCloseTo(0.0375, 12);
  });
  it('accuracy_score, f1_score(average=macro)', () => {
    const metrics = metricsOf(scored('multiclass', [0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1]));
    expect(metrics.accuracy).toBeCloseTo(1 / 3, 12);
    expect(metrics.f1_macro).toBeCloseTo(0.26666666667, 9);
  });
  it('r2_score, mean_absolute_error, root_mean_squared_error, mean_absolute_percentage_error', () => {
    const metrics = metricsOf(scored('regression', [3, -0.5, 2, 7], [2.5, 0, 2, 8]));
    expect(metrics.r2).toBeCloseTo(0.9486081370449679, 12);
    expect(metrics.mae).toBeCloseTo(0.5, 12);
    expect(metrics.rmse).toBeCloseTo(0.6123724356957945, 12);
    expect(metrics.mape).toBeCloseTo(0.3273809523809524, 12);
  });
});

describe('by hand', () => {
  it('counts at the threshold, which is positive itself', () => {
    // predicted 1: rows 0, 1, 2; tp = 2, fp = 1, fn = 1, tn = 1
    const metrics = metricsOf(scored('binary', [1, 1, 0, 1, 0], [0.9, 0.3, 0.4, 0.2, 0.1], 0.3));
    expect(metrics).toMatchObject({ accuracy: 3 / 5, precision: 2 / 3, recall: 2 / 3, f1: 2 / 3 });
  });
  it('the first of equally likely classes is predicted', () => {
    expect(metricsOf(scored('multiclass', [0, 1], [0.4, 0.4, 0.2, 0.4, 0.4, 0.2])).accuracy).toBe(0.5);
  });
  it('what is undefined is NaN', () => {
    const oneClass = metricsOf(scored('binary', [0, 0], [0.1, 0.2]));
    expect(oneClass).toMatchObject({
      auc: Number.NaN,
      average_precision: Number.NaN,
      precision: Number.NaN,
      recall: Number.NaN,
    });
    expect(metricsOf(scored('regression', [2, 2], [1, 3])).r2).toBeNaN();
    expect(metricsOf(scored('multiclass', [0, 1], [0, 1])).log_loss).toBeNaN();
    for (const task of ['binary', 'multiclass', 'regression'] as const) {
      expect(Object.values(metricsOf({ ...scored(task, [], []), width: 1 })).every(Number.isNaN)).toBe(true);
    }
  });
  it('a sure and wrong probability costs much, not infinitely much', () => {
    expect(metricsOf(scored('binary', [1], [0])).log_loss).toBeCloseTo(36.04365, 4);
  });
});

const aProbability = fc.double({ min: 0, max: 1, noNaN: true });
const binaryRows = fc.array(fc.tuple(fc.constantFrom(0, 1), fc.oneof(aProbability, fc.constantFrom(0, 0.25, 0.5, 1))), {
  minLength: 1,
  maxLength: 60,
});
const ofRows = (rows: [number, number][]): Scored =>
  scored(
    'binary',
    rows.map(([label]) => label),
    rows.map(([, score]) => score),
  );

const shuffledRows = binaryRows.chain((rows) =>
  fc.tuple(fc.constant(rows), fc.shuffledSubarray([...rows.keys()], { minLength: rows.length })),
);

describe('for all rows', () => {
  it('the AUC is the share of pairs that are in order', () => {
    fc.assert(
      fc.property(binaryRows, (rows) => {
        const pairs = rows.flatMap(([a, x]) =>
          rows.filter(([b]) => a === 1 && b === 0).map(([, y]) => (x > y ? 1 : x === y ? 0.5 : 0)),
        );
        const value = metricsOf(ofRows(rows)).auc;
        if (pairs.length === 0) expect(value).toBeNaN();
        else expect(value).toBeCloseTo(pairs.reduce<number>((sum, won) => sum + won, 0) / pairs.length, 10);
      }),
    );
  });

  it('shares stay within 0 and 1, losses are not negative', () => {
    fc.assert(
      fc.property(binaryRows, (rows) => {
        const { log_loss, ...shares } = metricsOf(ofRows(rows));
        expect(log_loss).toBeGreaterThanOrEqual(0);
        for (const share of Object.values(shares).filter((value) => !Number.isNaN(value))) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('the order of rows changes nothing', () => {
    fc.assert(
      fc.property(shuffledRows, ([rows, order]) => {
        const shuffled = metricsOf(takeRows(ofRows(rows), order));
        for (const [name, value] of Object.entries(metricsOf(ofRows(rows)))) {
          if (Number.isNaN(value)) expect(shuffled[name]).toBeNaN();
          else expect(shuffled[name]).toBeCloseTo(value, 10);
        }
      }),
    );
  });
});

it('every metric that a spec can name is computed', () => {
  const examples = {
    binary: scored('binary', [0, 1], [0.1, 0.9]),
    multiclass: scored('multiclass', [0, 1], [0.9, 0.1, 0.2, 0.8]),
    regression: scored('regression', [1, 2], [1, 2]),
  };
  for (const [task, example] of Object.entries(examples)) {
    expect(Object.keys(metricsOf(example)).sort()).toEqual([...METRICS[task as keyof typeof METRICS]].sort());
    expect(Object.values(metricsOf(example)).every(Number.isFinite)).toBe(true);
  }
});
