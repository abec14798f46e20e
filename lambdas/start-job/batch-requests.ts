import type { CreateTransformJobCommandInput } from '@aws-sdk/client-sagemaker';
import { BATCH_FILES } from '../../domain/batch/plan.ts';
import { batchResources } from '../../domain/batch/resources.ts';
import { lakeKeys } from '../../domain/names.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';

/** What the built-in image takes; a request of more lines than fit is cut between lines. */
const MAX_PAYLOAD_MB = 6;
const LONGEST_ANSWER_SECONDS = 3_600;

/** One line of features in, one line of predictions out; whole files go to one instance each. */
export function batchTransformRequest(
  name: string,
  { model, batchId, spec, lakeBucket }: { model: string; batchId: string; spec: ModelSpec; lakeBucket: string },
): CreateTransformJobCommandInput {
  const { instance, instanceCount } = batchResources(spec);
  const run = `s3://${lakeBucket}/${lakeKeys.runFolder(model, batchId)}`;
  return {
    TransformJobName: name,
    ModelName: name,
    MaxPayloadInMB: MAX_PAYLOAD_MB,
    // how many requests at a time is left to the container, which SageMaker asks
    ModelClientConfig: { InvocationsTimeoutInSeconds: LONGEST_ANSWER_SECONDS },
    BatchStrategy: 'MultiRecord',
    TransformInput: {
      ContentType: 'text/csv',
      SplitType: 'Line',
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `${run}/${BATCH_FILES.features}` } },
    },
    TransformOutput: {
      S3OutputPath: `s3://${lakeBucket}/${lakeKeys.jobOutput(model, batchId)}/${name}`,
      Accept: 'text/csv',
      AssembleWith: 'Line',
    },
    TransformResources: { InstanceType: instance as never, InstanceCount: instanceCount },
  };
}
