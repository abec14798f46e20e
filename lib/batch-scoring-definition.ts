import { CAPACITY, type Definition, lambdaTask, QUOTA, TASK_TOKEN } from './asl.ts';

const BATCH = {
  model: '{% $states.context.Execution.Input.model %}',
  batchId: '{% $states.context.Execution.Input.batchId %}',
};

/** Longer than any spec allows. */
const TRANSFORM_TIMEOUT_SECONDS = 6 * 86_400;

/** Scores rows with a model version. Input: `{model, batchId}`. */
export const batchScoringDefinition: Definition = {
  Comment: 'Encode rows, score them in a transform job, put the predictions beside them',
  QueryLanguage: 'JSONata',
  StartAt: 'Prepare',
  States: {
    Prepare: lambdaTask({
      function: 'PrepareBatch',
      payload: BATCH,
      next: 'Transform',
      onError: 'RecordFailure',
    }),
    Transform: lambdaTask({
      function: 'StartJob',
      wait: true,
      payload: { taskToken: TASK_TOKEN, work: 'batch-transform', ...BATCH },
      comment: 'The parked token ends the wait for a job that takes too long; RecordFailure stops it',
      timeoutSeconds: TRANSFORM_TIMEOUT_SECONDS,
      retry: [QUOTA, CAPACITY],
      assign: { job: '{% $states.result %}' },
      next: 'Finish',
      onError: 'RecordFailure',
    }),
    Finish: lambdaTask({
      function: 'FinishBatch',
      payload: { ...BATCH, job: '{% $job %}' },
      next: 'Scored',
      onError: 'RecordFailure',
    }),
    RecordFailure: lambdaTask({
      function: 'FinishBatch',
      payload: { ...BATCH, failure: '{% $failure %}' },
      keepsFailure: true,
      next: 'Failed',
      onError: 'Failed',
    }),
    Scored: { Type: 'Succeed' },
    Failed: { Type: 'Fail', Error: '{% $failure.error %}', Cause: '{% $failure.cause %}' },
  },
};
