import { catchOnly, type Definition, type Json, lambdaTask, type Retrier, substituted, TRANSIENT } from './asl.ts';

const INPUT = '$states.context.Execution.Input';
/** What every task is about: a seal, and who works on it. */
const SET: { readonly [key: string]: Json } = {
  model: `{% ${INPUT}.model %}`,
  seal: `{% ${INPUT}.seal %}`,
  attempt: `{% ${INPUT}.attempt %}`,
};

/** Objects validated at a time. */
const MAX_CONCURRENCY = 40;

/** 10,000 objects of five minutes each, forty at a time, take 21 hours. */
const TIMEOUT_SECONDS = 24 * 3_600;

/** So many at once may be more than the account's concurrency has room for: they wait for each other for hours. */
const PATIENT: Retrier = { ...TRANSIENT, MaxAttempts: 60, MaxDelaySeconds: 300 };

/** From a sealed set of objects to one data set version. Input: `{model, seal: {bucket, key, versionId}, attempt}`. */
export const datasetValidationDefinition: Definition = {
  Comment: 'Fix what belongs to a set, validate its objects side by side, merge them into one verdict',
  QueryLanguage: 'JSONata',
  TimeoutSeconds: TIMEOUT_SECONDS,
  StartAt: 'Plan',
  States: {
    Plan: lambdaTask({
      function: 'PlanSet',
      payload: { action: 'plan', ...SET },
      assign: { set: '{% $states.result.Payload %}' },
      next: 'IsPlanned',
      onError: 'Release',
    }),
    IsPlanned: {
      Type: 'Choice',
      Choices: [{ Condition: "{% $set.outcome = 'planned' %}", Next: 'ValidateParts' }],
      Default: 'Done',
    },
    ValidateParts: {
      Type: 'Map',
      Comment: 'Standard children: an object may take five minutes, and be tried again, which is more than Express has',
      Label: 'Parts',
      ItemReader: {
        Resource: substituted('GetObject'),
        ReaderConfig: { InputType: 'JSON' },
        Arguments: { Bucket: '{% $set.bucket %}', Key: '{% $set.items %}' },
      },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'ValidatePart',
        States: {
          ValidatePart: {
            ...lambdaTask({
              function: 'ValidatePart',
              payload: '{% $states.input %}',
              next: 'PartDone',
              onError: 'PartFailed',
            }),
            Retry: [PATIENT],
          },
          PartDone: { Type: 'Succeed' },
          PartFailed: { Type: 'Fail', Error: '{% $failure.error %}', Cause: '{% $failure.cause %}' },
        },
      },
      MaxConcurrency: MAX_CONCURRENCY,
      ToleratedFailurePercentage: 0,
      Retry: [{ ...TRANSIENT, ErrorEquals: ['States.ItemReaderFailed'] }],
      Catch: [catchOnly(['States.ALL'], 'Release')],
      Next: 'Merge',
    },
    Merge: lambdaTask({
      function: 'MergeSet',
      payload: SET,
      next: 'Done',
      onError: 'Release',
    }),
    Release: lambdaTask({
      comment: 'Nothing is known of the data: whoever comes next may try again',
      function: 'PlanSet',
      payload: { action: 'release', ...SET },
      keepsFailure: true,
      next: 'Failed',
      onError: 'Failed',
    }),
    Done: { Type: 'Succeed', Comment: 'A rejected set is a result, not a fault' },
    Failed: { Type: 'Fail', Error: '{% $failure.error %}', Cause: '{% $failure.cause %}' },
  },
};
