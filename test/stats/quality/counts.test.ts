import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addBinaryCounts,
  addBinaryLabel,
  addClassCounts,
  addClassLabel,
  addRegressionCounts,
  addRegressionLabel,
  averagePrecision,
  type BinaryCounts,
  binaryConfusion,
  binaryFigures,
  binaryIntervals,
  brierScore,
  calibrationErrorOfCounts,
  classFigures,
  classFiguresOfCounts,
  classIntervals,
  confusionAt,
  confusionFigures,
  emptyBinaryCounts,
  emptyClassCounts,
  emptyRegressionCounts,
  expectedCalibrationError,
  logLoss,
  multiclassLogLoss,
  regressionFigures,
  regressionFiguresOfCounts,
  regressionIntervals,
  rocAuc,
  scoreBin,
  tallyClasses,
} from '../../../stats/quality/index.ts';
import reference from '../fixtures/quality.json' with { type: 'json' };

const binaryCounts = (rows: readonly (readonly [number, number])[], threshold = 0.37): BinaryCounts => {
  const counts = emptyBinaryCounts(threshold);
  for (const [label, score] of rows) addBinaryLabel(counts, label, score);
  return counts;
};
const { labels, scores } = reference.binary;
const known = binaryCounts(labels.map((label, i) => [label, scores[i] as number]));

describe('a binary model from counts', () => {
  it('has the figures of its rows', () => {
    const found = binaryFigures(known);
    expect(found).toMatchObject(confusionFigures(binaryConfusion(labels, scores, 0.37)));
    expect(found.logLoss).toBeCloseTo(logLoss(labels, scores), 12);
    expect(found.brier).toBeCloseTo(brierScore(labels, scores), 12);
    // these scores have two decimals, so a bin holds but one of them; 0.99 and 1 share the last
    expect(found.rocAuc).toBeCloseTo(rocAuc(labels, scores), 4);
    expect(found.rows).toBe(labels.length);
    expect(found.positiveShare).toBe(labels.filter((label) => label === 1).length / labels.length);
  });
  for (const threshold of [0, 0.29, 0.5, 0.57, 0.99]) {
    it(`has the confusion of its rows at ${threshold}`, () => {
      expect(confusionAt(known, threshold)).toEqual(binaryConfusion(labels, scores, threshold));
    });
  }
  for (const threshold of [-0.01, 0.005, 1, Number.NaN]) {
    it(`knows no confusion at ${threshold}`, () => {
      expect(() => confusionAt(known, threshold)).toThrow('threshold must be a multiple of 1/100 from 0 and below 1');
    });
  }
  for (const [score, bin] of [
    [0, 0],
    [0.00999, 0],
    [0.01, 1],
    [0.29, 29],
    [0.57, 57],
    [0.58, 58],
    [0.9999, 99],
    [1, 99],
  ] as const) {
    it(`puts a score of ${score} in bin ${bin} of 100`, () => expect(scoreBin(score, 100)).toBe(bin));
  }
  it('puts every edge in the bin it begins', () => {
    for (let bins = 1; bins <= 1_000; bins++) {
      for (let i = 0; i < bins; i++) if (scoreBin(i / bins, bins) !== i) throw new Error(`${i} of ${bins}`);
    }
  });
  it('is undefined without rows', () => {
    const { rows, averagePrecisionBounds, ...figures } = binaryFigures(emptyBinaryCounts(0.5));
    expect(rows).toBe(0);
    for (const value of Object.values({ ...figures, ...averagePrecisionBounds })) expect(value).toBeNaN();
    expect(binaryIntervals(emptyBinaryCounts(0.5))).toEqual({});
  });
});

const aRow = fc.tuple(
  fc.constantFrom(0, 1),
  fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.005, 0.37, 0.5, 1)),
);
const someRows = fc.array(aRow, { minLength: 1, maxLength: 80 });
const split = <T>(rows: readonly T[]): [T[], T[]] => [
  rows.filter((_, i) => i % 3 > 0),
  rows.filter((_, i) => i % 3 === 0),
];

