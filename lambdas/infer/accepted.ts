import { type ProxyResponse, respond } from './http.ts';
import type { Accepted } from './predict.ts';

/** Seconds after which it is worth looking. */
export const RETRY_AFTER = '1';

/**
 * Where the answer will be, seen from where the request went: what stands before the face's own path, a stage or a base
 * path, only the gateway knows.
 *
 * @param segments of the request's path after the name of its face
 */
export const locationOf = (
  { model, inferenceId }: Pick<Accepted, 'model' | 'inferenceId'>,
  segments: readonly string[],
) => `${'../'.repeat(segments.length)}models/${model}/predictions/${inferenceId}`;

/** 202: the request waits for its model. RFC 7240 has a word for it. */
export function respondAccepted(accepted: Accepted, segments: readonly string[]): ProxyResponse {
  const { inferenceId } = accepted;
  const location = locationOf(accepted, segments);
  return respond(
    202,
    { inference_id: inferenceId, status: 'pending', location },
    {
      location,
      'preference-applied': 'respond-async',
      'retry-after': RETRY_AFTER,
      'x-amzn-sagemaker-inference-id': inferenceId,
    },
  );
}
