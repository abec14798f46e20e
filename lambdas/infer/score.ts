import { csvRows } from '../../domain/inference/csv.ts';
import type { Value } from '../../domain/inference/datatypes.ts';
import {
  BadPredictionError,
  type Predictions,
  parsePredictions,
  toPredictions,
} from '../../domain/inference/predictions.ts';
import type { Target } from '../../domain/registry/entities.ts';
import type { Aws } from './aws.ts';
import { checkSize } from './http.ts';
import type { ServedModels, ServedVersion } from './models.ts';

/** A serverless endpoint takes 4 MiB; the same for all, so that a version may move between targets. */
const MAX_ENDPOINT_BYTES = 4_194_304;

export interface ScoreDeps {
  readonly aws: Pick<Aws, 'invokeEndpoint'>;
  readonly models: Pick<ServedModels, 'scorer'>;
}

/** Encodes rows with the version's own featurizer and has its target score them. */
export async function score(
  request: {
    readonly served: ServedVersion;
    readonly target: Target;
    readonly rows: readonly (readonly Value[])[];
    readonly inferenceId: string;
    readonly deadlineMs: number;
  },
  { aws, models }: ScoreDeps,
): Promise<Predictions> {
  const { served, target, rows, inferenceId, deadlineMs } = request;
  const { featurizer, width } = served;
  const features = new Float32Array(rows.length * featurizer.columns);
  rows.forEach((row, i) => {
    featurizer.write(row, features, i * featurizer.columns);
  });
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
