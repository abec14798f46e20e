import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AsyncQueues } from './async-queues.ts';
import type { Context } from './context.ts';
import type { Endpoints } from './endpoints.ts';
import { checkHeaders, header, PREFIX, validationError } from './invocation-headers.ts';
import { readBody } from './protocol.ts';
import { joinS3Uri } from './s3.ts';

/** Limits of InvokeEndpointAsync; a larger input lies in S3. */
const INLINE_BODY_BYTES = 128_000;
const TTL_SECONDS = { least: 60, most: 21_600, usual: 21_600 };
const TIMEOUT_SECONDS = { least: 1, most: 3_600, usual: 900 };
const REFUSED = ['s3outputpathextension', 'filename'];

export const ASYNC_INVOCATION_PATH = /^\/endpoints\/([^/]+)\/async-invocations$/;

/** InvokeEndpointAsync of the SageMaker runtime: 202, and the answer comes into S3. */
export async function invokeEndpointAsync(
  context: Context,
  { endpoints, queues }: { endpoints: Endpoints; queues: AsyncQueues },
  endpointName: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, INLINE_BODY_BYTES);
  if (!endpoints.inService(endpointName)) {
    throw validationError(`Endpoint ${endpointName} of account ${context.accountId} not found.`);
  }
  const endpoint = endpoints.asynchronous(endpointName);
  if (!endpoint) throw validationError(`Endpoint ${endpointName} is not asynchronous: it takes InvokeEndpoint.`);
  if (!body) throw validationError(`The request body is larger than ${INLINE_BODY_BYTES} bytes.`);
  checkHeaders(request, REFUSED);
  const inputLocation = header(request, `${PREFIX}inputlocation`);
  if ((inputLocation === undefined) === (body.length === 0)) {
    throw validationError('Exactly one of InputLocation and Body is needed.');
  }
  if (inputLocation !== undefined && !/^s3:\/\/[^/]+\/.+$/.test(inputLocation)) {
    throw validationError('InputLocation must be an S3 URI.');
  }
  const id = randomUUID();
  const inferenceId = header(request, `${PREFIX}inference-id`) ?? id;
  const { S3OutputPath, S3FailurePath } = endpoint.config.OutputConfig;
  const outputLocation = joinS3Uri(S3OutputPath, `${id}.out`);
  const failureLocation = S3FailurePath && joinS3Uri(S3FailurePath, `${id}-error.out`);
  queues.add({
    id,
    endpointName,
    inferenceId,
    ...(inputLocation === undefined ? { inlineBody: body.toString('base64') } : { inputLocation }),
    ...optional('contentType', header(request, `${PREFIX}content-type`)),
    ...optional('accept', header(request, `${PREFIX}accept`)),
    ...optional('customAttributes', header(request, `${PREFIX}custom-attributes`)),
    ttlMs: 1_000 * seconds(request, 'requestttlseconds', TTL_SECONDS),
    timeoutMs: 1_000 * seconds(request, 'invocationtimeoutseconds', TIMEOUT_SECONDS),
    outputLocation,
    ...optional('failureLocation', failureLocation),
    receivedAt: context.now().getTime(),
  });
  const payload = JSON.stringify({ InferenceId: inferenceId });
  response.writeHead(202, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(payload),
    'X-Amzn-SageMaker-OutputLocation': outputLocation,
    ...(failureLocation === undefined ? {} : { 'X-Amzn-SageMaker-FailureLocation': failureLocation }),
  });
  response.end(payload);
}

function optional<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: string };
}

function seconds(
  request: IncomingMessage,
  name: string,
  { least, most, usual }: { least: number; most: number; usual: number },
): number {
  const text = header(request, PREFIX + name);
  if (text === undefined) return usual;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw validationError(`${PREFIX}${name} must be a whole number from ${least} to ${most}, got ${text}`);
}
