import { describe, expect, it } from 'vitest';
import { scoredOf, withPredictions } from '../../../domain/evaluation/predictions.ts';
import type { DraftBaseline } from '../../../domain/monitoring/baseline.ts';
import { aModelSpec } from '../../fixtures/builders.ts';

const CLASSES = ['cat', 'dog', 'owl'];
const spec = (task: string) => aModelSpec({ task, classes: task === 'multiclass' ? CLASSES : undefined });
const floats = (...values: number[]) => Float64Array.from(values);
const DRAFT: DraftBaseline = {
  version: 1,
  rows: 10,
  features: [],
  label: { name: 'y', type: 'numeric', count: 10, nulls: 0, nans: 0, infinities: 0 },
  segments: [],
};

describe('predictions', () => {
  const accepted: [string, number[], number[], number][] = [
    ['binary', [0, 1], [0, 1], 1],
    ['multiclass', [0, 2], [0.5, 0.3, 0.2, 0, 0, 1], 3],
    ['multiclass', [0, 2], [0, 2], 1],
    ['regression', [1, 2], [-1e9, 1e9], 1],
  ];
  for (const [task, labels, values, width] of accepted) {
    it(`of a ${task} model are taken, ${width} per row`, () => {
      expect(scoredOf(spec(task), CLASSES, floats(...labels), floats(...values)).width).toBe(width);
    });
  }
  const refused: [string, number[], string][] = [
    ['binary', [0.5, 1.0000001], 'prediction 1 is 1.0000001, not a probability'],
    ['binary', [-0.1, 1], 'prediction 0 is -0.1'],
    ['binary', [0.1, 0.2, 0.3, 0.4], '4 predictions for 2 rows: binary needs 1 per row'],
    ['multiclass', [0, 3], 'prediction 1 is 3, not a class index below 3'],
    ['multiclass', [0.1, 0.2, 0.3, 0.4], 'multiclass needs 1 or 3 per row'],
    ['regression', [1, Number.NaN], 'prediction 1 is NaN, not a finite number'],
  ];
  for (const [task, values, problem] of refused) {
    it(`of a ${task} model are refused: ${problem}`, () => {
      expect(() => scoredOf(spec(task), CLASSES, floats(0, 1), floats(...values))).toThrow(problem);
    });
  }
});

describe('the baseline of predictions', () => {
  it('is a category of labels for several classes, those never predicted too', () => {
    const scored = scoredOf(spec('multiclass'), CLASSES, floats(0, 1), floats(0.5, 0.3, 0.2, 0.1, 0.1, 0.8));
    const { prediction, holdoutRows } = withPredictions(DRAFT, scored, CLASSES);
    expect(holdoutRows).toBe(2);
    expect(prediction).toMatchObject({ name: 'prediction', type: 'category', count: 2 });
    expect(prediction.categories).toEqual({
      values: [
        ['cat', 1],
        ['dog', 0],
        ['owl', 1],
      ],
      other: 0,
    });
  });

  it('is binned by deciles for probabilities and numbers', () => {
    const values = Float64Array.from({ length: 1_000 }, (_, i) => i / 1_000);
    const scored = scoredOf(spec('binary'), ['0', '1'], values.map(Math.round), values);
    const { prediction } = withPredictions(DRAFT, scored, ['0', '1']);
    expect(prediction.bins?.counts).toEqual([10, 40, 50, 100, 100, 100, 100, 100, 100, 100, 100, 50, 40, 10]);
  });
});
