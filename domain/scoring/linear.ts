import { malformed } from './fields.ts';

/** A gblinear model: `weights[feature * groups + group]`, the biases in the last row. */
export interface Linear {
  readonly kind: 'linear';
  readonly weights: Float32Array;
  readonly numFeatures: number;
  readonly groups: number;
}

export function linearOf(weights: Float32Array, shape: { numFeatures: number; groups: number }): Linear {
  const expected = (shape.numFeatures + 1) * shape.groups;
  if (weights.length !== expected) malformed('gblinear.model.weights', `has ${weights.length} of ${expected} weights`);
  if (!weights.every(Number.isFinite)) malformed('gblinear.model.weights', 'has a weight that is not finite');
  return { kind: 'linear', weights, ...shape };
}

/** Adds bias and weighted features, in float32 and in XGBoost's order; a missing value (NaN) adds nothing. */
export function addLinear(linear: Linear, rows: Float32Array, rowCount: number, margins: Float32Array): void {
  const { weights, numFeatures, groups } = linear;
  for (let row = 0; row < rowCount; row++) {
    for (let group = 0; group < groups; group++) {
      const at = row * groups + group;
      let sum = Math.fround((margins[at] as number) + (weights[numFeatures * groups + group] as number));
      for (let feature = 0; feature < numFeatures; feature++) {
        const value = rows[row * numFeatures + feature] as number;
        if (Number.isNaN(value)) continue;
        sum = Math.fround(sum + Math.fround(value * (weights[feature * groups + group] as number)));
      }
      margins[at] = sum;
    }
  }
}
