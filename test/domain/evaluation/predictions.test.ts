import { describe, expect, it } from 'vitest';
import { scoredOf } from '../../../domain/evaluation/predictions.ts';
import { aModelSpec } from '../../fixtures/builders.ts';

const CLASSES = ['cat', 'dog', 'owl'];
const spec = (task: string) => aModelSpec({ task, classes: task === 'multiclass' ? CLASSES : undefined });
const floats = (...values: number[]) => Float64Array.from(values);
describe('predictions', () => {
  const accepted: [string, number[], number[], number][] = [
    ['binary', [0, 1], [0, 1], 1],
    ['multiclass', [0, 2], [0.5, 0.3, 0.2, 0, 0, 1], 3],
    ['multiclass', [0, 2], [0, 2], 1],
    ['regression', [1, 2], [-1e9, 1e9], 1],
  ];
  for (const [task, labels, values, width] of accepted) {
    it(`of a ${task} model are taken, ${width} per row`, () => {
      expect(scoredOf(spec(task), CLASSES, floats(...labels), floats(...values)).width).toBe(width);
    });
  }
  const refused: [string, number[], string][] = [
    ['binary', [0.5, 1.0000001], 'prediction 1 is 1.0000001, not a probability'],
    ['binary', [-0.1, 1], 'prediction 0 is -0.1'],
    ['binary', [0.1, 0.2, 0.3, 0.4], '4 predictions for 2 rows: binary needs 1 per row'],
    ['multiclass', [0, 3], 'prediction 1 is 3, not a class index below 3'],
    ['multiclass', [0.1, 0.2, 0.3, 0.4], 'multiclass needs 1 or 3 per row'],
    ['regression', [1, Number.NaN], 'prediction 1 is NaN, not a finite number'],
  ];
  for (const [task, values, problem] of refused) {
    it(`of a ${task} model are refused: ${problem}`, () => {
      expect(() => scoredOf(spec(task), CLASSES, floats(0, 1), floats(...values))).toThrow(problem);
    });
  }
});
