import { NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { TrainingPlan } from '../../../domain/training/plan.ts';
import { holdoutLines } from '../../../lambdas/adapters/holdout-lines.ts';
import { anArtifact } from '../../fixtures/entities.ts';

const MEBIBYTE = 1_048_576;
const plan = TrainingPlan.parse({
  model: 'churn',
  runId: 'churn-0123456789ab',
  specVersion: 1,
  datasetVersions: [1],
  task: 'binary',
  algorithm: 'xgboost',
  features: ['a', 'b'],
  classes: ['0', '1'],
  rows: { train: 1, validation: 1, holdout: 1, unlabelled: 0, outsideWindow: 0 },
  keys: {
    train: 't',
    validation: 'v',
    holdout: 'h',
    holdoutCsv: 'h.csv',
    holdoutFeaturesCsv: 'features.csv',
    holdoutRows: 'r',
  },
  featurizer: anArtifact(),
  baseline: anArtifact(),
});

/** A bucket with the plan of one run and its holdout. */
function aReader(csv: string) {
  const client = {
    send: async ({ input }: { input: { Key: string; Range?: string } }) => {
      const body = (text: string) => ({ transformToString: async () => text });
      if (input.Key === 'runs/churn/churn-0123456789ab/plan.json') return { Body: body(JSON.stringify(plan)) };
      expect(input).toMatchObject({ Key: 'features.csv', Range: `bytes=0-${MEBIBYTE - 1}` });
      return { Body: body(csv.slice(0, MEBIBYTE)), ContentRange: `bytes 0-1/${csv.length}` };
    },
  };
  const read = holdoutLines(client as unknown as S3Client, 'lake');
  return (rows: number) => read('churn', 'churn-0123456789ab', rows);
}

describe('the first lines of a holdout', () => {
  it('are as many as asked for', async () => {
    expect(await aReader('1,2\n3,\n5,6\n')(2)).toEqual(['1,2', '3,']);
  });

  it('are all there are, with or without a last line end', async () => {
    expect(await aReader('1,2\n3,4\n')(20)).toEqual(['1,2', '3,4']);
    expect(await aReader('1,2\r\n3,4')(20)).toEqual(['1,2', '3,4']);
  });

  it('are whole lines of a holdout that is longer than what is read', async () => {
    const line = `${'1,'.repeat(150_000)}1`;
    const lines = await aReader(`${line}\n`.repeat(9))(20);
    expect(lines).toHaveLength(3);
    expect(new Set(lines)).toEqual(new Set([line]));
  });

  it('are not there once the run or its holdout has expired', async () => {
    for (const expired of ['plan.json', 'features.csv']) {
      const client = {
        send: async ({ input }: { input: { Key: string } }) => {
          if (input.Key.endsWith(expired)) throw new NoSuchKey({ message: 'gone', $metadata: {} });
          return { Body: { transformToString: async () => JSON.stringify(plan) } };
        },
      };
      const read = holdoutLines(client as unknown as S3Client, 'lake');
      expect(await read('churn', 'churn-0123456789ab', 20), expired).toBeUndefined();
    }
  });

  it('are not taken for expired when they may not be read', async () => {
    const client = { send: () => Promise.reject(new Error('AccessDenied')) };
    const read = holdoutLines(client as unknown as S3Client, 'lake');
    await expect(read('churn', 'churn-0123456789ab', 20)).rejects.toThrow('AccessDenied');
  });
});
