import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeUbj, randomModel } from '../../../bench/random-model.ts';
import { FeatureShapeError } from '../../../domain/scoring/errors.ts';
import { loadXgboost } from '../../../domain/scoring/load-xgboost.ts';
import { CACHE_BYTES } from '../../../lambdas/infer/models.ts';
import { aModelDocument, aTree, inBothFormats } from './a-model.ts';

const load = (document: unknown) => loadXgboost(encodeUbj(document));

describe('a row', () => {
  const model = load(aModelDocument());

  for (const [name, first, expected] of [
    ['below the threshold goes left', 0.49999997, -1],
    ['at the threshold goes right', 0.5, 2],
    ['without a value takes the default', Number.NaN, -1],
    ['at minus infinity goes left', -Infinity, -1],
    ['at infinity goes right', Infinity, 2],
  ] as const) {
    it(name, () => expect(model.predictRow(Float32Array.of(first, 0))).toEqual(Float32Array.of(expected)));
  }

  it('without a value goes right where that is the default', () => {
    const right = load(aModelDocument({ trees: [aTree({ default_left: [0, 0, 0] })] }));
    expect(right.predictRow(Float32Array.of(Number.NaN, 0))).toEqual(Float32Array.of(2));
  });

  it('is refused when it has other features than the model', () => {
    expect(() => model.predictRow(new Float32Array(3))).toThrow(FeatureShapeError);
    expect(() => model.marginRow(new Float32Array(1))).toThrow('trained on 2 features, the row has 1');
    expect(() => model.predict(new Float32Array(6), 3)).toThrow(FeatureShapeError);
    expect(() => model.predict(new Float32Array(5), 2)).toThrow('5 values are no whole number of rows');
  });

  it('is not written to a buffer that is too small', () => {
    expect(() => model.predictRow(new Float32Array(2), new Float32Array(0))).toThrow(RangeError);
  });

  it('is written to the buffer that it was given', () => {
    const out = new Float32Array(1);
    expect(model.predictRow(Float32Array.of(1, 0), out)).toBe(out);
    expect(out).toEqual(Float32Array.of(2));
  });
});

describe('a batch', () => {
  it('may be empty', () => expect(load(aModelDocument()).predict(new Float32Array(0), 2)).toEqual(new Float32Array(0)));

  it('predicts what its rows predict alone, for every size around a block', () => {
    const model = load(randomModel({ trees: 20, depth: 4, features: 3 }));
    const value = fc.oneof(fc.float({ min: 0, max: 1, noNaN: true }), fc.constant(Number.NaN));
    const batches = fc
      .integer({ min: 0, max: 130 })
      .chain((rows) => fc.array(value, { minLength: rows * 3, maxLength: rows * 3 }));
    fc.assert(
      fc.property(batches, (values) => {
        const rows = Float32Array.from(values);
        const alone: number[] = [];
        for (let at = 0; at < rows.length; at += 3) alone.push(...model.predictRow(rows.slice(at, at + 3)));
        expect(model.predict(rows, 3)).toEqual(Float32Array.from(alone));
      }),
      { numRuns: 50 },
    );
  });
});

describe('a forest', () => {
  it('gives the leaf that a walk over the document finds', () => {
    const shapes = fc.record({
      trees: fc.integer({ min: 1, max: 5 }),
      depth: fc.integer({ min: 0, max: 5 }),
      features: fc.integer({ min: 1, max: 6 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(shapes, fc.array(fc.float({ min: 0, max: 1 }), { minLength: 6, maxLength: 6 }), (shape, values) => {
        const document = randomModel(shape);
        const row = Float32Array.from(values.slice(0, shape.features));
        const base = Math.fround(-Math.log(Math.fround(Math.fround(1 / Math.fround(0.37)) - 1)));
        const expected = treesOf(document).reduce((sum, tree) => Math.fround(sum + leafOf(tree, row)), base);
        for (const { bytes } of inBothFormats(document)) {
          expect(loadXgboost(bytes).marginRow(row)).toEqual(Float32Array.of(expected));
        }
      }),
    );
  });

  it('ignores nodes that pruning left behind', () => {
    const pruned = aTree({
      left_children: [3, 0, 0, -1, -1],
      right_children: [4, 9, 9, -1, -1],
      split_indices: [0, 77, 77, 0, 0],
      split_conditions: [0.5, 0, 0, -1, 2],
      split_type: [0, 0, 0, 0, 0],
      default_left: [1, 0, 0, 0, 0],
    });
    expect(load(aModelDocument({ trees: [pruned] })).predictRow(Float32Array.of(1, 0))).toEqual(Float32Array.of(2));
  });

  it('adds nothing to the base score when it has no trees', () => {
    const model = load(aModelDocument({ trees: [], param: { base_score: '2.5E0' } }));
    expect(model.predictRow(new Float32Array(2))).toEqual(Float32Array.of(2.5));
  });
});

interface WalkedTree {
  readonly left_children: Int32Array;
  readonly right_children: Int32Array;
  readonly split_indices: Int32Array;
  readonly split_conditions: Float32Array;
  readonly default_left: Uint8Array;
}

const treesOf = (document: Record<string, unknown>): WalkedTree[] =>
  (document as { learner: { gradient_booster: { model: { trees: WalkedTree[] } } } }).learner.gradient_booster.model
    .trees;

function leafOf(tree: WalkedTree, row: Float32Array, node = 0): number {
  const left = tree.left_children[node] as number;
  const condition = tree.split_conditions[node] as number;
  if (left === -1) return condition;
  const value = row[tree.split_indices[node] as number] as number;
  const goesLeft = Number.isNaN(value) ? tree.default_left[node] === 1 : value < condition;
  return leafOf(tree, row, goesLeft ? left : (tree.right_children[node] as number));
}

describe('the memory of a model', () => {
  const bytesOf = (trees: number) => load(randomModel({ trees, depth: 6, features: 20 })).bytes;

  it('is 12 bytes a node, 8 a tree, and a little besides', () => {
    expect(bytesOf(2) - bytesOf(1)).toBe(127 * 12 + 8);
    expect(bytesOf(0)).toBe(4_096);
  });

  it('is little enough that the router keeps 1,000 models of 100 trees', () => {
    expect(1_000 * bytesOf(100)).toBeLessThanOrEqual(CACHE_BYTES);
  });
});
