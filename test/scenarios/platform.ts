import { spawn } from 'node:child_process';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { AwsClient } from 'aws4fetch';
import { type RegistryClient, registryClient } from '../../cli/registry-client.ts';
import { root } from '../fixtures/imports.ts';

const OUTPUTS = [
  'LandingBucketName',
  'LakeBucketName',
  'CaptureBucketName',
  'EventBusName',
  'TableName',
  'LandingQueueUrl',
  'LandingDeadLetterQueueUrl',
  'AlertTopicArn',
] as const;
type Outputs = Readonly<Record<(typeof OUTPUTS)[number], string>>;

/** What the stack says of itself. @throws Error naming what it does not say */
export function outputsOf(outputs: Readonly<Record<string, string>>): Outputs {
  const missing = OUTPUTS.filter((name) => !outputs[name]);
  if (missing.length > 0) throw new Error(`the stack lacks the outputs ${missing.join(', ')}`);
  return outputs as Outputs;
}

/** Where a platform is and how to call it: all that scenarios need to know. */
export interface Site {
  readonly outputs: Outputs;
  /** No slash at its end. */
  readonly apiUrl: string;
  readonly region: string;
  /** Of every AWS service; AWS itself when absent. */
  readonly endpoint?: string;
  readonly credentials: () => Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string }>;
  /** Folder the command line is run in, and what its environment has besides PATH and HOME. */
  readonly cli: { readonly cwd: string; readonly env: Readonly<Record<string, string>> };
  /** Waits are this many times longer: jobs of SageMaker take minutes where those of the stand-in take seconds. */
  readonly patience: number;
}

/** A deployed platform. */
export interface Platform extends Site {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly sagemaker: SageMakerClient;
  readonly sfn: SFNClient;
  readonly events: EventBridgeClient;
  readonly registry: RegistryClient;
  /** A request to the API, signed like a user's unless `unsigned`. */
  call(method: 'GET' | 'POST', path: string, body?: unknown, how?: How): Promise<Answer>;
  /** Signs requests to a service's own address. */
  signed(service: 's3' | 'lambda' | 'sns' | 'execute-api'): Promise<AwsClient>;
  /** Runs `millrace …` as a process of its own. */
  millrace(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  close(): void;
}

interface How {
  readonly unsigned?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** Ready-made clients for a platform that is up. */
export function connectTo(site: Site): Platform {
  const { region, endpoint, apiUrl } = site;
  const settings = { region, ...(endpoint ? { endpoint } : {}), credentials: site.credentials };
  const clients = {
    s3: new S3Client(settings),
    sqs: new SQSClient(settings),
    sagemaker: new SageMakerClient(settings),
    sfn: new SFNClient(settings),
    events: new EventBridgeClient(settings),
  };
  const signer = async (service: string) =>
    new AwsClient({ ...(await site.credentials()), region, service, retries: 0 });
  return {
    ...site,
    ...clients,
    registry: registryClient({
      url: apiUrl,
      sign: async (url, init) => (await signer('execute-api')).sign(url, init),
    }),
    signed: signer,
    async call(method, path, body, { unsigned = false, headers = {} } = {}) {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const init = {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: text }),
      };
      const url = `${apiUrl}${path}`;
      const request = unsigned ? new Request(url, init) : await (await signer('execute-api')).sign(url, init);
      const response = await fetch(request, { signal: AbortSignal.timeout(31_000) });
      return {
        status: response.status,
        headers: response.headers,
        body: (await response.json()) as Record<string, unknown>,
      };
    },
    millrace: (...args) => run(args, site.cli),
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

function run(args: readonly string[], { cwd, env }: Site['cli']) {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [`${root}/bin/millrace.mjs`, ...args], { cwd, env: { PATH, HOME, ...env } });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}
