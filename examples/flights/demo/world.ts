import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeEndpointCommand, DescribeTrainingJobCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { AwsClient } from 'aws4fetch';
import * as z from 'zod';
import { pathTo, type RegistryClient } from '../../../cli/registry-client.ts';
import { listOf } from '../../../cli/registry-lists.ts';
import { EVENTS } from '../../../domain/events/catalog.ts';
import { MonitorReport } from '../../../domain/monitoring/report.ts';
import type { TimeWindow } from '../../../domain/monitoring/windows.ts';
import { captureKeys } from '../../../domain/names.ts';
import {
  DatasetVersion,
  Decision,
  ModelVersion,
  MonitorWindow,
  Rollout,
  TrainingRun,
} from '../../../domain/registry/entities.ts';
import type { LocalPlatform } from '../../../local/state.ts';

/** The running platform as its users meet it: an S3 client, the registry API, and SageMaker to read times from. */
export interface World {
  readonly model: string;
  readonly registry: RegistryClient;
  /** Calls the inference API as it is: headers and body as given. */
  call(
    method: 'GET' | 'POST',
    path: string,
    init?: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string },
  ): Promise<{ readonly status: number; readonly location: string | null; readonly text: string }>;
  /** Calls the inference API with JSON. @throws Error unless it answers 200 */
  infer(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown>;
  /** Tells what turned out to be true. @returns how many labels were taken */
  feedback(labels: readonly object[]): Promise<number>;
  upload(file: string): Promise<void>;
  /** Asks for a training run on what there is. */
  train(reason: string): Promise<void>;
  /** Asks the monitor to run as if it were `at`. */
  tick(at: Date): Promise<void>;
  /** Lines, of calls and of labels, that have reached the window. */
  capturedLines(window: TimeWindow): Promise<number>;
  datasets(): Promise<DatasetVersion[]>;
  runs(): Promise<TrainingRun[]>;
  versions(): Promise<ModelVersion[]>;
  rollouts(): Promise<Rollout[]>;
  windows(): Promise<MonitorWindow[]>;
  /** What was found in the window that starts at `start`. */
  report(start: Date): Promise<MonitorReport>;
  decisions(): Promise<Decision[]>;
  /** Seconds SageMaker spent on the job, from its creation to its end. */
  trainingSeconds(jobName: string): Promise<number>;
  /** Seconds SageMaker took to bring the endpoint into service. */
  endpointSeconds(name: string): Promise<number>;
}

export function makeWorld(platform: LocalPlatform, registry: RegistryClient, model: string): World {
  const settings = {
    endpoint: platform.endpoint,
    region: platform.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const s3 = new S3Client(settings);
  const events = new EventBridgeClient(settings);
  const sagemaker = new SageMakerClient(settings);
  const aws = new AwsClient({
    accessKeyId: 'test',
    secretAccessKey: 'test',
    region: platform.region,
    service: 'execute-api',
    retries: 0,
  });
  const call: World['call'] = async (method, path, init = {}) => {
    const response = await aws.fetch(`${platform.apiUrl}${path}`, { method, ...init });
    return { status: response.status, location: response.headers.get('location'), text: await response.text() };
  };
  const list = async <S extends z.ZodType>(what: string, item: S) =>
    (await registry.get(`models/${model}/${what}`, listOf(item), { limit: 200 })).items;
  const seconds = (from?: Date, to?: Date) => (from && to ? (to.getTime() - from.getTime()) / 1_000 : 0);
  return {
    model,
    registry,
    call,
    async infer(method, path, body) {
      const { status, text } = await call(method, path, {
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (status !== 200) throw new Error(`${method} ${path} answered ${status}: ${text.slice(0, 500)}`);
      return JSON.parse(text);
    },
    async feedback(labels) {
      const path = `${platform.apiUrl}/feedback/${model}`;
      const response = await aws.fetch(path, { method: 'POST', body: JSON.stringify({ labels }) });
      const answer = (await response.json()) as { accepted?: number };
      if (response.status !== 202) throw new Error(`feedback answered ${response.status}: ${JSON.stringify(answer)}`);
      return answer.accepted ?? 0;
    },
    upload: async (file) => {
      const Key = `${model}/${basename(file)}`;
      await s3.send(new PutObjectCommand({ Bucket: platform.buckets.landing, Key, Body: createReadStream(file) }));
    },
    train: async (reason) => {
      await registry.post(pathTo('models', model, 'runs'), { reason }, z.object({ requested: z.literal(true) }));
    },
    tick: async (at) => {
      const { source } = EVENTS.MonitoringTickRequested;
      const Detail = JSON.stringify({ schemaVersion: 1, model, at: at.toISOString() });
      const entry = { EventBusName: platform.eventBus, Source: source, DetailType: 'MonitoringTickRequested', Detail };
      await events.send(new PutEventsCommand({ Entries: [entry] }));
    },
    async capturedLines(window) {
      const Bucket = platform.buckets.capture;
      const { Contents = [] } = await s3.send(
        new ListObjectsV2Command({ Bucket, Prefix: captureKeys.windowFolder(model, window) }),
      );
      const lines = await Promise.all(
        Contents.map(async ({ Key }) => {
          const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
          return ((await Body?.transformToString()) ?? '').split('\n').filter(Boolean).length;
        }),
      );
      return lines.reduce((sum, count) => sum + count, 0);
    },
    datasets: () => list('datasets', DatasetVersion),
    runs: () => list('runs', TrainingRun),
    versions: () => list('versions', ModelVersion),
    rollouts: () => list('rollouts', Rollout),
    windows: () => list('windows', MonitorWindow),
    report: (start) => registry.get(pathTo('models', model, 'windows', start.toISOString(), 'report'), MonitorReport),
    decisions: () => list('decisions', Decision),
    async trainingSeconds(TrainingJobName) {
      const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));
      return seconds(job.CreationTime, job.TrainingEndTime);
    },
    async endpointSeconds(EndpointName) {
      const endpoint = await sagemaker.send(new DescribeEndpointCommand({ EndpointName }));
      return seconds(endpoint.CreationTime, endpoint.LastModifiedTime);
    },
  };
}