describe('for all rows of a binary model', () => {
  it('the AUC and the average precision lie within the bounds of the bins', () => {
    fc.assert(
      fc.property(someRows, (rows) => {
        const figures = binaryFigures(binaryCounts(rows));
        const [own, given] = [rows.map(([label]) => label), rows.map(([, score]) => score)];
        const [auc, precision] = [rocAuc(own, given), averagePrecision(own, given)];
        fc.pre(!Number.isNaN(precision));
        if (!Number.isNaN(auc))
          expect(Math.abs(auc - figures.rocAuc)).toBeLessThanOrEqual(figures.rocAucBinningError + 1e-12);
        expect(precision).toBeGreaterThanOrEqual(figures.averagePrecisionBounds.lower - 1e-12);
        expect(precision).toBeLessThanOrEqual(figures.averagePrecisionBounds.upper + 1e-12);
        expect(figures.averagePrecision).toBeLessThanOrEqual(figures.averagePrecisionBounds.upper + 1e-12);
        expect(figures.averagePrecision).toBeGreaterThanOrEqual(figures.averagePrecisionBounds.lower - 1e-12);
      }),
    );
  });
  it('the calibration error is within half a bin of that of the scores', () => {
    fc.assert(
      fc.property(someRows, (rows) => {
        // no score on an edge: bins of rows are closed on the right
        const inside = rows.filter(([, score]) => !Number.isInteger(score * 10));
        fc.pre(inside.length > 0);
        const exact = expectedCalibrationError(
          inside.map(([label]) => label),
          inside.map(([, score]) => score),
        );
        expect(Math.abs(calibrationErrorOfCounts(binaryCounts(inside)) - exact)).toBeLessThanOrEqual(0.005 + 1e-12);
      }),
    );
  });
  it('corrections, parts and order leave the figures of what remains, to the last bit', () => {
    fc.assert(
      fc.property(someRows, someRows, (kept, mistaken) => {
        const [here, there] = split([...mistaken, ...kept]);
        const counts = binaryCounts(there);
        addBinaryCounts(counts, binaryCounts(here));
        for (const [label, score] of mistaken.toReversed()) addBinaryLabel(counts, label, score, -1);
        expect(JSON.parse(JSON.stringify(binaryFigures(counts)))).toEqual(
          JSON.parse(JSON.stringify(binaryFigures(binaryCounts(kept)))),
        );
        addBinaryCounts(counts, binaryCounts(kept), -1);
        expect(counts).toEqual(emptyBinaryCounts(0.37));
      }),
    );
  });
});

describe('classes from counts', () => {
  const { labels: own, predicted, probabilities, classes } = reference.multiclass;
  const rowOf = (i: number) => ({
    label: own[i] as number,
    predicted: predicted[i] as number,
    probability: probabilities[i * classes + (own[i] as number)] as number,
  });
  const countsOf = (rows: readonly number[]) => {
    const counts = emptyClassCounts(classes, true);
    for (const row of rows) addClassLabel(counts, rowOf(row));
    return counts;
  };
  const all = [...own.keys()];

  it('have the figures of their rows', () => {
    const { logLoss: loss, rows, ...found } = classFiguresOfCounts(countsOf(all));
    expect(found).toEqual(classFigures(tallyClasses(own, predicted, classes)));
    expect(loss).toBeCloseTo(multiclassLogLoss(own, probabilities, classes), 12);
    expect(rows).toBe(own.length);
  });
  it('lose what is taken back, in any order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(all), fc.shuffledSubarray(all), (kept, mistaken) => {
        const [here, there] = split([...mistaken, ...kept]);
        const counts = countsOf(there);
        addClassCounts(counts, countsOf(here));
        addClassCounts(counts, countsOf(mistaken), -1);
        expect(classFiguresOfCounts(counts)).toEqual(classFiguresOfCounts(countsOf(kept)));
      }),
    );
  });
  it('need no probabilities', () => {
    const counts = emptyClassCounts(2, false);
    addClassLabel(counts, { label: 1, predicted: 1 });
    expect(classFiguresOfCounts(counts)).toMatchObject({ rows: 1, accuracy: 1, logLoss: Number.NaN });
  });
});

