import { describe, expect, it } from 'vitest';
import {
  averagePrecision,
  binaryConfusion,
  brierScore,
  calibrationCurve,
  calibrationErrorOf,
  classFigures,
  confusionFigures,
  confusionMatrix,
  expectedCalibrationError,
  fBeta,
  groupByScore,
  logLoss,
  multiclassLogLoss,
  regressionFigures,
  rocAuc,
  rocAucStandardError,
  tallyClasses,
  tallyMatrix,
} from '../../../stats/quality/index.ts';
import reference from '../fixtures/quality.json' with { type: 'json' };

const { labels, scores } = reference.binary;

describe('figures of a binary model are those of scikit-learn', () => {
  for (const { threshold, confusion, calibration, ...expected } of reference.binary.at) {
    it(`at the threshold ${threshold}`, () => {
      const counts = binaryConfusion(labels, scores, threshold);
      expect(counts).toEqual(confusion);
      const found: Record<string, number> = {
        ...confusionFigures(counts),
        fbeta05: fBeta(counts, 0.5),
        fbeta2: fBeta(counts, 2),
        rocAuc: rocAuc(labels, scores),
        averagePrecision: averagePrecision(labels, scores),
        logLoss: logLoss(labels, scores),
        brier: brierScore(labels, scores),
      };
      for (const [name, value] of Object.entries(expected)) expect(found[name], name).toBeCloseTo(value, 11);
    });
  }

  for (const strategy of ['equal-width', 'equal-mass'] as const) {
    it(`in the calibration curve of ${strategy} bins`, () => {
      const curve = calibrationCurve(labels, scores, { strategy });
      const expected = reference.binary.at[0]?.calibration[strategy];
      expect(curve.length).toBe(expected?.positiveShare.length);
      for (const [i, bin] of curve.entries()) {
        expect(bin.positiveShare).toBeCloseTo(expected?.positiveShare[i] as number, 12);
        expect(bin.meanProbability).toBeCloseTo(expected?.meanProbability[i] as number, 12);
      }
      expect(curve.reduce((sum, { rows }) => sum + rows, 0)).toBe(labels.length);
    });
  }

  it('in the standard error of the AUC, by the definition of DeLong', () => {
    const expected = reference.binary.deLongStandardError.value;
    expect(rocAucStandardError(groupByScore(labels, scores))).toBeCloseTo(expected, 12);
  });
});

describe('figures of classes are those of scikit-learn', () => {
  const { predicted, probabilities, classes, matrix, logLoss: loss, ...expected } = reference.multiclass;
  const own = reference.multiclass.labels;

  it('from rows and from the confusion matrix', () => {
    expect(confusionMatrix(own, predicted, classes)).toEqual(matrix);
    for (const tallies of [tallyClasses(own, predicted, classes), tallyMatrix(matrix)]) {
      const found = classFigures(tallies);
      for (const name of ['accuracy', 'balancedAccuracy', 'mcc', 'kappa'] as const) {
        expect(found[name], name).toBeCloseTo(expected[name], 11);
      }
      for (const name of ['macro', 'micro', 'weighted'] as const) {
        for (const figure of ['precision', 'recall', 'f1'] as const) {
          expect(found[name][figure], `${name} ${figure}`).toBeCloseTo(expected[name][figure], 11);
        }
      }
    }
  });
  it('in log loss', () => {
    expect(multiclassLogLoss(own, probabilities, classes)).toBeCloseTo(loss, 11);
  });
  it('and two classes are the binary figures', () => {
    const predictions = scores.map((score) => Number(score >= 0.5));
    const two = classFigures(tallyClasses(labels, predictions, 2));
    const binary = confusionFigures(binaryConfusion(labels, scores));
    for (const name of ['accuracy', 'balancedAccuracy', 'mcc', 'kappa'] as const) {
      expect(two[name]).toBeCloseTo(binary[name], 12);
    }
  });
});

describe('figures of a regression', () => {
  const { labels: own, predictions, ...expected } = reference.regression;
  it('are those of scikit-learn', () => {
    const found = regressionFigures(own, predictions);
    for (const [name, value] of Object.entries(expected)) {
      expect(found[name as keyof typeof found], name).toBeCloseTo(value, 10);
    }
  });
  it('by hand, where scikit-learn has none', () => {
    const { smape, bias } = regressionFigures([2, 0, 4], [6, 0, 3]);
    expect(smape).toBeCloseTo((8 / 8 + 0 + 2 / 7) / 3, 12);
    expect(bias).toBe(1);
  });
  it('of equal labels have no R2, even if their mean is rounded', () => {
    expect(regressionFigures([0.1, 0.1, 0.1], [0.2, 0.1, 0.1])).toMatchObject({
      r2: Number.NaN,
      explainedVariance: Number.NaN,
    });
  });
  it('explain all variance when the error is constant', () => {
    expect(regressionFigures([1, 2, 4], [2, 3, 5]).explainedVariance).toBe(1);
  });
  it('of an even number of rows have the middle of both median errors', () => {
    expect(regressionFigures([0, 0, 0, 0], [1, 2, 5, 9]).medianAbsoluteError).toBe(3.5);
  });
});

