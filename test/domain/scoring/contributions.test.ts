import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeJson, encodeUbj, random } from '../../../bench/random-model.ts';
import { FeatureShapeError, MalformedModelError, UnsupportedModelError } from '../../../domain/scoring/errors.ts';
import { loadContributions } from '../../../domain/scoring/load-contributions.ts';
import { loadXgboost } from '../../../domain/scoring/load-xgboost.ts';
import { aModelDocument, aTree, inBothFormats } from './a-model.ts';
import { fixtureBytes, fixtureCases } from './xgboost-fixtures.ts';

const RECORDED = new URL('../../fixtures/xgboost/contributions.json', import.meta.url);
const recorded: { rows: number[]; contributions: Record<string, number[]> } = JSON.parse(
  readFileSync(RECORDED, 'utf8'),
);

/** Absolute up to 1, relative beyond: some inputs are as large as a float32 can be. */
function expectClose(actual: Float64Array, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) {
    const error = Math.abs((actual[i] as number) - value);
    expect(error, `number ${i}: ${actual[i]} for ${value}`).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(value)));
  }
}

describe('contributions of features', () => {
  for (const [model, expected] of Object.entries(recorded.contributions)) {
    const [version = '', name = ''] = model.split('/');
    const found = fixtureCases(version).find((one) => one.name === name);
    const { columns, rows } = found as NonNullable<typeof found>;
    const chosen = Float32Array.from(
      recorded.rows.flatMap((row) => [...rows.subarray(row * columns, (row + 1) * columns)]),
    );
    for (const extension of ['ubj', 'json']) {
      it(`are XGBoost's pred_contribs: ${model}.${extension}`, () => {
        expectClose(loadContributions(fixtureBytes(version, `${name}.${extension}`)).of(chosen, columns), expected);
      });
    }

    it(`add up to the margin: ${model}`, () => {
      const bytes = fixtureBytes(version, `${name}.ubj`);
      const explained = loadContributions(bytes).of(rows, columns);
      const margins = loadXgboost(bytes).margins(rows, columns);
      const sums = Float64Array.from(margins, (_, i) =>
        explained.subarray(i * (columns + 1), (i + 1) * (columns + 1)).reduce((sum, value) => sum + value, 0),
      );
      expectClose(sums, [...margins]);
    });
  }

  it('are the Shapley values of the expectation over all subsets of features, computed one by one', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.option(fc.double({ min: 0, max: 1, noNaN: true })), { minLength: FEATURES, maxLength: FEATURES }),
        (seed, cells) => {
          const tree = aRandomTree(seed);
          const row = Float32Array.from(cells, (cell) => cell ?? Number.NaN);
          const bytes = encodeUbj(aModelDocument({ trees: [tree], param: { num_feature: `${FEATURES}` } }));
          expectClose(loadContributions(bytes).of(row, FEATURES), shapley(tree, row));
        },
      ),
    );
  });

  for (const { format, bytes } of inBothFormats(aModelDocument({ trees: [aTree({ sum_hessian: [4, 3, 1] })] }))) {
    it(`of a single split in ${format} are the leaf less the mean`, () => {
      // -1 three times of four, 2 once: the mean is -0.25
      expect([...loadContributions(bytes).of(Float32Array.of(0.4, 9, 0.5, 9), 2)]).toEqual([
        -0.75, 0, -0.25, 2.25, 0, -0.25,
      ]);
    });
  }

  it('are halves where no training row ever came', () => {
    const bytes = encodeUbj(aModelDocument({ trees: [aTree({ sum_hessian: [0, 0, 0] })] }));
    expect([...loadContributions(bytes).of(Float32Array.of(1, 1), 2)]).toEqual([1.5, 0, 0.5]);
  });

  const damaged: [string, unknown, RegExp][] = [
    ['without covers', undefined, /sum_hessian is not a list/],
    ['with too few covers', [1, 1], /sum_hessian has 2 of 3 nodes/],
    ['with a negative cover', [1, -1, 2], /node 1 has the sum_hessian -1/],
    ['with a cover that is no number', [1, 1, null], /node 2 has the sum_hessian NaN/],
  ];
  for (const [what, sumHessian, message] of damaged) {
    it(`are refused of a model ${what}, which is scored all the same`, () => {
      const bytes = encodeJson(aModelDocument({ trees: [aTree({ sum_hessian: sumHessian })] }));
      expect(loadXgboost(bytes).numTrees).toBe(1);
      expect(() => loadContributions(bytes)).toThrow(MalformedModelError);
      expect(() => loadContributions(bytes)).toThrow(message);
    });
  }

  for (const [depth, refused] of [
    [512, false],
    [513, true],
  ] as const) {
    it(`are ${refused ? 'refused' : 'given'} of a tree of depth ${depth}`, () => {
      const explain = () => loadContributions(encodeUbj(aModelDocument({ trees: [aChain(depth)] })));
      if (refused) expect(explain).toThrow(UnsupportedModelError);
      else expect(explain().of(Float32Array.of(1, 1), 2)).toHaveLength(3);
    });
  }

  it('want rows as wide as in training', () => {
    const explain = loadContributions(encodeUbj(aModelDocument({ trees: [aTree({ sum_hessian: [2, 1, 1] })] })));
    expect(() => explain.of(new Float32Array(3), 3)).toThrow(FeatureShapeError);
    expect(() => explain.of(new Float32Array(3), 2)).toThrow(FeatureShapeError);
  });
});

