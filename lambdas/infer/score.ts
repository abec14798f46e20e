import type { ArtifactRef } from '../../domain/artifacts.ts';
import { csvRows } from '../../domain/inference/csv.ts';
import type { Value } from '../../domain/inference/datatypes.ts';
import type { Explanation } from '../../domain/inference/encode-response.ts';
import {
  BadPredictionError,
  type Predictions,
  parsePredictions,
  toPredictions,
} from '../../domain/inference/predictions.ts';
import type { Target } from '../../domain/registry/entities.ts';
import { UnsupportedModelError } from '../../domain/scoring/errors.ts';
import type { Aws } from './aws.ts';
import { checkSize, HttpError } from './http.ts';
import type { ServedModels, ServedVersion } from './models.ts';

/** A serverless endpoint takes 4 MiB; the same for all, so that a version may move between targets. */
const MAX_ENDPOINT_BYTES = 4_194_304;

export interface ScoreDeps {
  readonly aws: Pick<Aws, 'invokeEndpoint'>;
  readonly models: Pick<ServedModels, 'scorer'>;
}

/** A version that cannot be explained: no fault of its own, and no reason to ask another one. */
export class UnexplainedError extends HttpError {
  constructor(message: string) {
    super(400, message);
  }
}

export type OnlineTarget = Exclude<Target, { kind: 'batch' }>;

/** @throws HttpError 409 for a version that is there for transform jobs alone */
export function requireOnline(model: string, { version, target }: { version: number; target: Target }): OnlineTarget {
  if (target.kind !== 'batch') return target;
  const how = `millrace batch start ${model} --dataset <number> or --prefix s3://…`;
  throw new HttpError(409, `${model}:${version} is deployed with target batch and answers no requests: ${how}`);
}

/** Encodes rows with the version's own featurizer and has its target score them. */
export async function score(
  request: {
    readonly served: ServedVersion;
    readonly target: OnlineTarget;
    readonly rows: readonly (readonly Value[])[];
    readonly inferenceId: string;
    readonly deadlineMs: number;
  },
  { aws, models }: ScoreDeps,
): Promise<Predictions> {
  const { served, target, rows, inferenceId, deadlineMs } = request;
  const { featurizer, width } = served;
  const features = encode(served, rows);
  if (target.kind === 'lambda') {
    if (!served.scorer) throw new BadPredictionError(`version ${served.version} has no artifact for the scorer`);
    const model = await models.scorer(served.scorer);
    return toPredictions(model.predict(features, featurizer.columns), rows.length, width);
  }
  const csv = csvRows(features, featurizer.columns);
  checkSize('the request to the endpoint', csv, MAX_ENDPOINT_BYTES);
  const answer = await aws.invokeEndpoint(target.endpointName, { csv, inferenceId, deadlineMs });
  return parsePredictions(answer.contentType, answer.text, rows.length, width);
}

/** @throws UnexplainedError unless the version has a model that can be read here */
export function requireScorer({ version, scorer }: ServedVersion): ArtifactRef {
  if (scorer) return scorer;
  const why = 'it has no artifact for the scorer, so that only its endpoint can read the model';
  throw new UnexplainedError(`/parameters/explain: version ${version} cannot be explained: ${why}`);
}

/**
 * What each feature adds to the margins of rows: from the scorer's artifact, whichever target scored them.
 * @throws UnexplainedError for a model that cannot be explained
 */
export async function explain(
  served: ServedVersion,
  rows: readonly (readonly Value[])[],
  models: Pick<ServedModels, 'contributions'>,
): Promise<Explanation> {
  try {
    const contributions = await models.contributions(requireScorer(served));
    const values = contributions.of(encode(served, rows), served.featurizer.columns);
    return { values, groups: contributions.groups };
  } catch (error) {
    if (error instanceof UnsupportedModelError) throw new UnexplainedError(`/parameters/explain: ${error.message}`);
    throw error;
  }
}

/** Rows as the version takes them. */
export function encode({ featurizer }: ServedVersion, rows: readonly (readonly Value[])[]): Float32Array {
  const features = new Float32Array(rows.length * featurizer.columns);
  rows.forEach((row, i) => {
    featurizer.write(row, features, i * featurizer.columns);
  });
  return features;
}
