import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  binMiddles,
  binnedGroups,
  calibrated,
  type EstimatedFigure,
  estimateBands,
  estimateQuality,
  estimateQualityOfBins,
  fitCalibration,
  fitIsotonic,
  IDENTITY_MAP,
  needsCalibration,
  referenceScatter,
  samplingError,
} from '../../../stats/estimation/index.ts';
import {
  addBinaryLabel,
  binaryConfusion,
  binaryFigures,
  emptyBinaryCounts,
  groupByScore,
  scoreBin,
} from '../../../stats/quality/index.ts';
import reference from '../fixtures/estimation.json' with { type: 'json' };

/** Uniform in [0, 1), the same in every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('isotonic regression', () => {
  for (const { scores, labels, points, at, predicted } of reference.isotonic) {
    it(`of ${scores.length} rows is that of scikit-learn`, () => {
      const map = fitIsotonic(groupByScore(labels, scores));
      expect(map.scores).toEqual(points.scores);
      for (const [i, value] of points.probabilities.entries()) expect(map.probabilities[i]).toBeCloseTo(value, 12);
      for (const [i, score] of at.entries()) expect(calibrated(map, score)).toBeCloseTo(predicted[i] as number, 12);
    });
  }
  it('of score bins is that of scikit-learn, weighted by their rows', () => {
    const { positives, negatives, predicted } = reference.binned;
    const map = fitIsotonic(binnedGroups({ positives, negatives }));
    expect(positives.some((count, i) => count + (negatives[i] as number) === 0)).toBe(true);
    for (const [i, middle] of binMiddles(positives.length).entries()) {
      expect(calibrated(map, middle)).toBeCloseTo(predicted[i] as number, 12);
    }
  });
  it('rises, stays within 0 and 1, and keeps the number of positives', () => {
    const row = fc.tuple(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), (rows) => {
        const map = fitIsotonic(
          groupByScore(
            rows.map(([label]) => label),
            rows.map(([, score]) => score),
          ),
        );
        const values = rows.map(([, score]) => calibrated(map, score));
        const expected = values.reduce((sum, value) => sum + value, 0);
        expect(expected).toBeCloseTo(rows.filter(([label]) => label === 1).length, 9);
        for (const [i, value] of map.probabilities.entries()) {
          expect(value).toBeGreaterThanOrEqual(i === 0 ? 0 : (map.probabilities[i - 1] as number));
          expect(value).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
  it('of one class is that class', () => {
    expect(calibrated(fitIsotonic(groupByScore([1, 1], [0.2, 0.9])), 0.5)).toBe(1);
  });
  it('refuses no rows', () => {
    expect(() => fitIsotonic(groupByScore([], []))).toThrow('calibration must have at least one row, got none');
  });
});

describe('calibration is fitted', () => {
  const random = generator(5);
  const drawn = (power: number, rows = 3_000) => {
    const scores = Array.from({ length: rows }, random);
    return { scores, labels: scores.map((score) => Number(random() < score ** power)) };
  };
  for (const { power, needed } of [
    { power: 1, needed: false },
    { power: 3, needed: true },
    { power: 0.4, needed: true },
  ]) {
    it(`${needed ? '' : 'not '}where positives are as frequent as score^${power}, from rows and from bins`, () => {
      const { scores, labels } = drawn(power);
      const counts = emptyBinaryCounts(0.5);
      for (const [i, score] of scores.entries()) addBinaryLabel(counts, labels[i] as number, score);
      expect(needsCalibration(groupByScore(labels, scores))).toBe(needed);
      expect(needsCalibration(binnedGroups(counts))).toBe(needed);
      expect(fitCalibration(binnedGroups(counts)) === IDENTITY_MAP).toBe(!needed);
    });
  }
  it('the same way each time', () => {
    const { scores, labels } = drawn(1.5);
    const answers = [1, 2, 3].map(() => needsCalibration(groupByScore(labels, scores)));
    expect(new Set(answers).size).toBe(1);
  });
  it('to a reference of many rows in bins too', () => {
    const positives = binMiddles(100).map((middle) => Math.round(50_000 * middle ** 1.2));
    const negatives = positives.map((count) => 50_000 - count);
    expect(needsCalibration(binnedGroups({ positives, negatives }))).toBe(true);
    const calibratedPositives = binMiddles(100).map((middle) => Math.round(50_000 * middle));
    const rest = calibratedPositives.map((count) => 50_000 - count);
    expect(needsCalibration(binnedGroups({ positives: calibratedPositives, negatives: rest }))).toBe(false);
  });
  it('not to one class, nor to nine rows of one', () => {
    const { scores, labels } = drawn(3, 200);
    expect(needsCalibration(groupByScore(labels.fill(0), scores))).toBe(false);
    expect(needsCalibration(groupByScore(labels.fill(1, 0, 9), scores))).toBe(false);
    expect(needsCalibration(groupByScore([], []))).toBe(false);
  });
  it('not where scores rank perfectly', () => {
    const scores = Array.from({ length: 100 }, (_, i) => i / 200);
    const labels = scores.map((score) => Number(score >= 0.25));
    expect(needsCalibration(groupByScore(labels, scores))).toBe(false);
  });
});

describe('estimated quality', () => {
  const { scores, probabilities, at } = reference.rows;
  for (const { threshold, ...expected } of at) {
    it(`at ${threshold} is that of NannyML`, () => {
      const found = estimateQuality(scores, probabilities, threshold);
      for (const [figure, value] of Object.entries(expected)) {
        expect(found[figure as EstimatedFigure], figure).toBeCloseTo(value, 10);
      }
    });
  }

  it('from bins is that of rows with the middles of the bins as scores', () => {
    const random = generator(3);
    const raw = Array.from({ length: 500 }, () => random() ** 2);
    const middles = raw.map((score) => (scoreBin(score, 100) + 0.5) / 100);
    const map = { scores: [0.1, 0.9], probabilities: [0.02, 0.7] };
    const counts = new Array<number>(100).fill(0);
    for (const score of raw) (counts[scoreBin(score, 100)] as number) += 1;
    for (const threshold of [0, 0.29, 0.5, 0.57]) {
      const byRows = estimateQuality(
        middles,
        middles.map((score) => calibrated(map, score)),
        threshold,
      );
      const { confusion, ...byBins } = estimateQualityOfBins(counts, map, threshold);
      for (const [figure, value] of Object.entries(byBins)) {
        expect(value, `${figure} at ${threshold}`).toBeCloseTo(byRows[figure as EstimatedFigure], 10);
      }
      for (const outcome of ['tp', 'fp', 'fn', 'tn'] as const) {
        expect(confusion[outcome]).toBeCloseTo(byRows.confusion[outcome], 9);
      }
    }
  });
  it('cuts a bin that holds the threshold in proportion', () => {
    const { confusion } = estimateQualityOfBins([0, 8], { scores: [0], probabilities: [0.5] }, 0.625);
    expect(confusion).toEqual({ tp: 3, fp: 3, fn: 1, tn: 1 });
  });
  it('does not depend on the order of rows with one score', () => {
    const forth = estimateQuality([0.5, 0.5, 0.2], [0.9, 0.1, 0.3]);
    const back = estimateQuality([0.5, 0.5, 0.2], [0.1, 0.9, 0.3]);
    expect(forth.rocAuc).toBe(back.rocAuc);
    expect(forth.averagePrecision).toBe(back.averagePrecision);
  });
  it('of a calibrated model is its measured quality, as far as chance allows', () => {
    const random = generator(17);
    const counts = emptyBinaryCounts(0.5);
    for (let i = 0; i < 20_000; i++) {
      const score = random();
      addBinaryLabel(counts, Number(random() < score), score);
    }
    const measured = binaryFigures(counts);
    const all = counts.positives.map((count, i) => count + (counts.negatives[i] as number));
    const estimate = estimateQualityOfBins(all, IDENTITY_MAP);
    for (const figure of [
      'accuracy',
      'precision',
      'recall',
      'specificity',
      'f1',
      'rocAuc',
      'averagePrecision',
    ] as const) {
      expect(Math.abs(estimate[figure] - measured[figure]), figure).toBeLessThan(0.015);
    }
  });
  it('is NaN without rows, and where nothing is predicted positive', () => {
    const { rows, confusion, ...figures } = estimateQuality([], []);
    expect(Object.values(figures).every(Number.isNaN)).toBe(true);
    const { rows: counted, confusion: expected, ...binned } = estimateQualityOfBins([0, 0], IDENTITY_MAP);
    expect(Object.values(binned).every(Number.isNaN)).toBe(true);
    expect([rows, counted]).toEqual([0, 0]);
    expect(expected).toEqual(confusion);
    expect(estimateQuality([0.1, 0.2], [0.1, 0.2])).toMatchObject({ precision: Number.NaN, recall: 0 });
  });
  it('has no AUC where nothing can be positive', () => {
    expect(estimateQuality([0.1, 0.2], [0, 0]).rocAuc).toBeNaN();
  });
});

describe('the scatter of the reference', () => {
  for (const { scores, labels, threshold, scatter } of reference.reference) {
    it(`of ${labels.filter((label) => label === 1).length} positives in ${labels.length} is that of NannyML`, () => {
      const found = referenceScatter(groupByScore(labels, scores), binaryConfusion(labels, scores, threshold));
      for (const [figure, [deviation, share]] of Object.entries(scatter)) {
        expect(found[figure as EstimatedFigure].deviation, figure).toBeCloseTo(deviation as number, 11);
        expect(found[figure as EstimatedFigure].share, figure).toBeCloseTo(share as number, 11);
      }
      expect(Object.keys(scatter)).toHaveLength(6);
    });
  }
  it('falls with the root of the rows', () => {
    expect(samplingError({ deviation: 0.4, share: 0.25 }, 100)).toBeCloseTo(0.08, 12);
    expect(samplingError({ deviation: 0.4, share: 0.25 }, 0)).toBeNaN();
  });
});

describe('from reference to window', () => {
  const { reference: known, analysis, value, samplingError: errors, lower, upper } = reference.cbpe;
  const groups = groupByScore(known.labels, known.scores);
  const map = fitCalibration(groups);
  const scatter = referenceScatter(groups, binaryConfusion(known.labels, known.scores));
  const estimate = estimateQuality(
    analysis,
    analysis.map((score) => calibrated(map, score)),
  );
  const bands = estimateBands(estimate, scatter);

  it("is NannyML's CBPE, but for its rounding and the order of its ties", () => {
    expect(map).not.toBe(IDENTITY_MAP);
    for (const name of Object.keys(value)) {
      const figure = name as keyof typeof value;
      // its AUC is of sums rounded to five decimals
      const digits = figure === 'rocAuc' ? 6 : 10;
      expect(estimate[figure], figure).toBeCloseTo(value[figure], digits);
      expect(samplingError(scatter[figure], estimate.rows), figure).toBeCloseTo(errors[figure], 10);
      expect(bands[figure]?.lower, figure).toBeCloseTo(lower[figure], digits);
      expect(bands[figure]?.upper, figure).toBeCloseTo(upper[figure], digits);
    }
  });
  it('has wider bands where rows are weighted, and no wider ones than 0 to 1', () => {
    const wide = estimateBands(estimate, scatter, { designEffect: 4, errors: 1 });
    const narrow = estimateBands(estimate, scatter, { errors: 1 });
    const width = (band: typeof wide) => (band.recall?.upper as number) - (band.recall?.lower as number);
    expect(width(wide) / width(narrow)).toBeCloseTo(2, 9);
    expect(estimateBands(estimate, scatter, { errors: 1e6 }).f1).toEqual({ lower: 0, upper: 1 });
  });
  it('has no band of what is undefined', () => {
    expect(estimateBands(estimateQuality([], []), scatter)).toEqual({});
    expect(Object.keys(estimateBands(estimateQuality([0.1], [0.1]), scatter))).not.toContain('precision');
  });
});

describe('refused', () => {
  const scatter = referenceScatter(groupByScore([0, 1], [0.1, 0.9]), { tp: 1, fp: 0, fn: 0, tn: 1 });
  const estimate = estimateQuality([0.5], [0.5]);
  const cases: [string, () => unknown, string][] = [
    ['lengths that differ', () => estimateQuality([0.1], []), 'scores and probabilities must be as many, got 1 and 0'],
    [
      'a NaN probability',
      () => estimateQuality([0.1], [Number.NaN]),
      'probabilities[0] must be within 0 and 1, got NaN',
    ],
    ['a NaN score', () => estimateQuality([Number.NaN], [0.1]), 'scores[0] must be a number, got NaN'],
    [
      'a negative count',
      () => estimateQualityOfBins([1, -1], IDENTITY_MAP),
      'counts[1] must be a count from 0, got -1',
    ],
    [
      'a NaN threshold',
      () => estimateQualityOfBins([1], IDENTITY_MAP, Number.NaN),
      'threshold must be a number, got NaN',
    ],
    ['negative errors', () => estimateBands(estimate, scatter, { errors: -1 }), 'errors must be at least 0, got -1'],
    [
      'a small design effect',
      () => estimateBands(estimate, scatter, { designEffect: 0 }),
      'designEffect must be at least 1',
    ],
  ];
  for (const [what, act, message] of cases) {
    it(`is ${what}`, () => {
      expect(act).toThrow(RangeError);
      expect(act).toThrow(message);
    });
  }
});
