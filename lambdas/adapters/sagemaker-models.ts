import { DeleteModelCommand, type SageMakerClient } from '@aws-sdk/client-sagemaker';

export interface SageMakerModels {
  /** Deletes the SageMaker model of this name; what is not there is fine. */
  remove(name: string): Promise<void>;
}

export function sageMakerModels(client: SageMakerClient): SageMakerModels {
  return {
    async remove(name) {
      try {
        await client.send(new DeleteModelCommand({ ModelName: name }));
      } catch (error) {
        const { name: kind, message } = error instanceof Error ? error : new Error(String(error));
        if (
          kind === 'ResourceNotFound' ||
          (kind === 'ValidationException' && /could not find|not exist/i.test(message))
        )
          return;
        throw error;
      }
    },
  };
}
