import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { autoScaling, cloudWatch, dynamo, s3, sagemaker } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { endpointScaling } from '../adapters/endpoint-scaling.ts';
import { holdoutLines } from '../adapters/holdout-lines.ts';
import { lakeStreams } from '../adapters/lake-streams.ts';
import { lakeTexts } from '../adapters/lake-texts.ts';
import { s3ArtifactStore } from '../adapters/s3-artifact-store.ts';
import { askAsyncEndpoint } from '../adapters/sagemaker-async.ts';
import { invokeEndpoint, sageMakerEndpoints } from '../adapters/sagemaker-endpoints.ts';
import { parseEnv } from '../runtime/env.ts';
import { VerifyEndpointEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(VerifyEndpointEnv);
const runtime = new SageMakerRuntimeClient();
export const handler = makeHandler({
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  endpoints: sageMakerEndpoints(sagemaker()),
  invoke: invokeEndpoint(runtime),
  ask: askAsyncEndpoint(runtime, lakeTexts(s3(), env.LAKE_BUCKET_NAME)),
  artifacts: s3ArtifactStore(s3(), env.LAKE_BUCKET_NAME),
  holdoutLines: holdoutLines(s3(), env.LAKE_BUCKET_NAME),
  lakeStreams: lakeStreams(s3(), env.LAKE_BUCKET_NAME),
  scaling: endpointScaling(autoScaling(), cloudWatch()),
  now: () => new Date(),
});
