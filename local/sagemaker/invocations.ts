import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Context } from './context.ts';
import type { EndpointVariant } from './endpoint-variant.ts';
import type { Endpoints } from './endpoints.ts';
import { checkHeaders, header, PREFIX, validationError } from './invocation-headers.ts';
import { modelError, modelFailure, pickVariant } from './model-errors.ts';
import { readBody } from './protocol.ts';
import type { ContainerAnswer } from './serving.ts';

/** Limits of a request body: 4 MB serverless, 6,291,456 bytes real-time. */
const SERVERLESS_BODY_BYTES = 4 * 1024 ** 2;
const REAL_TIME_BODY_BYTES = 6_291_456;

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
  if (endpoints.asynchronous(endpointName)) {
    throw validationError(`Endpoint ${endpointName} is asynchronous: it takes InvokeEndpointAsync.`);
  }
  if (!body)
    throw validationError(
      `The request body is larger than ${limit} bytes, the limit of endpoint ${endpointName}.`,
      413,
    );
  checkHeaders(request, REFUSED);
  const target = header(request, `${PREFIX}target-variant`);
  const variant = target === undefined ? pickVariant(variants) : variants.find(({ name }) => name === target);
  if (!variant) throw validationError(`Variant ${target} not found for endpoint ${endpointName}.`);
  const answer = await variant.invoke(body, forwardedHeaders(request)).catch((error: Error) => {
    throw modelFailure(context, variant, error);
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

function forwardedHeaders(request: IncomingMessage): OutgoingHttpHeaders {
  const present = FORWARDED.flatMap((name) => {
    const value = header(request, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(present);
}
