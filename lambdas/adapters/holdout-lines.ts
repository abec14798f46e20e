import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { lakeKeys } from '../../domain/names.ts';
import { RUN_FILES, TrainingPlan } from '../../domain/training/plan.ts';
import { readJson } from './s3-artifact-store.ts';

/** Enough for a few rows of 2,000 columns, however long the holdout is. */
const HEAD_BYTES = 1_048_576;

/** Reads the first complete lines of a run's holdout features; undefined once the run's files expired. */
export function holdoutLines(client: S3Client, bucket: string) {
  const read = async (model: string, runId: string, rows: number): Promise<readonly string[]> => {
    const key = `${lakeKeys.runFolder(model, runId)}/${RUN_FILES.plan}`;
    const plan = TrainingPlan.parse(await readJson(client, { bucket, key }));
    const { Body, ContentRange } = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: plan.keys.holdoutFeaturesCsv, Range: `bytes=0-${HEAD_BYTES - 1}` }),
    );
    const text = (await Body?.transformToString()) ?? '';
    const total = Number(ContentRange?.split('/')[1] ?? text.length);
    const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
    // the last piece is empty after a line end, or a line cut off in its middle
    if (total > HEAD_BYTES || lines.at(-1) === '') lines.pop();
    return lines.slice(0, rows);
  };
  return async (model: string, runId: string, rows: number): Promise<readonly string[] | undefined> => {
    try {
      return await read(model, runId, rows);
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  };
}
