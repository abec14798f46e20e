import {
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, type SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { UnavailableError } from '../../domain/common-errors.ts';
import type { LiveEndpoint } from '../../domain/endpoints/judge-endpoint.ts';

/** Endpoints whose model, configuration and endpoint share one name. */
export interface SageMakerEndpoints {
  describe(name: string): Promise<LiveEndpoint | undefined>;
  /** Endpoint, configuration and model; what is not there is already deleted. @throws UnavailableError while it is created */
  remove(name: string): Promise<void>;
}

export function sageMakerEndpoints(client: SageMakerClient): SageMakerEndpoints {
  return {
    async describe(name) {
      const found = await unlessAbsent(() => client.send(new DescribeEndpointCommand({ EndpointName: name })));
      if (!found) return undefined;
      return {
        status: found.EndpointStatus ?? 'Unknown',
        configName: found.EndpointConfigName ?? '',
        ...(found.FailureReason ? { failureReason: found.FailureReason } : {}),
        ...(found.CreationTime ? { createdAt: found.CreationTime } : {}),
      };
    },

    async remove(name) {
      await unlessAbsent(() => client.send(new DeleteEndpointCommand({ EndpointName: name })));
      await unlessAbsent(() => client.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name })));
      await unlessAbsent(() => client.send(new DeleteModelCommand({ ModelName: name })));
    },
  };
}

/** SageMaker says ValidationException for whatever is wrong; the text tells. */
export async function unlessAbsent<T>(send: () => Promise<T>): Promise<T | undefined> {
  try {
    return await send();
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    if (name === 'ResourceNotFound') return undefined;
    if (name !== 'ValidationException') throw error;
    if (/could not find|does not exist/i.test(message)) return undefined;
    // an endpoint cannot be deleted while it is created or updated
    if (/in-progress|in progress|creating|updating/i.test(message))
      throw new UnavailableError(message, { cause: error });
    throw error;
  }
}

export type InvokeEndpoint = (endpointName: string, csv: string) => Promise<{ contentType: string; text: string }>;

export function invokeEndpoint(client: SageMakerRuntimeClient): InvokeEndpoint {
  return async (endpointName, csv) => {
    const answer = await client.send(
      new InvokeEndpointCommand({ EndpointName: endpointName, ContentType: 'text/csv', Accept: 'text/csv', Body: csv }),
    );
    return { contentType: answer.ContentType ?? 'text/csv', text: new TextDecoder().decode(answer.Body) };
  };
}
