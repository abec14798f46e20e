import type { Context } from './context.ts';
import type { EndpointVariant } from './endpoint-variant.ts';
import { AwsError } from './protocol.ts';
import { InvocationTimeoutError } from './serving.ts';

/** At random by weight, as SageMaker does: not sticky. */
export function pickVariant(variants: readonly EndpointVariant[]): EndpointVariant | undefined {
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  let left = Math.random() * total;
  return (
    variants.find(({ weight }) => {
      left -= weight;
      return left < 0;
    }) ?? variants.at(-1)
  );
}

/** What a container that gives no answer looks like to a caller. */
export function modelFailure(context: Context, variant: EndpointVariant, error: Error): AwsError {
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

export function modelError(context: Context, variant: EndpointVariant, status: number, message: string): AwsError {
  const side = status >= 500 ? 'server' : 'client';
  return new AwsError(
    'ModelError',
    `Received ${side} error (${status}) from ${variant.name} with message "${message}". See the log of the endpoint below ${context.stateDir}/endpoint-files for more information.`,
    424,
    { OriginalStatusCode: status, OriginalMessage: message },
  );
}
