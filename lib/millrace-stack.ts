import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Millrace, type MillraceProps } from './millrace.ts';

export interface MillraceStackProps extends StackProps, MillraceProps {}

/** The platform as a stack of its own, with the outputs that the CLI and `millrace up` read. */
export class MillraceStack extends Stack {
  readonly millrace: Millrace;

  constructor(scope: Construct, id: string, props: MillraceStackProps = {}) {
    super(scope, id, props);
    this.millrace = new Millrace(this, 'Millrace', props);
    const { data, capture, registry, inferenceApi, trainingPipeline, rollouts, validation, alerts } = this.millrace;
    const outputs = {
      LandingBucketName: data.landing.bucket.bucketName,
      LakeBucketName: data.lake.bucket.bucketName,
      CaptureBucketName: capture.bucket.bucket.bucketName,
      TableName: registry.table.tableName,
      EventBusName: registry.eventBus.eventBusName,
      ApiId: inferenceApi.api.restApiId,
      ApiStage: inferenceApi.api.deploymentStage.stageName,
      ApiUrl: inferenceApi.api.url,
      TrainingPipelineArn: trainingPipeline.stateMachine.machine.stateMachineArn,
      RolloutStateMachineArn: rollouts.stateMachine.machine.stateMachineArn,
      AlertTopicArn: alerts.topic.topicArn,
      LandingQueueUrl: validation.uploads.queue.queueUrl,
      LandingDeadLetterQueueUrl: validation.uploads.deadLetters.queueUrl,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
