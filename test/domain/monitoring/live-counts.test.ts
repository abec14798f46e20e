import { describe, expect, it } from 'vitest';
import { LiveCounts, SCORE_BINS } from '../../../domain/monitoring/live-counts.ts';
import {
  addBinaryLabel,
  addClassLabel,
  addRegressionLabel,
  binaryFigures,
  classFiguresOfCounts,
  DEFAULT_SCORE_BINS,
  emptyBinaryCounts,
  emptyClassCounts,
  emptyRegressionCounts,
  regressionFiguresOfCounts,
} from '../../../stats/quality/index.ts';

const stored = (live: unknown): LiveCounts => LiveCounts.parse(JSON.parse(JSON.stringify(live)));

describe('what a window keeps of its labels', () => {
  it('is what figures of a binary model are computed from', () => {
    expect(SCORE_BINS).toBe(DEFAULT_SCORE_BINS);
    const counts = emptyBinaryCounts(0.5);
    addBinaryLabel(counts, 1, 0.7);
    const live = stored({ task: 'binary', scores: new Array(SCORE_BINS).fill(0), ...counts });
    expect(live.task === 'binary' && binaryFigures(live)).toEqual(binaryFigures(counts));
  });
  it('is what figures of classes are computed from', () => {
    const counts = emptyClassCounts(2, true);
    addClassLabel(counts, { label: 1, predicted: 1, probability: 0.9 });
    const live = stored({ task: 'multiclass', predicted: [0, 1], ...counts });
    expect(live.task === 'multiclass' && classFiguresOfCounts(live)).toEqual(classFiguresOfCounts(counts));
  });
  it('is what figures of a regression are computed from', () => {
    const counts = emptyRegressionCounts();
    addRegressionLabel(counts, 3, 3.1);
    const live = stored({ task: 'regression', ...counts });
    expect(live.task === 'regression' && regressionFiguresOfCounts(live)).toEqual(regressionFiguresOfCounts(counts));
  });
});
