import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { withUnavailable } from './temporary.ts';

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

// esbuild drops the clients a function does not call
export const s3 = /* @__PURE__ */ once(() => withUnavailable(new S3Client()));
export const dynamo = /* @__PURE__ */ once(() =>
  DynamoDBDocumentClient.from(new DynamoDBClient(), { marshallOptions: { removeUndefinedValues: true } }),
);
export const events = /* @__PURE__ */ once(() => withUnavailable(new EventBridgeClient()));
export const sfn = /* @__PURE__ */ once(() => withUnavailable(new SFNClient()));
export const sagemaker = /* @__PURE__ */ once(() => withUnavailable(new SageMakerClient()));
export const sqs = /* @__PURE__ */ once(() => withUnavailable(new SQSClient()));
export const autoScaling = /* @__PURE__ */ once(() => withUnavailable(new ApplicationAutoScalingClient()));
export const cloudWatch = /* @__PURE__ */ once(() => withUnavailable(new CloudWatchClient()));
