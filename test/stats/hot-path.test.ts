import { describe, expect, it } from 'vitest';
import { loads } from '../fixtures/imports.ts';

/** Rooms of stats that judge models: weight that a prediction must not wait for. */
const JUDGING = /^stats\/(index\.ts|quality\/|bias\/|estimation\/)/;

describe('a prediction', () => {
  it('loads nothing that judges models', () => {
    expect([...loads('lambdas/infer/index.ts').files].filter((file) => JUDGING.test(file))).toEqual([]);
  });
  it('is not the only thing this looks at: the evaluation of a model loads it', () => {
    expect([...loads('lambdas/evaluate-model/index.ts').files].some((file) => JUDGING.test(file))).toBe(true);
  });
});
