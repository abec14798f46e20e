/**
 * Amazon States Language with JSONata, as far as Millrace's machines use it. Definitions are plain data: tests walk
 * them without synthesizing, and Lambda ARNs come in by DefinitionSubstitutions.
 * @see https://states-language.net/spec.html
 */

/** Text is taken as it is, `{% … %}` is a JSONata expression. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly MaxAttempts: number;
  readonly BackoffRate: number;
  readonly MaxDelaySeconds: number;
  readonly JitterStrategy: 'FULL';
}

export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Assign?: { readonly [name: string]: Json };
  readonly Next: string;
}

interface Assigning {
  readonly Comment?: string;
  /** Variables every later state sees. */
  readonly Assign?: { readonly [name: string]: Json };
  readonly Output?: Json;
}

export interface TaskState extends Assigning {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Arguments: { readonly [key: string]: Json };
  /** Seconds, or an expression that gives them. */
  readonly TimeoutSeconds: number | string;
  readonly Retry: readonly Retrier[];
  readonly Catch: readonly Catcher[];
  readonly Next: string;
}

export interface ChoiceState extends Assigning {
  readonly Type: 'Choice';
  readonly Choices: readonly (Assigning & { readonly Condition: string; readonly Next: string })[];
  readonly Default: string;
}

export interface WaitState extends Assigning {
  readonly Type: 'Wait';
  readonly Seconds: number | string;
  readonly Next: string;
}

export interface SucceedState extends Assigning {
  readonly Type: 'Succeed';
}

export interface FailState {
  readonly Type: 'Fail';
  readonly Comment?: string;
  readonly Error: string;
  readonly Cause: string;
}

/** A Distributed Map: one child execution for each item of a JSON array in S3. */
export interface MapState {
  readonly Type: 'Map';
  readonly Comment?: string;
  /** Names the children's executions: at most 40 characters. */
  readonly Label: string;
  readonly ItemReader: {
    readonly Resource: string;
    readonly ReaderConfig: { readonly InputType: 'JSON' };
    readonly Arguments: { readonly Bucket: string; readonly Key: string };
  };
  readonly ItemProcessor: {
    readonly ProcessorConfig: { readonly Mode: 'DISTRIBUTED'; readonly ExecutionType: 'STANDARD' | 'EXPRESS' };
  } & Machine;
  readonly MaxConcurrency: number;
  readonly ToleratedFailurePercentage: number;
  readonly Retry: readonly Retrier[];
  readonly Catch: readonly Catcher[];
  readonly Next: string;
}

export type State = TaskState | ChoiceState | WaitState | SucceedState | FailState | MapState;

/** What has states: an execution, and each child of a Map. */
export interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

export interface Definition extends Machine {
  readonly Comment: string;
  readonly QueryLanguage: 'JSONata';
  /** Longest an execution may take. @default a year */
  readonly TimeoutSeconds?: number;
}

/** What passes if one waits a little: the service's own faults, a lost race, a dependency that is away. */
export const TRANSIENT: Retrier = {
  ErrorEquals: [
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.TooManyRequestsException',
    'ConcurrentWriteError',
    'UnavailableError',
  ],
  IntervalSeconds: 2,
  MaxAttempts: 6,
  BackoffRate: 2,
  MaxDelaySeconds: 60,
  JitterStrategy: 'FULL',
};

/**
 * Quotas free up in hours, not seconds: about a day of waiting in all. `States.ALL` in a Catch comes after it.
 */
export const QUOTA: Retrier = {
  ErrorEquals: ['QuotaExceededError'],
  IntervalSeconds: 120,
  MaxAttempts: 40,
  BackoffRate: 2,
  MaxDelaySeconds: 3_600,
  JitterStrategy: 'FULL',
};

/** For work that runs on demand: capacity frees up like a quota does. */
export const CAPACITY: Retrier = { ...QUOTA, ErrorEquals: ['SpotCapacityError'] };

/** A placeholder that DefinitionSubstitutions fills. */
export const substituted = (name: string): string => `\${${name}}`;

/** Step Functions' integrations by the name a definition's substitutions give them; the ARN differs by partition. */
export const INTEGRATIONS = {
  /** The Lambda's answer arrives as `$states.result.Payload`. */
  Invoke: 'states:::lambda:invoke',
  /** The Lambda only starts the work; the answer is what SendTaskSuccess brings, as `$states.result`. */
  InvokeAndWait: 'states:::lambda:invoke.waitForTaskToken',
  /** An object that a Map takes its items from. */
  GetObject: 'states:::s3:getObject',
} as const;
export const TASK_TOKEN = '{% $states.context.Task.Token %}';

/** Keeps what went wrong in `$failure`. `Cause` is cut, as it may have 32 KB, and may be missing in a SendTaskFailure. */
const CAUGHT: { readonly [name: string]: Json } = {
  failure: {
    state: '{% $states.context.State.Name %}',
    error: '{% $states.errorOutput.Error %}',
    cause: "{% $exists($states.errorOutput.Cause) ? $substring($states.errorOutput.Cause, 0, 4000) : '' %}",
  },
};

export const catchOnly = (errors: readonly string[], next: string): Catcher => ({
  ErrorEquals: errors,
  Assign: CAUGHT,
  Next: next,
});

export interface LambdaTask {
  /** Name of the substitution that holds the function's ARN. */
  readonly function: string;
  readonly payload: Json;
  readonly next: string;
  readonly onError: string;
  readonly assign?: { readonly [name: string]: Json };
  readonly comment?: string;
  /** Seconds; by default the longest a Lambda can run, and a little. */
  readonly timeoutSeconds?: number | string;
  readonly retry?: readonly Retrier[];
  readonly catch?: readonly Catcher[];
  /** The task tidies up after a failure: should it fail as well, the first failure is the one to show. */
  readonly keepsFailure?: boolean;
}

/** @returns a task that invokes a Lambda, retries what is transient and hands every other failure to `onError` */
export function lambdaTask(task: LambdaTask & { readonly wait?: boolean }): TaskState {
  return {
    Type: 'Task',
    ...(task.comment ? { Comment: task.comment } : {}),
    Resource: substituted(task.wait ? 'InvokeAndWait' : 'Invoke'),
    Arguments: { FunctionName: substituted(task.function), Payload: task.payload },
    TimeoutSeconds: task.timeoutSeconds ?? 960,
    Retry: [TRANSIENT, ...(task.retry ?? [])],
    Catch: [
      ...(task.catch ?? []),
      task.keepsFailure ? { ErrorEquals: ['States.ALL'], Next: task.onError } : catchOnly(['States.ALL'], task.onError),
    ],
    ...(task.assign ? { Assign: task.assign } : {}),
    Output: task.wait ? '{% $states.result %}' : '{% $states.result.Payload %}',
    Next: task.next,
  };
}
