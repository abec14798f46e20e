import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type CreateTrainingJobCommandInput, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { pack } from 'tar-stream';
import { type SageMakerOptions, startSageMaker } from '../../../local/sagemaker/server.ts';
import { type FakeAws, type PublishedEvent, startFakeAws } from './fake-aws.ts';

export const ROLE = 'arn:aws:iam::000000000000:role/sagemaker';
export const IMAGE = '000000000000.dkr.ecr.us-east-1.amazonaws.com/own-model:1';
export const XGBOOST = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5';
const CONTAINER = fileURLToPath(new URL('./container.mjs', import.meta.url));
/** The environment by which the model spec's local command reaches a job or model. */
export const LOCAL_COMMAND = { MILLRACE_LOCAL_COMMAND: JSON.stringify([process.execPath, CONTAINER]) };

export interface World {
  readonly aws: FakeAws;
  readonly sagemaker: SageMakerClient;
  readonly runtime: SageMakerRuntimeClient;
  readonly stateDir: string;
  readonly logs: string[];
  readonly url: string;
  /** Stops the stand-in and starts it again over the same state. */
  restart(options?: Partial<SageMakerOptions>): Promise<void>;
  stop(): Promise<void>;
}

/** The stand-in on a free port, over a fake S3 and EventBridge, with real SDK clients. */
export async function startWorld(options: Partial<SageMakerOptions> = {}): Promise<World> {
  const aws = await startFakeAws();
  const stateDir = await mkdtemp(join(tmpdir(), 'millrace-sagemaker-'));
  const logs: string[] = [];
  const start = (port: number, more: Partial<SageMakerOptions>) =>
    startSageMaker({
      stateDir,
      awsEndpoint: aws.endpoint,
      region: 'us-east-1',
      accountId: '000000000000',
      python: async () => {
        throw new Error('no Python in this test');
      },
      log: (line) => logs.push(line),
      timings: { trainingStopGraceMs: 300, servingStopGraceMs: 300 },
      ...more,
      port,
    });
  let server = await start(0, options);
  const port = server.port;
  const url = `http://127.0.0.1:${port}`;
  const config = {
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  const sagemaker = new SageMakerClient(config);
  const runtime = new SageMakerRuntimeClient(config);
  return {
    aws,
    sagemaker,
    runtime,
    stateDir,
    logs,
    url,
    async restart(more = {}) {
      await server.stop();
      server = await start(port, { ...options, ...more });
    },
    async stop() {
      sagemaker.destroy();
      runtime.destroy();
      await server.stop();
      await aws.stop();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

export function aTrainingJob(
  name: string,
  change: Partial<CreateTrainingJobCommandInput> = {},
): CreateTrainingJobCommandInput {
  return {
    TrainingJobName: name,
    AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: 'File' },
    RoleArn: ROLE,
    OutputDataConfig: { S3OutputPath: 's3://lake/jobs/' },
    ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
    StoppingCondition: { MaxRuntimeInSeconds: 600 },
    Environment: LOCAL_COMMAND,
    ...change,
  };
}

const FINAL = ['Completed', 'Failed', 'Stopped'];

/** The event of a job's last status. */
export const jobEnd = (world: World, name: string): Promise<PublishedEvent> =>
  world.aws.event(
    ({ detail }) =>
      (detail.TrainingJobName === name && FINAL.includes(String(detail.TrainingJobStatus))) ||
      (detail.TransformJobName === name && FINAL.includes(String(detail.TransformJobStatus))) ||
      (detail.HyperParameterTuningJobName === name && FINAL.includes(String(detail.HyperParameterTuningJobStatus))),
  );

export const endpointReaches = (world: World, name: string, status: string): Promise<PublishedEvent> =>
  world.aws.event(({ detail }) => detail.EndpointName === name && detail.EndpointStatus === status);

/** A `model.tar.gz` with these files. */
export async function modelArchive(files: Record<string, string>): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}
