import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TOLERANCE } from '../../../domain/rollout/agreement.ts';
import { judgeParity, parityProof } from '../../../domain/rollout/parity.ts';
import { loadXgboost } from '../../../domain/scoring/load-xgboost.ts';
import { chunked } from '../../fixtures/chunks.ts';
import { aModelVersion, anArtifact } from '../../fixtures/entities.ts';
import { aModelDocument, aTree, inBothFormats } from '../scoring/a-model.ts';

/** Predicts -1 below 0.5 and for a missing value, otherwise 2. */
const bytesOf = (leaf = 2) => {
  const document = aModelDocument({ trees: [aTree({ split_conditions: [0.5, -1, leaf] })] });
  return inBothFormats(document)[0]?.bytes as Uint8Array;
};
const judge = (features: string, predictions: string, { leaf = 2, sizes = [] as number[] } = {}) =>
  judgeParity(loadXgboost(bytesOf(leaf)), 2, chunked(features, sizes), chunked(predictions, sizes));

const HOLDOUT = '0.1,1\n0.9,\n,3\n';

describe('parity on the holdout', () => {
  it('is proven by equal predictions of every row', async () => {
    expect(await judge(HOLDOUT, '-1\n2\n-1\n')).toEqual({
      passed: true,
      numbers: { rows: 3, width: 1, tolerance: 1e-6, maxDifference: 0, row: 0, container: -1, scorer: -1 },
    });
  });

  for (const { container, passed } of [
    { container: -1 + TOLERANCE * 0.99, passed: true },
    { container: -1 - TOLERANCE * 0.99, passed: true },
    { container: -1 + TOLERANCE * 1.01, passed: false },
    { container: -1 - TOLERANCE * 1.01, passed: false },
    // relative above 1
    { container: 2 + 2 * TOLERANCE * 0.99, passed: true },
    { container: 2 + 2 * TOLERANCE * 1.01, passed: false },
  ]) {
    it(`${passed ? 'holds' : 'does not hold'} where the container predicts ${container}`, async () => {
      const predictions = container < 0 ? `-1\n2\n${container}` : `-1\n${container}\n-1`;
      const verdict = await judge(HOLDOUT, predictions);
      expect(verdict.passed).toBe(passed);
      expect(verdict.numbers).toMatchObject({ rows: 3, row: container < 0 ? 2 : 1, container });
      expect(verdict.numbers.maxDifference).toBeCloseTo(TOLERANCE * (passed ? 0.99 : 1.01), 12);
      if (!verdict.passed) expect(verdict.reason).toContain(`at row ${verdict.numbers.row} of 3 of the holdout`);
    });
  }

  it('does not hold for a scorer with one other leaf, and names the row that shows it', async () => {
    const verdict = await judge(HOLDOUT, '-1\n2\n-1', { leaf: 2.00001 });
    expect(verdict).toMatchObject({ passed: false, numbers: { row: 1, container: 2 } });
  });

  for (const [what, features, predictions, reason] of [
    ['a row is missing', HOLDOUT, '-1\n2\n', 'the container answered 2 rows, and the holdout has more'],
    ['nothing was answered', HOLDOUT, '', 'the container answered 0 rows, and the holdout has more'],
    ['there are more', HOLDOUT, '-1\n2\n-1\n-1', 'the container answered more than the 3 rows of the holdout'],
    ['one is not finite', HOLDOUT, '-1\nnan\n-1', 'row 1 of the holdout: the container predicts nan, the scorer 2'],
    ['one is infinite', HOLDOUT, '-1\n2\n-Infinity', 'row 2 of the holdout: the container predicts -Infinity'],
    ['one is no number', HOLDOUT, '-1\nerror\n-1', 'row 1 of the holdout: the container predicts error'],
    ['the holdout is empty', '', '', 'the holdout has no rows'],
    ['the holdout is empty and was answered', '', '1', 'the holdout has no rows'],
  ] as const) {
    it(`does not hold when ${what}`, async () => {
      const verdict = await judge(features, predictions);
      expect(verdict.passed).toBe(false);
      if (!verdict.passed) expect(verdict.reason).toContain(reason);
    });
  }

  it('does not hold when the scorer itself predicts nothing finite', async () => {
    const scorer = { outputs: 1, predict: () => Float32Array.of(Number.NaN) };
    expect(await judgeParity(scorer, 2, chunked('1,2'), chunked('1'))).toMatchObject({ passed: false });
  });

  it('compares every number of a row that has several', async () => {
    const scorer = { outputs: 3, predict: () => Float32Array.of(0.5, 0.25, 0.25, 0.25, 0.25, 0.5) };
    const answer = (last: string) => chunked(`[0.5,0.25,0.25]\n[0.25,0.25,${last}]\n`);
    expect(await judgeParity(scorer, 1, chunked('1\n2\n'), answer('0.5'))).toMatchObject({ passed: true });
    const verdict = await judgeParity(scorer, 1, chunked('1\n2\n'), answer('0.6'));
    expect(verdict).toMatchObject({ passed: false, numbers: { rows: 2, width: 3, row: 1, container: 0.6 } });
  });

  it('takes the line of a missing only feature for a row', async () => {
    const scorer = { outputs: 1, predict: (rows: Float32Array) => rows.map((value) => (Number.isNaN(value) ? 7 : 1)) };
    expect(await judgeParity(scorer, 1, chunked('1\n\nnan\n'), chunked('1\n7\n7'))).toMatchObject({ passed: true });
  });

  it('refuses a holdout that is not of this model', async () => {
    await expect(judge('1,2,3\n', '-1')).rejects.toThrow('has 3 of 2 fields');
  });

  it('is judged alike however the texts arrive, over many batches of rows', async () => {
    const rows = Array.from({ length: 2_500 }, (_, i) => (i % 3 ? '0.1,1' : '0.9,'));
    const answers: string[] = rows.map((row) => (row === '0.9,' ? '2' : '-1'));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(4_000), { maxLength: 8 }), fc.nat(2_499), async (sizes, wrong) => {
        const right = await judge(rows.join('\n'), answers.join('\n'), { sizes });
        expect(right).toMatchObject({ passed: true, numbers: { rows: 2_500 } });
        const spoilt = await judge(rows.join('\n'), answers.with(wrong, '0').join('\n'), { sizes });
        expect(spoilt).toMatchObject({ passed: false, numbers: { rows: 2_500, row: wrong } });
      }),
      { numRuns: 20 },
    );
  });
});

describe('a proof of parity', () => {
  const version = aModelVersion();
  const { artifacts } = version;
  const proof = parityProof(version);

  it('is of what it was made with, whatever version that is of', () => {
    expect(parityProof(aModelVersion({ version: 7, runId: 'churn-ffffffffffff' }))).toBe(proof);
  });

  for (const [what, other] of [
    ['image', { image: 'other:1' }],
    ['archive', { artifacts: { ...artifacts, model: anArtifact({ sha256: 'd'.repeat(64) }) } }],
    ['scorer', { artifacts: { ...artifacts, scorer: anArtifact({ sha256: 'e'.repeat(64) }) } }],
  ] as const) {
    it(`says nothing of another ${what}`, () => expect(parityProof(aModelVersion(other))).not.toBe(proof));
  }
});
