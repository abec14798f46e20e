import { describe, expect, it } from 'vitest';
import { classFigures, macroF1StandardError, tallyMatrix } from '../../../stats/quality/index.ts';
import { seeded } from '../../fixtures/random.ts';

const f1Of = (matrix: readonly (readonly number[])[]) => classFigures(tallyMatrix(matrix)).macro.f1;

describe('the standard error of macro F1', () => {
  it('is the delta method of numerical derivatives', () => {
    const matrix = [
      [50, 7, 3],
      [4, 30, 6],
      [0, 9, 91],
    ];
    let variance = 0;
    for (const [i, row] of matrix.entries()) {
      for (const [j, rows] of row.entries()) {
        const moved = (by: number) => f1Of(matrix.with(i, row.with(j, rows + by)));
        variance += rows * ((moved(1e-4) - moved(-1e-4)) / 2e-4) ** 2;
      }
    }
    expect(macroF1StandardError(matrix)).toBeCloseTo(Math.sqrt(variance), 8);
  });

  it('is how far samples of the same rows scatter', () => {
    const shares = [
      [0.4, 0.1, 0],
      [0.1, 0.2, 0.05],
      [0, 0.05, 0.1],
    ];
    const random = seeded(11);
    const sample = () => {
      const matrix = shares.map((row) => row.map(() => 0));
      for (let k = 0; k < 500; k++) {
        let left = random();
        const cell = shares.flat().findIndex((share) => {
          left -= share;
          return left < 0;
        });
        const [i, j] = [Math.floor(Math.max(cell, 0) / 3), Math.max(cell, 0) % 3];
        ((matrix[i] as number[])[j] as number) += 1;
      }
      return matrix;
    };
    const samples = Array.from({ length: 400 }, sample);
    const values = samples.map(f1Of);
    const mean = values.reduce((a, b) => a + b) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    const error = samples.map(macroF1StandardError).reduce((a, b) => a + b) / samples.length;
    expect(error / spread).toBeGreaterThan(0.9);
    expect(error / spread).toBeLessThan(1.1);
  });

  it('leaves classes out that nobody has, and is undefined for no rows', () => {
    const two = macroF1StandardError([
      [30, 5],
      [3, 40],
    ]);
    const padded = [
      [30, 5, 0],
      [3, 40, 0],
      [0, 0, 0],
    ];
    expect(macroF1StandardError(padded)).toBeCloseTo(two, 12);
    expect(macroF1StandardError([[0]])).toBeNaN();
  });
});
