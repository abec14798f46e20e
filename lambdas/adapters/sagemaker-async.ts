import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeEndpointAsyncCommand, type SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { UnavailableError } from '../../domain/common-errors.ts';
import { asyncKeys } from '../../domain/names.ts';
import { EndpointVerificationError } from '../../domain/rollout/errors.ts';
import type { LakeTexts } from './lake-texts.ts';

export interface AsyncQuestion {
  readonly endpointName: string;
  readonly model: string;
  /** 1 to 64 visible characters. */
  readonly inferenceId: string;
  readonly csv: string;
}

/** Sends rows to an endpoint that answers later, and waits for it. */
export type AskAsyncEndpoint = (question: AsyncQuestion) => Promise<{ contentType: string; text: string }>;

/** A function that waits is billed for it, and Lambda ends it after its own time-out of five minutes. Whoever asks may ask again. */
export const WAIT_MS = 240_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;

/**
 * The rows go the way that those of callers go, through S3: so the endpoint's role is tried as well.
 *
 * @throws EndpointVerificationError when the model fails
 * @throws UnavailableError when it has not answered within WAIT_MS: an endpoint without instances begins to start one, which
 *   takes minutes more
 */
export function askAsyncEndpoint(
  client: Pick<SageMakerRuntimeClient, 'send'>,
  lake: Pick<LakeTexts, 'bucket' | 'find' | 'put'>,
  pause: (ms: number) => Promise<unknown> = sleep,
): AskAsyncEndpoint {
  return async ({ endpointName, model, inferenceId, csv }) => {
    const key = asyncKeys.featuresOf(model, inferenceId);
    await lake.put(key, csv, 'text/csv');
    const { OutputLocation, FailureLocation } = await client.send(
      new InvokeEndpointAsyncCommand({
        EndpointName: endpointName,
        InferenceId: inferenceId,
        InputLocation: `s3://${lake.bucket}/${key}`,
        ContentType: 'text/csv',
        Accept: 'text/csv',
        RequestTTLSeconds: WAIT_MS / 1_000,
        InvocationTimeoutSeconds: WAIT_MS / 1_000,
      }),
    );
    const output = keyIn(lake.bucket, OutputLocation);
    const failure = keyIn(lake.bucket, FailureLocation);
    if (output === undefined) {
      throw new EndpointVerificationError(
        `endpoint ${endpointName} writes to ${OutputLocation}, not to ${lake.bucket}`,
      );
    }
    let next = FIRST_PAUSE_MS;
    for (let waited = 0; waited < WAIT_MS; waited += next, next = Math.min(2 * next, LONGEST_PAUSE_MS)) {
      const [answer, failed] = await Promise.all([lake.find(output), failure && lake.find(failure)]);
      if (answer) return { contentType: answer.contentType || 'text/csv', text: answer.text };
      if (failed) throw new EndpointVerificationError(`the model of endpoint ${endpointName} failed`);
      await pause(next);
    }
    throw new UnavailableError(`endpoint ${endpointName} has not answered within ${WAIT_MS / 1_000} s`);
  };
}

/** The key of an `s3://` location, if it is in this bucket. */
export function keyIn(bucket: string, location: string | undefined): string | undefined {
  const prefix = `s3://${bucket}/`;
  return location?.startsWith(prefix) ? location.slice(prefix.length) : undefined;
}