const FEATURES = 4;
const DEPTH = 5;

type Tree = ReturnType<typeof aRandomTree>;

/** Complete, with features that come more than once on a path and children that no training row reached. */
function aRandomTree(seed: number) {
  const uniform = random(seed);
  const inner = 2 ** DEPTH - 1;
  const nodes = 2 * inner + 1;
  const each = (make: (node: number) => number) => Array.from({ length: nodes }, (_, node) => make(node));
  const covers = new Array<number>(nodes).fill(64);
  for (let node = 0; node < inner; node++) {
    const parent = covers[node] as number;
    covers[2 * node + 1] = Math.round(uniform() * parent);
    covers[2 * node + 2] = parent - (covers[2 * node + 1] as number);
  }
  return {
    ...aTree(),
    left_children: each((node) => (node < inner ? 2 * node + 1 : -1)),
    right_children: each((node) => (node < inner ? 2 * node + 2 : -1)),
    split_indices: each((node) => (node < inner ? Math.floor(uniform() * FEATURES) : 0)),
    split_conditions: each(() => Math.fround(uniform())),
    split_type: each(() => 0),
    default_left: each(() => (uniform() < 0.5 ? 1 : 0)),
    sum_hessian: covers,
  };
}

/** A tree that goes on to the right only. */
function aChain(depth: number) {
  const nodes = 2 * depth + 1;
  const each = (make: (node: number) => number) => Array.from({ length: nodes }, (_, node) => make(node));
  const splits = (node: number) => node < nodes - 1 && node % 2 === 0;
  return aTree({
    left_children: each((node) => (splits(node) ? node + 1 : -1)),
    right_children: each((node) => (splits(node) ? node + 2 : -1)),
    split_indices: each((node) => (splits(node) ? (node / 2) % 2 : 0)),
    split_conditions: each(() => 0.5),
    split_type: each(() => 0),
    default_left: each(() => 0),
    sum_hessian: each(() => 1),
  });
}

/** By the definition: the mean over all orders of what a feature changes when it becomes known. */
function shapley(tree: Tree, row: Float32Array): number[] {
  const expectation = (known: number, node = 0): number => {
    const left = tree.left_children[node] as number;
    const right = tree.right_children[node] as number;
    const threshold = tree.split_conditions[node] as number;
    if (left === -1) return threshold;
    const feature = tree.split_indices[node] as number;
    const value = row[feature] as number;
    if (known & (1 << feature)) {
      const goesLeft = Number.isNaN(value) ? tree.default_left[node] === 1 : value < threshold;
      return expectation(known, goesLeft ? left : right);
    }
    const cover = tree.sum_hessian[node] as number;
    const share = cover === 0 ? 0.5 : (tree.sum_hessian[left] as number) / cover;
    return share * expectation(known, left) + (1 - share) * expectation(known, right);
  };
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  const contributions = Array.from({ length: FEATURES }, (_, feature) => {
    let sum = 0;
    for (let known = 0; known < 2 ** FEATURES; known++) {
      if (known & (1 << feature)) continue;
      const size = known.toString(2).replaceAll('0', '').length;
      const weight = (factorial(size) * factorial(FEATURES - size - 1)) / factorial(FEATURES);
      sum += weight * (expectation(known | (1 << feature)) - expectation(known));
    }
    return sum;
  });
  return [...contributions, expectation(0)];
}
