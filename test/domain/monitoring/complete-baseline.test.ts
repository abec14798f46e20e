import { describe, expect, it } from 'vitest';
import { scoredOf } from '../../../domain/evaluation/predictions.ts';
import { Baseline, type DraftBaseline } from '../../../domain/monitoring/baseline.ts';
import { baselineColumnsOf, completeBaseline } from '../../../domain/monitoring/complete-baseline.ts';
import { protectedLabel } from '../../../domain/protected.ts';
import { aModelSpec } from '../../fixtures/builders.ts';

const CLASSES = ['cat', 'dog', 'owl'];
const floats = (...values: number[]) => Float64Array.from(values);
const DRAFT: DraftBaseline = {
  version: 1,
  rows: 10,
  features: [],
  label: { name: 'y', type: 'numeric', count: 10, nulls: 0, nans: 0, infinities: 0 },
  segments: [],
};
const NO_VALUES = new Map();
const bias = (column: string) => ({ column, metric: 'demographic_parity_difference', max: 0.1 });

describe('the baseline of predictions', () => {
  it('is a category of labels for several classes, those never predicted too', () => {
    const spec = aModelSpec({ task: 'multiclass', classes: CLASSES });
    const scored = scoredOf(spec, CLASSES, floats(0, 1), floats(0.5, 0.3, 0.2, 0.1, 0.1, 0.8));
    const { prediction, holdoutRows, live } = completeBaseline(DRAFT, {
      spec,
      scored,
      classes: CLASSES,
      values: NO_VALUES,
    });
    expect(holdoutRows).toBe(2);
    expect(prediction).toMatchObject({ name: 'prediction', type: 'category', count: 2 });
    const values = [
      ['cat', 1],
      ['dog', 0],
      ['owl', 1],
    ];
    expect(prediction.categories).toEqual({ values, other: 0 });
    const confusion = [
      [1, 0, 0],
      [0, 0, 1],
      [0, 0, 0],
    ];
    expect(live).toMatchObject({ task: 'multiclass', predicted: [1, 0, 1], confusion });
  });

  it('is binned by deciles for probabilities and numbers, with what the labels said', () => {
    const values = Float64Array.from({ length: 1_000 }, (_, i) => i / 1_000);
    const scored = scoredOf(aModelSpec(), ['0', '1'], values.map(Math.round), values);
    const input = { spec: aModelSpec(), scored, classes: ['0', '1'], values: NO_VALUES, importances: [0.75, 0.25] };
    const { prediction, live, importances } = completeBaseline(DRAFT, input);
    expect(prediction.bins?.counts).toEqual([10, 40, 50, 100, 100, 100, 100, 100, 100, 100, 100, 50, 40, 10]);
    expect(live).toMatchObject({ task: 'binary', tp: 500, fp: 0, fn: 0, tn: 500 });
    expect(importances).toEqual([0.75, 0.25]);
  });
});

describe('the baseline of groups and segments', () => {
  const spec = aModelSpec({ monitoring: { segments: ['plan'], bias: [bias('gender'), bias('gender'), bias('plan')] } });
  const scored = scoredOf(spec, ['0', '1'], floats(1, 0, 1, 0, 1), floats(0.9, 0.8, 0.2, 0.1, 0.7));
  const values = new Map([
    ['gender', ['f', 'f', 'm', 'm', null]],
    ['plan', ['free', 'pro', 'free', 'pro', 'free']],
  ]);
  const segment = (value: string) => ({ column: 'plan', value, rows: 3, features: [] });
  const draft = { ...DRAFT, segments: [segment('free'), segment('pro'), segment('gone')] };
  const baseline = completeBaseline(draft, { spec, scored, classes: ['0', '1'], values });

  it('names columns once', () => {
    expect(baselineColumnsOf(spec)).toEqual(['plan', 'gender']);
  });

  it('counts outcomes by group, and shows no value of a protected column', () => {
    const female = { tp: 1, fp: 1, fn: 0, tn: 0, rows: 2, predictedPositive: 2 };
    const [none, ...named] = baseline.groups.filter(({ column }) => column === 'gender');
    const group = (value: string | null) => ({ column: 'gender', value });
    expect(none).toEqual({ ...group(null), rows: 1, predictedPositive: 1, tp: 1, fp: 0, fn: 0, tn: 0 });
    expect(named).toHaveLength(2);
    expect(named).toContainEqual({ ...group(protectedLabel('gender', 'f')), ...female });
    expect(named).toContainEqual({
      ...group(protectedLabel('gender', 'm')),
      ...{ rows: 2, predictedPositive: 0, tp: 0, fp: 0, fn: 1, tn: 1 },
    });
    expect(baseline.groups.filter(({ column }) => column === 'plan').map(({ value }) => value)).toEqual([
      'free',
      'pro',
    ]);
  });

  it('puts groups beyond fifty together, as windows do', () => {
    const plans = Array.from({ length: 104 }, (_, row) => `plan ${row % 52}`);
    const scores = new Float64Array(104).fill(0.9);
    const many = scoredOf(spec, ['0', '1'], new Float64Array(104).fill(1), scores);
    const { groups } = completeBaseline(DRAFT, {
      spec,
      scored: many,
      classes: ['0', '1'],
      values: new Map([['plan', plans]]),
    });
    expect(groups).toHaveLength(51);
    expect(groups.at(-1)).toMatchObject({ column: 'plan', value: '(other)', rows: 4, predictedPositive: 4, tp: 4 });
  });

  it('counts predictions and labels of each segment over the bins of the whole', () => {
    const [free, pro, gone] = baseline.segments;
    expect(free).toMatchObject({ holdoutRows: 3, live: { tp: 2, fn: 1, fp: 0, tn: 0 } });
    expect(pro).toMatchObject({ holdoutRows: 2, live: { tp: 0, fn: 0, fp: 1, tn: 1 } });
    expect(gone).toMatchObject({ holdoutRows: 0 });
    for (const one of baseline.segments) {
      expect(one.prediction.bins?.edges).toEqual(baseline.prediction.bins?.edges);
    }
  });

  it('is what later readers parse', () => {
    expect(Baseline.parse(JSON.parse(JSON.stringify(baseline)))).toEqual(baseline);
  });
});
