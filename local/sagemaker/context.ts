import type { EventPublisher } from './events.ts';
import type { Slots } from './processes.ts';
import type { ObjectStore } from './s3.ts';
import type { Store } from './store.ts';

export type XgboostVersion = '3.0-5' | '1.7-1';

/** Quotas of the account; `ResourceLimitExceeded` beyond them. */
export interface Limits {
  readonly trainingJobs: number;
  readonly tuningJobs: number;
  readonly transformJobs: number;
  readonly endpoints: number;
}

export interface Timings {
  /** From SIGTERM to SIGKILL of a training process. */
  readonly trainingStopGraceMs: number;
  /** From SIGTERM to SIGKILL of a serving process. */
  readonly servingStopGraceMs: number;
  /** How long a container may take to answer its first `/ping`; the variant's own setting wins. */
  readonly pingTimeoutMs: number;
  /** How long a model may take to answer an invocation. */
  readonly invocationTimeoutMs: number;
}

/** Faults that tests inject; all off by default. */
export interface Faults {
  /** A reason makes the creation of this endpoint fail. */
  readonly failEndpointCreation?: (endpointName: string) => string | undefined;
  /** True loses the event. */
  readonly dropEvent?: (detailType: string, detail: Record<string, unknown>) => boolean;
  /** True loses the notification of an asynchronous request. */
  readonly dropNotification?: (inferenceId: string) => boolean;
}

/** What every room of the stand-in needs; built once in `server.ts`. */
export interface Context {
  readonly stateDir: string;
  readonly awsEndpoint: string;
  readonly region: string;
  readonly accountId: string;
  readonly python: (version: XgboostVersion) => Promise<string>;
  readonly now: () => Date;
  readonly log: (line: string) => void;
  readonly limits: Limits;
  readonly timings: Timings;
  readonly faults: Faults;
  readonly store: Store;
  readonly objects: ObjectStore;
  readonly events: EventPublisher;
  /** Processes of training and transform jobs that may run at the same time. */
  readonly slots: Slots;
}

/** Seconds since 1970 with milliseconds, as AWS JSON writes timestamps. */
export const epochSeconds = (context: Pick<Context, 'now'>): number => context.now().getTime() / 1000;

export type ResourceKind =
  | 'training-job'
  | 'hyper-parameter-tuning-job'
  | 'transform-job'
  | 'model'
  | 'endpoint-config'
  | 'endpoint'
  | 'scalable-target'
  | 'scaling-policy';

export function arn(context: Pick<Context, 'region' | 'accountId'>, kind: ResourceKind, name: string): string {
  const partition = context.region.startsWith('cn-')
    ? 'aws-cn'
    : context.region.startsWith('us-gov-')
      ? 'aws-us-gov'
      : 'aws';
  return `arn:${partition}:sagemaker:${context.region}:${context.accountId}:${kind}/${name.toLowerCase()}`;
}

/** What a child process gets besides its contract: a path, a home and a way to the local AWS. Nothing of ours leaks in. */
export function baseEnvironment(context: Context): Record<string, string> {
  const keep = ['PATH', 'HOME', 'LANG', 'TMPDIR'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(keep),
    AWS_REGION: context.region,
    AWS_DEFAULT_REGION: context.region,
    AWS_ENDPOINT_URL: context.awsEndpoint,
    AWS_ACCESS_KEY_ID: context.accountId,
    AWS_SECRET_ACCESS_KEY: 'local',
  };
}