describe('a regression from counts', () => {
  const { labels: own, predictions } = reference.regression;
  const countsOf = (rows: readonly (readonly [number, number])[]) => {
    const counts = emptyRegressionCounts();
    for (const [label, prediction] of rows) addRegressionLabel(counts, label, prediction);
    return counts;
  };
  const pairs = own.map((label, i) => [label, predictions[i] as number] as const);

  it('has the figures of its rows, with labels far from 0 too', () => {
    for (const offset of [0, 1e8]) {
      const moved = pairs.map(([label, prediction]) => [label + offset, prediction + offset] as const);
      const { rows, ...found } = regressionFiguresOfCounts(countsOf(moved));
      const expected = regressionFigures(
        moved.map(([label]) => label),
        moved.map(([, prediction]) => prediction),
      );
      expect(rows).toBe(own.length);
      for (const [name, value] of Object.entries(found)) {
        expect(value, name).toBeCloseTo(expected[name as keyof typeof expected], 10);
      }
    }
  });
  it('forgets a label of 1e15 that was corrected', () => {
    const counts = countsOf([...pairs, [1e15, 3]]);
    addRegressionLabel(counts, 1e15, 3, -1);
    expect(regressionFiguresOfCounts(counts)).toEqual(regressionFiguresOfCounts(countsOf(pairs)));
  });
  it('of equal labels has no R2, however often they count', () => {
    const counts = emptyRegressionCounts();
    for (const times of [1, 3, 7]) addRegressionLabel(counts, 0.1, 0.3, times);
    expect(regressionFiguresOfCounts(counts).r2).toBeNaN();
  });
  const aNumber = fc.oneof(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.double({ min: -1e30, max: 1e30, noNaN: true }),
    fc.constantFrom(0, 0.1, -0),
  );
  const rows = fc.array(fc.tuple(aNumber, aNumber), { maxLength: 40 });
  it('leaves the figures of what remains to the last bit, in any order', () => {
    fc.assert(
      fc.property(rows, rows, (kept, mistaken) => {
        const [here, there] = split([...mistaken, ...kept]);
        const counts = countsOf(there);
        addRegressionCounts(counts, countsOf(mistaken), -1);
        addRegressionCounts(counts, countsOf(here.toReversed()));
        expect(regressionFiguresOfCounts(counts)).toEqual(regressionFiguresOfCounts(countsOf(kept)));
        expect(JSON.parse(JSON.stringify(counts))).toEqual(counts);
      }),
    );
  });
});

describe('a row that stands for several', () => {
  it('counts like as many rows, to the last bit', () => {
    fc.assert(
      fc.property(aRow, fc.integer({ min: 1, max: 20 }), ([label, score], times) => {
        const [binary, numbers] = [emptyBinaryCounts(0.37), emptyRegressionCounts()];
        addBinaryLabel(binary, label, score, times);
        addRegressionLabel(numbers, label, score, times);
        const [binaries, all] = [emptyBinaryCounts(0.37), emptyRegressionCounts()];
        for (let i = 0; i < times; i++) {
          addBinaryLabel(binaries, label, score);
          addRegressionLabel(all, label, score);
        }
        expect(binaryFigures(binary)).toEqual(binaryFigures(binaries));
        expect(regressionFiguresOfCounts(numbers)).toEqual(regressionFiguresOfCounts(all));
      }),
    );
  });
});

describe('refused', () => {
  const binary = () => emptyBinaryCounts(0.5);
  const cases: [string, () => unknown, string][] = [
    ['a NaN score', () => addBinaryLabel(binary(), 1, Number.NaN), 'score must be within 0 and 1, got NaN'],
    ['a score above 1', () => addBinaryLabel(binary(), 1, 1.1), 'score must be within 0 and 1, got 1.1'],
    ['a label of 2', () => addBinaryLabel(binary(), 2, 0.5), 'label must be 0 or 1, got 2'],
    ['half a row', () => addBinaryLabel(binary(), 1, 0.5, 0.5), 'times must be a whole number, got 0.5'],
    [
      'another threshold',
      () => addBinaryCounts(binary(), emptyBinaryCounts(0.4)),
      'got threshold 0.5, 100 bins and threshold 0.4, 100 bins',
    ],
    ['no bins', () => emptyBinaryCounts(0.5, 0), 'bins must be a whole number from 1, got 0'],
    ['no classes', () => emptyClassCounts(0, true), 'classes must be a whole number from 1, got 0'],
    [
      'an unknown class',
      () => addClassLabel(emptyClassCounts(2, false), { label: 2, predicted: 0 }),
      'label and predicted must be class indices below 2, got 2 and 0',
    ],
    [
      'a missing probability',
      () => addClassLabel(emptyClassCounts(2, true), { label: 1, predicted: 0 }),
      'probability must be within 0 and 1, got undefined',
    ],
    [
      'other classes',
      () => addClassCounts(emptyClassCounts(2, true), emptyClassCounts(2, false)),
      'got 2 classes with log loss and 2 classes without log loss',
    ],
    [
      'an infinite label',
      () => addRegressionLabel(emptyRegressionCounts(), Number.NEGATIVE_INFINITY, 1),
      'label must be',
    ],
    ['a NaN prediction', () => addRegressionLabel(emptyRegressionCounts(), 1, Number.NaN), 'prediction must be'],
    ['a bad divisor', () => calibrationErrorOfCounts(binary(), 3), 'bins must divide the 100 of the histogram, got 3'],
    [
      'a design effect of 0',
      () => binaryIntervals(known, { designEffect: 0 }),
      'designEffect must be at least 1, got 0',
    ],
    ['no confidence', () => binaryIntervals(known, { confidence: 1 }), 'confidence'],
  ];
  for (const [what, act, message] of cases) {
    it(`is ${what}`, () => {
      expect(act).toThrow(RangeError);
      expect(act).toThrow(message);
    });
  }
  it('is what was taken back and never added', () => {
    const counts = binary();
    addBinaryLabel(counts, 1, 0.7, -1);
    expect(() => binaryFigures(counts)).toThrow('counts must not be below 0, got -1');
    const classes = emptyClassCounts(2, false);
    addClassLabel(classes, { label: 1, predicted: 0 }, -1);
    expect(() => classFiguresOfCounts(classes)).toThrow('counts must not be below 0, got -1');
    const numbers = emptyRegressionCounts();
    addRegressionLabel(numbers, 1, 1, -1);
    expect(() => regressionFiguresOfCounts(numbers)).toThrow('rows must not be below 0, got -1');
  });
});

