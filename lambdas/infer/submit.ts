import { deadlineOf, TTL_SECONDS } from '../../domain/async-predictions/limits.ts';
import type { AsyncRequest, PendingRequest } from '../../domain/async-predictions/request.ts';
import { csvRows } from '../../domain/inference/csv.ts';
import { answerHeaders } from '../../domain/inference/encode-response.ts';
import { asyncKeys } from '../../domain/names.ts';
import { type Answer, withoutRedacted } from './capture.ts';
import { HttpError } from './http.ts';
import { lakeCalls } from './lake-calls.ts';
import type { Accepted, PredictDeps, RoutedCall } from './predict.ts';
import { encode, explain } from './score.ts';

export interface Submission {
  readonly call: RoutedCall;
  readonly answer: Omit<Answer, 'predictions'>;
  readonly endpointName: string;
  /** How long the model may take, unless the caller says so. */
  readonly timeoutSeconds: number;
  /** For handing the request over. */
  readonly deadlineMs: number;
}

/**
 * Hands rows to an endpoint that answers later. What answering takes lies in the lake before the endpoint knows of it: an
 * answer cannot come too early. Nothing is pending until the endpoint has taken it.
 */
export async function submit(submission: Submission, deps: PredictDeps): Promise<Accepted> {
  const { call, answer, endpointName, deadlineMs } = submission;
  const { served, request, inferenceId } = answer;
  const { model, later } = call;
  const lake = lakeCalls(deps.aws, deps.lakeBucket);
  const submittedAt = deps.now();
  const features = asyncKeys.featuresOf(model, inferenceId);
  const csv = csvRows(encode(served, request.rows), served.featurizer.columns);
  const record = await recordOf(submission, submittedAt, deps);
  await Promise.all([
    lake.put(features, csv, 'text/csv'),
    lake.put(asyncKeys.request(model, inferenceId), JSON.stringify(record), 'application/json'),
  ]);

  const ttl = later?.ttl ?? TTL_SECONDS.usual;
  const timeout = later?.timeout ?? submission.timeoutSeconds;
  const prefix = 'x-amzn-sagemaker-';
  const url = `${deps.aws.host('runtime.sagemaker')}/endpoints/${endpointName}/async-invocations`;
  const response = await deps.aws.call('SageMaker.InvokeEndpointAsync', 'sagemaker', url, {
    method: 'POST',
    headers: {
      [`${prefix}content-type`]: 'text/csv',
      [`${prefix}accept`]: 'text/csv',
      [`${prefix}inference-id`]: inferenceId,
      [`${prefix}inputlocation`]: lake.location(features),
      [`${prefix}requestttlseconds`]: String(ttl),
      [`${prefix}invocationtimeoutseconds`]: String(timeout),
    },
    deadlineMs,
  });
  const keyOf = (name: string) => keyIn(deps.lakeBucket, response.headers.get(prefix + name));
  const output = keyOf('outputlocation');
  if (output === undefined) throw new HttpError(500, `endpoint ${endpointName} does not write to the lake`);
  const failure = keyOf('failurelocation');
  const pending: PendingRequest = {
    output,
    ...(failure === undefined ? {} : { failure }),
    deadlineAt: deadlineOf(submittedAt, ttl, timeout).toISOString(),
  };
  await lake.put(asyncKeys.pendingOf(model, inferenceId), JSON.stringify(pending), 'application/json');
  return {
    accepted: true,
    model,
    inferenceId,
    resultLocation: lake.location(asyncKeys.result(model, inferenceId)),
    failureLocation: lake.location(asyncKeys.failure(model, inferenceId)),
  };
}

async function recordOf({ call, answer }: Submission, submittedAt: Date, deps: PredictDeps): Promise<AsyncRequest> {
  const { served, request, inferenceId, eventTime } = answer;
  const { version, signature, width, classes } = served;
  // now, while the model is at hand: it does not depend on what the endpoint will say
  const explanation = request.explain && (await explain(served, request.rows, deps.models));
  const captured = captureOf(call.model, answer, deps);
  return {
    schemaVersion: 1,
    model: call.model,
    version,
    inferenceId,
    eventTime: eventTime.toISOString(),
    submittedAt: submittedAt.toISOString(),
    form: call.reply.form,
    headers: {
      ...answerHeaders({ model_version: String(version), parameters: { inference_id: inferenceId } }),
      ...call.reply.headers?.(String(version), inferenceId),
    },
    signature,
    rows: request.rows.length,
    width,
    ...(request.id === undefined ? {} : { id: request.id }),
    ...(request.outputs ? { outputs: [...request.outputs] } : {}),
    ...(classes ? { classes: [...classes] } : {}),
    ...(explanation ? { explanation: { values: [...explanation.values], groups: explanation.groups } } : {}),
    ...(captured ? { capture: captured } : {}),
    ...countedOf(call.counted),
  };
}

function countedOf(traffic: RoutedCall['counted']): Pick<AsyncRequest, 'counted'> {
  if (traffic?.rolloutId === undefined) return {};
  const { rolloutId, rev, judged } = traffic;
  return { counted: { rolloutId, rev, ...(judged?.range ? { range: judged.range } : {}) } };
}

/** Decided as the request comes, as for one that is answered at once: a policy limits calls by the minute. */
function captureOf(
  model: string,
  { served, request, inferenceId, policy }: Submission['answer'],
  { policies, metrics }: PredictDeps,
): AsyncRequest['capture'] {
  if (!policy) {
    metrics.add('CaptureSkipped', 1);
    return undefined;
  }
  const weight = policies.weightOf(model, policy, inferenceId);
  if (weight === undefined) return undefined;
  const kept = withoutRedacted(served, request.rows, policy.redact);
  return { ...writable(kept), ...(request.context ? { context: writable(request.context) } : {}), weight };
}

const writable = ({ columns, rows }: ReturnType<typeof withoutRedacted>) => ({
  columns: [...columns],
  rows: rows.map((row) => [...row]),
});

/** The key of an `s3://` location, if it is in this bucket. */
function keyIn(bucket: string, location: string | null): string | undefined {
  const prefix = `s3://${bucket}/`;
  return location?.startsWith(prefix) ? location.slice(prefix.length) : undefined;
}