describe('by hand', () => {
  it('a tie between a positive and a negative is half a win', () => {
    expect(rocAuc([1, 0], [0.5, 0.5])).toBe(0.5);
    // pairs: 0.5 = 0.5 one half, 0.5 > 0.2 one, 0.7 > both
    expect(rocAuc([1, 0, 1, 0], [0.5, 0.5, 0.7, 0.2])).toBe(3.5 / 4);
  });
  it('average precision of a tie is the precision of all that share the score', () => {
    expect(averagePrecision([1, 0, 0, 1], [0.5, 0.5, 0.5, 0.9])).toBe(0.5 * 1 + 0.5 * 0.5);
  });
  it('calibration error weighs each bin by its rows', () => {
    // 0.1 and 0.2 lie in bins of their own; 2 rows off by 0.1, 1 by 0.8
    expect(expectedCalibrationError([0, 0, 1], [0.1, 0.1, 0.2])).toBeCloseTo((2 * 0.1 + 0.8) / 3, 12);
    expect(calibrationErrorOf([])).toBeNaN();
  });
});

describe('what is undefined', () => {
  it('is NaN for no rows', () => {
    const figures = {
      ...confusionFigures(binaryConfusion([], [])),
      ...regressionFigures([], []),
      auc: rocAuc([], []),
      averagePrecision: averagePrecision([], []),
      logLoss: logLoss([], []),
      brier: brierScore([], []),
      width: expectedCalibrationError([], []),
      mass: expectedCalibrationError([], [], { strategy: 'equal-mass' }),
      classes: classFigures(tallyClasses([], [], 3)).macro.f1,
    };
    for (const [name, value] of Object.entries(figures)) expect(value, name).toBeNaN();
  });
  it('is NaN with one class', () => {
    expect(rocAuc([0, 0], [0.1, 0.2])).toBeNaN();
    expect(averagePrecision([0, 0], [0.1, 0.2])).toBeNaN();
    expect(rocAucStandardError(groupByScore([0, 0, 1], [0.1, 0.2, 0.3]))).toBeNaN();
    expect(confusionFigures(binaryConfusion([0, 0], [0.1, 0.2]))).toMatchObject({ recall: Number.NaN, accuracy: 1 });
  });
  it('is NaN if all rows are predicted to be one class', () => {
    expect(confusionFigures(binaryConfusion([0, 1], [0.1, 0.2]))).toMatchObject({
      precision: Number.NaN,
      mcc: Number.NaN,
      f1: 0,
      kappa: 0,
    });
  });
});

describe('refused', () => {
  const cases: [string, () => unknown, string][] = [
    ['lengths that differ', () => rocAuc([0, 1], [0.5]), 'labels and scores must be as many, got 2 and 1'],
    ['a NaN score', () => rocAuc([0, 1], [0.5, Number.NaN]), 'scores[1] must be a number, got NaN'],
    ['a NaN probability', () => brierScore([0], [Number.NaN]), 'probabilities[0] must be within 0 and 1, got NaN'],
    ['a probability above 1', () => logLoss([0], [1.01]), 'probabilities[0] must be within 0 and 1, got 1.01'],
    ['a label of 2', () => binaryConfusion([2], [0.5]), 'labels[0] must be 0 or 1, got 2'],
    ['a NaN threshold', () => binaryConfusion([1], [0.5], Number.NaN), 'threshold must be a number, got NaN'],
    ['beta 0', () => fBeta({ tp: 1, fp: 1, fn: 1, tn: 1 }, 0), 'beta must be above 0, got 0'],
    ['no bins', () => calibrationCurve([1], [0.5], { bins: 0 }), 'bins must be a whole number from 1, got 0'],
    ['an unknown class', () => tallyClasses([0, 3], [0, 1], 3), 'labels[1] must be a class index below 3, got 3'],
    ['a short row', () => multiclassLogLoss([0, 1], [1, 0, 1], 2), '2 rows of 2, got 3 numbers'],
    [
      'an infinite label',
      () => regressionFigures([Number.POSITIVE_INFINITY], [1]),
      'labels[0] must be a finite number',
    ],
  ];
  for (const [what, act, message] of cases) {
    it(`is ${what}`, () => {
      expect(act).toThrow(RangeError);
      expect(act).toThrow(message);
    });
  }
});
