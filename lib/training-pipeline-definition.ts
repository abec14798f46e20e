import { CAPACITY, catchOnly, type Definition, type Json, lambdaTask, QUOTA, TASK_TOKEN } from './asl.ts';

const MODEL = '{% $states.context.Execution.Input.model %}';
const RUN_ID = '{% $states.context.Execution.Input.runId %}';
const RUN = { model: MODEL, runId: RUN_ID };

/** A job's own MaxRuntime ends it earlier; this only ends the wait for a job that nobody reports. */
const JOB_TIMEOUT_SECONDS = 28 * 3_600;

const APPROVAL_TIMEOUT_SECONDS = 365 * 86_400;

const startJob = (work: { readonly [key: string]: Json }) => ({
  function: 'StartJob',
  wait: true,
  payload: { taskToken: TASK_TOKEN, ...RUN, ...work },
  timeoutSeconds: JOB_TIMEOUT_SECONDS,
  retry: [QUOTA],
  onError: 'RecordFailure',
});

const WORK = "{% $plan.tuning ? 'tuning' : 'training' %}";

/** From accepted data to a registered, deployed model version. Input: `{model, runId, specVersion, datasetVersions, trigger}`. */
export const trainingPipelineDefinition: Definition = {
  Comment: 'Prepare, train or tune, evaluate, gate, register, approve, deploy',
  QueryLanguage: 'JSONata',
  StartAt: 'Prepare',
  States: {
    Prepare: lambdaTask({
      function: 'PrepareTraining',
      payload: {
        ...RUN,
        specVersion: '{% $states.input.specVersion %}',
        datasetVersions: '{% $states.input.datasetVersions %}',
      },
      assign: { plan: '{% $states.result.Payload %}' },
      next: 'Train',
      onError: 'RecordFailure',
    }),
    Train: lambdaTask({
      ...startJob({ work: WORK, attempt: 1, spot: '{% $plan.spot %}' }),
      catch: [catchOnly(['SpotCapacityError'], 'TrainOnDemand')],
      assign: { job: '{% $states.result %}' },
      next: 'NeedsTransform',
    }),
    TrainOnDemand: lambdaTask({
      ...startJob({ work: WORK, attempt: 2, spot: false }),
      comment: 'No spot capacity came in time: once more, on demand',
      retry: [QUOTA, CAPACITY],
      assign: { job: '{% $states.result %}' },
      next: 'NeedsTransform',
    }),
    NeedsTransform: {
      Type: 'Choice',
      Choices: [{ Condition: "{% $plan.algorithm = 'container' %}", Next: 'Transform' }],
      Default: 'Evaluate',
    },
    Transform: lambdaTask({
      ...startJob({ work: 'transform', attempt: 1, job: '{% $job %}' }),
      comment: 'Only the image itself can score the holdout',
      retry: [QUOTA, CAPACITY],
      next: 'EvaluateTransformed',
    }),
    Evaluate: lambdaTask({
      function: 'EvaluateModel',
      payload: { ...RUN, job: '{% $job %}' },
      assign: { evaluation: '{% $states.result.Payload %}' },
      next: 'Gate',
      onError: 'RecordFailure',
    }),
    EvaluateTransformed: lambdaTask({
      function: 'EvaluateModel',
      payload: { ...RUN, job: '{% $job %}', transform: '{% $states.input %}' },
      assign: { evaluation: '{% $states.result.Payload %}' },
      next: 'Gate',
      onError: 'RecordFailure',
    }),
    Gate: {
      Type: 'Choice',
      Choices: [{ Condition: '{% $evaluation.passed = true %}', Next: 'Register' }],
      Default: 'Reject',
    },
    Reject: lambdaTask({
      function: 'FinishRun',
      payload: { ...RUN, status: 'rejected' },
      next: 'Rejected',
      onError: 'RecordFailure',
    }),
    Register: lambdaTask({
      function: 'RegisterModel',
      payload: { ...RUN, executionArn: '{% $states.context.Execution.Id %}' },
      assign: { registered: '{% $states.result.Payload %}' },
      next: 'NeedsApproval',
      onError: 'RecordFailure',
    }),
    NeedsApproval: {
      Type: 'Choice',
      Choices: [{ Condition: "{% $registered.approval = 'manual' %}", Next: 'Approve' }],
      Default: 'Deploy',
    },
    Approve: lambdaTask({
      function: 'RequestApproval',
      wait: true,
      payload: {
        taskToken: TASK_TOKEN,
        ...RUN,
        version: '{% $registered.version %}',
        timeoutSeconds: '{% $registered.approvalTimeoutSeconds %}',
      },
      // the parked token's due time ends the wait, so that the registry knows of it; this is the longest an execution lives
      timeoutSeconds: APPROVAL_TIMEOUT_SECONDS,
      catch: [catchOnly(['ApprovalDeniedError', 'States.Timeout'], 'RejectVersion')],
      next: 'Deploy',
      onError: 'RecordFailure',
    }),
    RejectVersion: lambdaTask({
      function: 'FinishRun',
      payload: { ...RUN, status: 'rejected', version: '{% $registered.version %}' },
      next: 'Rejected',
      onError: 'RecordFailure',
    }),
    Deploy: lambdaTask({
      function: 'StartRollout',
      payload: { ...RUN, version: '{% $registered.version %}' },
      next: 'Finish',
      onError: 'RecordFailure',
    }),
    Finish: lambdaTask({
      function: 'FinishRun',
      payload: { ...RUN, status: 'registered', version: '{% $registered.version %}' },
      next: 'Registered',
      onError: 'RecordFailure',
    }),
    RecordFailure: lambdaTask({
      function: 'FinishRun',
      payload: { ...RUN, status: 'failed', failure: '{% $failure %}' },
      keepsFailure: true,
      next: 'Failed',
      onError: 'Failed',
    }),
    Registered: { Type: 'Succeed' },
    Rejected: { Type: 'Succeed', Comment: 'The gates or a person said no: a result, not a fault' },
    Failed: { Type: 'Fail', Error: '{% $failure.error %}', Cause: '{% $failure.cause %}' },
  },
};
