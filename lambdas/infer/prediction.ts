import { decodeInferenceId } from '../../domain/inference/inference-id.ts';
import { asyncKeys } from '../../domain/names.ts';
import { RETRY_AFTER } from './accepted.ts';
import { allow, HttpError, MAX_BODY_BYTES, type ProxyEvent, type ProxyResponse, respond } from './http.ts';
import { lakeCalls } from './lake-calls.ts';
import { type PredictDeps, requireTraffic } from './predict.ts';

type Lake = ReturnType<typeof lakeCalls>;

/**
 * `GET /models/{model}/predictions/{id}`: the answer that the face would have given at once; 202 while the model is at it;
 * 500 or 504 when it failed or took too long; 404 for what nobody asked, or so long ago that it has gone.
 */
export async function prediction(
  event: ProxyEvent,
  model: string,
  inferenceId: string,
  deps: PredictDeps,
): Promise<ProxyResponse> {
  allow(event, 'GET');
  await requireTraffic(model, deps);
  const unknown = new HttpError(404, `no prediction of ${model} with this id is kept`);
  if (decodeInferenceId(inferenceId)?.row !== undefined || !decodeInferenceId(inferenceId)) throw unknown;
  const lake = lakeCalls(deps.aws, deps.lakeBucket);
  const finished = await find(lake, model, inferenceId);
  if (finished) return finished;
  if (await lake.exists(asyncKeys.request(model, inferenceId))) {
    return respond(202, { inference_id: inferenceId, status: 'pending' }, { 'retry-after': RETRY_AFTER });
  }
  // it may have been finished between the two looks
  const late = await find(lake, model, inferenceId);
  if (late) return late;
  throw unknown;
}

async function find(lake: Lake, model: string, inferenceId: string): Promise<ProxyResponse | undefined> {
  const [key, failureKey] = [asyncKeys.result(model, inferenceId), asyncKeys.failure(model, inferenceId)];
  const [result, failure] = await Promise.all([lake.find(key), lake.find(failureKey)]);
  if (result) {
    await failure?.body?.cancel();
    const bytes = Number(result.headers.get('content-length'));
    if (bytes > MAX_BODY_BYTES) {
      await result.body?.cancel();
      throw new HttpError(
        413,
        `the answer has ${bytes} bytes, at most ${MAX_BODY_BYTES} can be sent: ${lake.location(key)}`,
      );
    }
    const headers = JSON.parse(result.headers.get('x-amz-meta-headers') ?? '{}') as Record<string, string>;
    const contentType = result.headers.get('content-type') ?? 'application/json';
    return { statusCode: 200, headers: { 'content-type': contentType, ...headers }, body: await result.text() };
  }
  if (!failure) return undefined;
  const problem = await failure.text();
  const { status } = JSON.parse(problem) as { status: number };
  return { statusCode: status, headers: { 'content-type': 'application/problem+json' }, body: problem };
}
