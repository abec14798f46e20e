import { MAX_LOOKS } from '../domain/rollout/pace.ts';
import { CAPACITY, type Definition, lambdaTask, QUOTA, TASK_TOKEN } from './asl.ts';

const INPUT = '$states.context.Execution.Input';
const ROLLOUT = { model: `{% ${INPUT}.model %}`, rolloutId: `{% ${INPUT}.rolloutId %}` };
const WITH_VERSION = { ...ROLLOUT, version: `{% ${INPUT}.version %}` };

/** An endpoint can sit in `Creating` for more than an hour. */
const ENDPOINT_TIMEOUT_SECONDS = 3 * 3_600;

/** A job over the holdout waits for an instance and then takes minutes. */
const PARITY_TIMEOUT_SECONDS = 6 * 3_600;

const advance = (action: 'begin' | 'promote' | 'roll-back') => ({
  function: 'AdvanceRollout',
  payload: { action, ...ROLLOUT },
});

/** Takes a version from registered to champion, or back. Input: `{model, rolloutId, version, target}`. */
export const rolloutDefinition: Definition = {
  Comment: 'Create an immutable endpoint, verify it, shift traffic step by step, judge, promote or roll back',
  QueryLanguage: 'JSONata',
  StartAt: 'NeedsEndpoint',
  States: {
    NeedsEndpoint: {
      Type: 'Choice',
      Assign: { looks: 0 },
      Choices: [
        { Condition: `{% ${INPUT}.target = 'lambda' %}`, Assign: { looks: 0 }, Next: 'ScoreHoldout' },
        { Condition: `{% ${INPUT}.target = 'batch' %}`, Assign: { looks: 0 }, Next: 'Verify' },
      ],
      Default: 'CreateEndpoint',
    },
    CreateEndpoint: lambdaTask({
      function: 'StartJob',
      wait: true,
      payload: { taskToken: TASK_TOKEN, work: 'endpoint', ...WITH_VERSION },
      timeoutSeconds: ENDPOINT_TIMEOUT_SECONDS,
      retry: [QUOTA],
      next: 'Verify',
      onError: 'RollBackFailure',
    }),
    ScoreHoldout: lambdaTask({
      function: 'StartJob',
      wait: true,
      comment: "Before the router's own scorer may answer, the training container scores the holdout",
      payload: { taskToken: TASK_TOKEN, work: 'parity', ...WITH_VERSION },
      timeoutSeconds: PARITY_TIMEOUT_SECONDS,
      retry: [QUOTA, CAPACITY],
      next: 'VerifyParity',
      onError: 'RollBackFailure',
    }),
    VerifyParity: lambdaTask({
      function: 'VerifyEndpoint',
      payload: { ...WITH_VERSION, parity: '{% $states.input %}' },
      next: 'Begin',
      onError: 'RollBackFailure',
    }),
    Verify: lambdaTask({
      function: 'VerifyEndpoint',
      payload: WITH_VERSION,
      next: 'Begin',
      onError: 'RollBackFailure',
    }),
    Begin: lambdaTask({
      ...advance('begin'),
      assign: { done: '{% $states.result.Payload.done %}', waitSeconds: '{% $states.result.Payload.waitSeconds %}' },
      next: 'IsDone',
      onError: 'RollBackFailure',
    }),
    IsDone: {
      Type: 'Choice',
      Choices: [{ Condition: '{% $done = true %}', Next: 'Promoted' }],
      Default: 'Bake',
    },
    Bake: { Type: 'Wait', Seconds: '{% $waitSeconds %}', Next: 'Judge' },
    Judge: lambdaTask({
      function: 'AdvanceRollout',
      payload: { action: 'judge', ...ROLLOUT, looks: '{% $looks %}' },
      assign: {
        verdict: '{% $states.result.Payload.verdict %}',
        waitSeconds: '{% $states.result.Payload.waitSeconds %}',
        looks: '{% $looks + 1 %}',
      },
      next: 'Verdict',
      onError: 'RollBackFailure',
    }),
    Verdict: {
      Type: 'Choice',
      Choices: [
        { Condition: "{% $verdict = 'promote' %}", Next: 'Promote' },
        { Condition: "{% $verdict = 'roll-back' %}", Next: 'RollBack' },
        { Condition: `{% $looks < ${MAX_LOOKS} %}`, Next: 'Bake' },
      ],
      // the judge says so first, and why
      Default: 'RollBack',
    },
    Promote: lambdaTask({ ...advance('promote'), next: 'Promoted', onError: 'RollBackFailure' }),
    RollBack: lambdaTask({ ...advance('roll-back'), next: 'RolledBack', onError: 'Failed' }),
    RollBackFailure: lambdaTask({
      function: 'AdvanceRollout',
      payload: { action: 'roll-back', ...ROLLOUT, failure: '{% $failure %}' },
      comment: 'Traffic goes back first; then the execution fails, visibly',
      keepsFailure: true,
      next: 'Failed',
      onError: 'Failed',
    }),
    Promoted: { Type: 'Succeed' },
    RolledBack: { Type: 'Succeed', Comment: 'The champion kept serving: a result, not a fault' },
    Failed: { Type: 'Fail', Error: '{% $failure.error %}', Cause: '{% $failure.cause %}' },
  },
};
