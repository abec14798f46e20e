import { join } from 'node:path';
import { InvalidInputError } from '../../domain/common-errors.ts';
import { UnusablePredictionsError } from '../../domain/evaluation/errors.ts';
import type { Featurizer } from '../../domain/features/featurizer.ts';
import { parsePredictions } from '../../domain/inference/predictions.ts';
import { loadXgboost } from '../../domain/scoring/load-xgboost.ts';
import type { JobOutcome, TrainingPlan } from '../../domain/training/plan.ts';
import type { LakeFiles } from '../adapters/lake-files.ts';
import { readModelFile } from '../adapters/model-archive.ts';
import type { Holdout } from './holdout.ts';

const MODEL_FILE = 'xgboost-model';

/** What the training job made: the archive on disk, and for xgboost the bare model in it. */
export interface TrainedModel {
  readonly archive: string;
  readonly scorer: Uint8Array | undefined;
}

export async function fetchModel(
  { algorithm }: TrainingPlan,
  job: JobOutcome,
  folder: string,
  files: LakeFiles,
): Promise<TrainedModel> {
  if (!job.modelDataUrl) throw new InvalidInputError([`job ${job.name} left no model`]);
  const archive = join(folder, 'model.tar.gz');
  await files.download(lakeKey(job.modelDataUrl, files.bucket), archive);
  return { archive, scorer: algorithm === 'xgboost' ? await readModelFile(archive, MODEL_FILE) : undefined };
}

/** Row-major, in the order of the holdout. */
export async function predictHoldout(
  { scorer }: TrainedModel,
  {
    plan,
    featurizer,
    holdout,
    transform,
  }: {
    plan: TrainingPlan;
    featurizer: Featurizer;
    holdout: Holdout;
    transform: JobOutcome | null | undefined;
  },
  files: LakeFiles,
): Promise<Float64Array> {
  if (scorer) return holdout.score(loadXgboost(scorer), featurizer);
  if (!transform?.outputUrl) throw new UnusablePredictionsError('a container needs a transform job over the holdout');
  const name = plan.keys.holdoutFeaturesCsv.split('/').at(-1);
  const folder = lakeKey(transform.outputUrl, files.bucket).replace(/\/$/, '');
  const text = await files.readText(`${folder}/${name}.out`);
  const width = plan.task === 'multiclass' ? plan.classes.length : 1;
  return parsePredictions('text/csv', text, holdout.labels.length, width).values;
}

/** @throws InvalidInputError for anything outside the lake bucket */
function lakeKey(url: string, bucket: string): string {
  const prefix = `s3://${bucket}/`;
  if (url.startsWith(prefix)) return url.slice(prefix.length);
  throw new InvalidInputError([`${url} is not in the lake bucket ${bucket}`]);
}
