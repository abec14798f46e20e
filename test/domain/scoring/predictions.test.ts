import { describe, expect, it } from 'vitest';
import { loadXgboost } from '../../../domain/scoring/load-xgboost.ts';
import type { XgboostModel } from '../../../domain/scoring/xgboost-model.ts';
import { fixtureBytes, fixtureCases, VERSIONS } from './xgboost-fixtures.ts';

const TOLERANCE = 1e-6;

/** Largest difference, relative beyond 1; equal infinities differ by nothing. */
function difference(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  return expected.reduce((worst, value, i) => {
    const found = actual[i] as number;
    if (Object.is(found, value)) return worst;
    const relative = Math.abs(found - value) / Math.max(1, Math.abs(value));
    return Math.max(worst, Number.isNaN(relative) ? Infinity : relative);
  }, 0);
}

/** Row by row through buffers that still hold the row before. */
function rowByRow(model: XgboostModel, rows: Float32Array, margins: boolean): Float32Array {
  const width = margins ? model.groups : model.outputs;
  const out = new Float32Array(width);
  const all: number[] = [];
  for (let at = 0; at < rows.length; at += model.numFeatures) {
    const row = rows.slice(at, at + model.numFeatures);
    all.push(...(margins ? model.marginRow(row, out) : model.predictRow(row, out)));
  }
  return Float32Array.from(all);
}

it('has models of every XGBoost that SageMaker offers and Millrace supports', () => {
  expect(VERSIONS).toEqual(expect.arrayContaining(['1.7.4', '3.0.5', '3.2.0']));
});

for (const version of VERSIONS) {
  describe(`a model of XGBoost ${version}`, () => {
    for (const found of fixtureCases(version)) {
      for (const format of ['ubj', 'json']) {
        it(`predicts as XGBoost does: ${found.name} from ${format}`, () => {
          const model = loadXgboost(fixtureBytes(version, `${found.name}.${format}`));
          const { rows, columns } = found;
          expect(difference(model.predict(rows, columns), found.predictions)).toBeLessThanOrEqual(TOLERANCE);
          expect(difference(rowByRow(model, rows, false), found.predictions)).toBeLessThanOrEqual(TOLERANCE);
          // margins are sums in float32 in the same order, so every bit is the same
          expect(model.margins(rows, columns)).toEqual(found.margins);
          expect(rowByRow(model, rows, true)).toEqual(found.margins);
          expect(model.version).toBe(version);
          expect(model.objective).toBe(found.objective);
          expect(model.booster).toBe(found.booster);
          expect(model.featureNames).toEqual(found.featureNames);
          expect(model.numFeatures).toBe(columns);
          expect(model.outputs).toBe(found.predictions.length / (rows.length / columns));
          if (found.numTrees !== undefined) expect(model.numTrees).toBe(found.numTrees);
        });
      }
    }
  });
}
