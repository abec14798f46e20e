import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Context } from './context.ts';
import type { EndpointVariant } from './endpoint-variant.ts';
import type { Endpoints } from './endpoints.ts';
import { AwsError, readBody } from './protocol.ts';
import { type ContainerAnswer, InvocationTimeoutError } from './serving.ts';

/** Limits of a request body: 4 MB serverless, 6,291,456 bytes real-time. */
const SERVERLESS_BODY_BYTES = 4 * 1024 ** 2;
const REAL_TIME_BODY_BYTES = 6_291_456;

const PREFIX = 'x-amzn-sagemaker-';
/** What SageMaker hands on to the container; it strips every other header. */
const FORWARDED = ['content-type', 'accept', `${PREFIX}custom-attributes`, `${PREFIX}inference-id`];
const REFUSED = [
  'target-model',
  'target-container-hostname',
  'enable-explanations',
  'inference-component',
  'session-id',
  'prefix-aware-id',
];

export const INVOCATION_PATH = /^\/endpoints\/([^/]+)\/invocations$/;

/** InvokeEndpoint of the SageMaker runtime. */
export async function invokeEndpoint(
  context: Context,
  endpoints: Endpoints,
  endpointName: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const variants = endpoints.inService(endpointName);
  const limit = variants?.some(({ serverless }) => serverless) ? SERVERLESS_BODY_BYTES : REAL_TIME_BODY_BYTES;
  const body = await readBody(request, limit);
  if (!variants) throw validationError(`Endpoint ${endpointName} of account ${context.accountId} not found.`);
  if (!body)
    throw validationError(
      `The request body is larger than ${limit} bytes, the limit of endpoint ${endpointName}.`,
      413,
    );
  checkHeaders(request);
  const target = header(request, `${PREFIX}target-variant`);
  const variant = target === undefined ? pickVariant(variants) : variants.find(({ name }) => name === target);
  if (!variant) throw validationError(`Variant ${target} not found for endpoint ${endpointName}.`);
  const answer = await variant.invoke(body, forwardedHeaders(request)).catch((error: Error) => {
    throw toModelError(context, variant, error);
  });
  if (answer.status < 200 || answer.status > 299)
    throw modelError(context, variant, answer.status, answer.body.toString());
  sendAnswer(response, variant, answer);
}

function sendAnswer(response: ServerResponse, variant: EndpointVariant, answer: ContainerAnswer): void {
  const attributes = answer.headers[`${PREFIX}custom-attributes`];
  const contentType = answer.headers['content-type'];
  response.writeHead(answer.status === 204 ? 200 : answer.status, {
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
    ...(attributes === undefined ? {} : { 'X-Amzn-SageMaker-Custom-Attributes': attributes }),
    'x-Amzn-Invoked-Production-Variant': variant.name,
    'content-length': answer.body.length,
  });
  response.end(answer.body);
}

function checkHeaders(request: IncomingMessage): void {
  const refused = REFUSED.find((name) => request.headers[`${PREFIX}${name}`] !== undefined);
  if (refused)
    throw validationError(
      `${PREFIX}${refused} is not supported by the local SageMaker (docs/local-support.md lists what is)`,
    );
  const attributes = header(request, `${PREFIX}custom-attributes`);
  if (attributes !== undefined && !/^[\x20-\x7e]{0,1024}$/.test(attributes)) {
    throw validationError('CustomAttributes must be at most 1024 printable ASCII characters');
  }
  const inferenceId = header(request, `${PREFIX}inference-id`);
  if (inferenceId !== undefined && !/^[!-~]([ !-~]{0,62}[!-~])?$/.test(inferenceId)) {
    throw validationError('InferenceId must be 1 to 64 printable ASCII characters');
  }
}

function forwardedHeaders(request: IncomingMessage): OutgoingHttpHeaders {
  const present = FORWARDED.flatMap((name) => {
    const value = header(request, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(present);
}

/** At random by weight, as SageMaker does: not sticky. */
function pickVariant(variants: readonly EndpointVariant[]): EndpointVariant | undefined {
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  let left = Math.random() * total;
  return (
    variants.find(({ weight }) => {
      left -= weight;
      return left < 0;
    }) ?? variants.at(-1)
  );
}

function toModelError(context: Context, variant: EndpointVariant, error: Error): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof InvocationTimeoutError) {
    return new AwsError(
      'ModelError',
      `Your invocation timed out while waiting for a response from container ${variant.name}. Review the latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again.`,
      424,
      { OriginalStatusCode: 0, OriginalMessage: '' },
    );
  }
  return modelError(context, variant, 500, error.message);
}

function modelError(context: Context, variant: EndpointVariant, status: number, message: string): AwsError {
  const side = status >= 500 ? 'server' : 'client';
  return new AwsError(
    'ModelError',
    `Received ${side} error (${status}) from ${variant.name} with message "${message}". See the log of the endpoint below ${context.stateDir}/endpoint-files for more information.`,
    424,
    { OriginalStatusCode: status, OriginalMessage: message },
  );
}

const validationError = (message: string, status = 400): AwsError => new AwsError('ValidationError', message, status);

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
