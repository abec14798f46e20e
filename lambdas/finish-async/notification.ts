import * as z from 'zod';
import { statusOf } from '../../domain/async-predictions/answer.ts';
import { asyncKeys } from '../../domain/names.ts';
import { parseInput, parseJson } from '../runtime/input.ts';
import type { Ended } from './finish.ts';

/** @see https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-check-predictions.html */
const Notification = z.object({
  invocationStatus: z.enum(['Completed', 'Failed']),
  eventTime: z.iso.datetime(),
  failureReason: z.string().optional(),
  requestParameters: z.object({ inputLocation: z.string().optional() }),
  responseParameters: z.object({ outputLocation: z.string() }).optional(),
});

/**
 * What SageMaker says about a request of ours; undefined about any other, as that of a rollout that tries an endpoint.
 *
 * @throws InvalidInputError when it is no notification
 */
export function endedBy(message: string, bucket: string): Ended | undefined {
  const told = parseInput(Notification, parseJson(message, 'Message'));
  const input = keyIn(bucket, told.requestParameters.inputLocation);
  const [, model, inferenceId] = FEATURES.exec(input ?? '') ?? [];
  if (model === undefined || inferenceId === undefined) return undefined;
  const about = { model, inferenceId, at: new Date(told.eventTime) };
  if (told.invocationStatus === 'Failed') return { ...about, failed: statusOf(told.failureReason) };
  const output = keyIn(bucket, told.responseParameters?.outputLocation);
  // an answer from anywhere else is none
  return output?.startsWith(`${asyncKeys.outputs}${model}/`) ? { ...about, output } : { ...about, failed: 500 };
}

const FEATURES = new RegExp(`^${asyncKeys.features}([^/]+)/([^/]+)\\.csv$`);

function keyIn(bucket: string, location: string | undefined): string | undefined {
  const prefix = `s3://${bucket}/`;
  return location?.startsWith(prefix) ? location.slice(prefix.length) : undefined;
}
