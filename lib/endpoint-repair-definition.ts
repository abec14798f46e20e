import { type Definition, lambdaTask, QUOTA, type Retrier, TASK_TOKEN } from './asl.ts';

const INPUT = '$states.context.Execution.Input';
const VERSION = { model: `{% ${INPUT}.model %}`, version: `{% ${INPUT}.version %}` };
const REPAIR = { ...VERSION, endpoint: `{% ${INPUT}.endpoint %}`, repairId: `{% ${INPUT}.repairId %}` };

/** An endpoint can sit in `Creating` for more than an hour. */
const ENDPOINT_TIMEOUT_SECONDS = 3 * 3_600;

/** Deleting takes minutes. */
const BUSY: Retrier = {
  ErrorEquals: ['EndpointBusyError'],
  IntervalSeconds: 10,
  MaxAttempts: 30,
  BackoffRate: 1.5,
  MaxDelaySeconds: 120,
  JitterStrategy: 'FULL',
};

/** Creates an endpoint again that the registry needs. Input: `{model, version, endpoint, repairId}`. */
export const endpointRepairDefinition: Definition = {
  Comment: 'Delete what does not serve, create it again from the registry, verify it, give it its requests back',
  QueryLanguage: 'JSONata',
  StartAt: 'Clear',
  States: {
    Clear: lambdaTask({
      function: 'RepairEndpoint',
      payload: { action: 'clear', ...REPAIR },
      retry: [BUSY],
      next: 'CreateEndpoint',
      onError: 'GiveUp',
    }),
    CreateEndpoint: lambdaTask({
      function: 'StartJob',
      wait: true,
      // whoever waits for it owns it: here a repair, named like its execution
      payload: { taskToken: TASK_TOKEN, work: 'endpoint', ...VERSION, rolloutId: `{% ${INPUT}.repairId %}` },
      timeoutSeconds: ENDPOINT_TIMEOUT_SECONDS,
      retry: [QUOTA],
      next: 'Verify',
      onError: 'GiveUp',
    }),
    Verify: lambdaTask({ function: 'VerifyEndpoint', payload: REPAIR, next: 'Finish', onError: 'GiveUp' }),
    Finish: lambdaTask({
      function: 'RepairEndpoint',
      payload: { action: 'finish', ...REPAIR },
      next: 'Repaired',
      onError: 'GiveUp',
    }),
    GiveUp: lambdaTask({
      function: 'RepairEndpoint',
      payload: { action: 'fail', ...REPAIR, failure: { error: '{% $failure.error %}', cause: '{% $failure.cause %}' } },
      comment: 'Says when to try again',
      keepsFailure: true,
      next: 'Failed',
      onError: 'Failed',
    }),
    Repaired: { Type: 'Succeed' },
    Failed: { Type: 'Fail', Error: '{% $failure.error %}', Cause: '{% $failure.cause %}' },
  },
};