describe('confidence intervals', () => {
  const random = generator(11);
  const draw = (rows: number) => {
    const counts = emptyBinaryCounts(0.5);
    const numbers = emptyRegressionCounts();
    for (let i = 0; i < rows; i++) {
      const score = random();
      addBinaryLabel(counts, Number(random() < score), score);
      // errors uniform in ±1 around 0.25
      addRegressionLabel(numbers, 10, 10.25 + 2 * random() - 1);
    }
    return { counts, numbers };
  };
  it('hold the true value about as often as they say', () => {
    // scores uniform and calibrated: AUC 5/6, accuracy 3/4, F1 3/4, Brier 1/6, log loss 1/2
    const truth = {
      rocAuc: 5 / 6,
      accuracy: 0.75,
      precision: 0.75,
      recall: 0.75,
      f1: 0.75,
      brier: 1 / 6,
      logLoss: 0.5,
    };
    // |u + 0.25|, u uniform in ±1: mean (1.25² + 0.75²) / 4, square 1/3 + 1/16
    const numbersTruth = {
      bias: 0.25,
      mae: (1.25 ** 2 + 0.75 ** 2) / 4,
      mse: 1 / 3 + 1 / 16,
      rmse: Math.sqrt(1 / 3 + 1 / 16),
    };
    const held = new Map<string, number>();
    const runs = 400;
    for (let run = 0; run < runs; run++) {
      const { counts, numbers } = draw(300);
      const [binary, regression] = [binaryIntervals(counts), regressionIntervals(numbers)];
      for (const [name, value] of Object.entries({ ...truth, ...numbersTruth })) {
        const interval = { ...binary, ...regression }[name as keyof (typeof binary & typeof regression)];
        if (interval && interval.lower <= value && value <= interval.upper) held.set(name, (held.get(name) ?? 0) + 1);
      }
    }
    expect(held.size).toBe(11);
    // 95 % of 400 runs: 380, standard deviation 4.4
    for (const [name, times] of held) expect(times, name).toBeGreaterThan(360);
    for (const [name, times] of held) expect(times, name).toBeLessThan(398);
  });
  it('hold their figure, and widen with the design effect', () => {
    const { counts, numbers } = draw(500);
    const figures = { ...binaryFigures(counts), ...regressionFiguresOfCounts(numbers) };
    const intervals = { ...binaryIntervals(counts), ...regressionIntervals(numbers) };
    const wide = {
      ...binaryIntervals(counts, { designEffect: 4 }),
      ...regressionIntervals(numbers, { designEffect: 4 }),
    };
    expect(Object.keys(intervals)).toHaveLength(15);
    for (const [name, { lower, upper }] of Object.entries(intervals)) {
      const value = figures[name as keyof typeof figures] as number;
      expect(lower, name).toBeLessThan(value);
      expect(upper, name).toBeGreaterThan(value);
      const { lower: low, upper: high } = wide[name as keyof typeof wide] as { lower: number; upper: number };
      expect((high - low) / (upper - lower), name).toBeGreaterThan(1.8);
      expect((high - low) / (upper - lower), name).toBeLessThan(2.2);
    }
  });
  it('are wide where few rows happen to be in order', () => {
    const counts = emptyBinaryCounts(0.5);
    addBinaryLabel(counts, 1, 0.9, 10);
    addBinaryLabel(counts, 0, 0.1, 30);
    // Wilson of 10 of 10
    expect(binaryIntervals(counts).rocAuc?.lower).toBeCloseTo(0.7225, 4);
    expect(binaryIntervals(counts).rocAuc?.upper).toBe(1);
  });
  it('of classes are those of the accuracy', () => {
    const counts = emptyClassCounts(2, false);
    addClassLabel(counts, { label: 1, predicted: 1 }, 50);
    addClassLabel(counts, { label: 0, predicted: 1 }, 50);
    // Wilson of 50 of 100
    expect(classIntervals(counts).accuracy?.lower).toBeCloseTo(0.4038, 4);
    expect(classIntervals(emptyClassCounts(2, false))).toEqual({});
  });
});

/** Uniform in [0, 1), the same in every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
