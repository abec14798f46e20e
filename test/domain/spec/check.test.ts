import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSpec, type Problem } from '../../../domain/spec/check.ts';
import { ModelSpec } from '../../../domain/spec/model-spec.ts';
import { showProblem } from '../../../domain/spec/problem.ts';
import { aModelSpec, aSpecDocument, type Overrides } from '../../fixtures/builders.ts';

const problemsOf = (overrides: Overrides): Problem[] => {
  const result = checkSpec(aSpecDocument(overrides));
  return 'problems' in result ? result.problems : [];
};
const linesOf = (overrides: Overrides): string[] => problemsOf(overrides).map(showProblem);

const column = (change: object, at = 2): Overrides => {
  const columns = [...(aSpecDocument().data as { columns: object[] }).columns];
  columns[at] = { ...columns[at], ...change };
  return { data: { columns } };
};
const hyper = (hyperparameters: object): Overrides => ({ training: { xgboost: { hyperparameters } } });
const gate = (...gates: object[]): Overrides => ({ evaluation: { gates } });
const tuning = (change: object = {}): object => ({
  objective: { metric: 'validation:auc', goal: 'Maximize' },
  ranges: { max_depth: { min: 2, max: 8 } },
  ...change,
});
const tuned = (change: object = {}, hyperparameters: object = {}): Overrides => ({
  training: { tuning: tuning(change), xgboost: { hyperparameters: { max_depth: undefined, ...hyperparameters } } },
});
const target = (type: string, rest: Overrides = {}): Overrides => {
  const { data } = column({ name: 'churned', type, min: undefined, max: undefined }, 7) as { data: object };
  return { ...rest, data };
};
const MULTICLASS: Overrides = {
  task: 'multiclass',
  classes: ['0', '1', '2'],
  training: { xgboost: { hyperparameters: { objective: 'multi:softprob', num_class: 3 } } },
  ...gate({ type: 'absolute', metric: 'accuracy', min: 0.5 }),
};
const REGRESSION: Overrides = {
  task: 'regression',
  training: { xgboost: { hyperparameters: { objective: 'reg:squarederror' } } },
  ...gate({ type: 'absolute', metric: 'rmse', max: 9 }),
};
const CONTAINER: Overrides = {
  training: { algorithm: 'container', xgboost: undefined, container: { image: 'repo/image:1' } },
};

/** What is wrong, the change, and the one line that must be said about it. */
const refused: readonly [what: string, change: Overrides, line: string][] = [
  ['a target that is no column', { data: { target: 'churn' } }, 'data.target: names no column; did you mean churned?'],
  [
    'an id that is no column',
    { data: { id: 'nope' } },
    'data.id: names no column (seen "nope"; allowed: one of data.columns: customer_id,',
  ],
  ['a timestamp that is no column', { data: { timestamp: 'nope' } }, 'data.timestamp: names no column'],
  [
    'a protected name that is no column',
    { data: { protected: ['gendre'] } },
    'data.protected[0]: names no column; did you mean gender?',
  ],
  ['an ignored name that is no column', { data: { ignored: ['x'] } }, 'data.ignored[0]: names no column'],
  [
    'a feature that is no column',
    { training: { features: ['age', 'agee'] } },
    'training.features[1]: names no column; did you mean age?',
  ],
  ['a column name twice', column({ name: 'plan' }), 'data.columns[4].name: is the name of data.columns[2], too'],
  ['names that differ by case', column({ name: 'Plan' }), 'data.columns[4].name: is the name of data.columns[2], too'],
  ['a reserved name', column({ name: '__label' }), 'data.columns[2].name: is reserved (seen "__label"'],
  ['a prototype name', column({ name: '__proto__' }), 'data.columns[2].name: is reserved'],
  ['the target as id', { data: { id: 'churned' } }, 'data.id: is data.target, too'],
  [
    'the target as a feature',
    { training: { features: ['age', 'churned'] } },
    'training.features[1]: is data.target, too',
  ],
  [
    'a protected feature',
    { training: { features: ['age', 'gender'] } },
    'training.features[1]: is data.protected, too',
  ],
  [
    'an ignored feature',
    { data: { ignored: ['age'] }, training: { features: ['age'] } },
    'training.features[0]: is data.ignored, too',
  ],
  ['a feature twice', { training: { features: ['age', 'age'] } }, 'training.features[1]: names a column twice'],
  ['no feature left', { data: { ignored: ['age', 'spend', 'plan', 'active'] } }, 'data.columns: leave no feature'],
  ['an id that is a time', { data: { id: 'seen_at', timestamp: undefined } }, 'data.id: cannot be a timestamp column'],
  ['a timestamp that is a number', { data: { timestamp: 'age' } }, 'data.timestamp: names a column of another type'],
  ['a nullable id', column({ nullable: true }, 0), 'data.id: names a nullable column'],
  ['a nullable timestamp', column({ nullable: true }, 1), 'data.timestamp: names a nullable column'],
  ['min above max', column({ min: 2, max: 1 }), 'data.columns[2].min: is above max (seen 2; allowed: at most 1)'],
  ['min of a text', column({ type: 'string', max: undefined }), 'data.columns[2].min: does not go with string'],
  ['max of a boolean', column({ type: 'boolean', min: undefined }), 'data.columns[2].max: does not go with boolean'],
  ['values of a number', column({ values: ['1'] }), 'data.columns[2].values: does not go with integer'],
  ['a value twice', column({ values: ['a', 'b', 'a'] }, 4), 'data.columns[4].values: names a value twice (seen "a"'],
  ['an empty value', column({ values: ['a', ''] }, 4), 'data.columns[4].values: has an empty value'],
  ['a format of a number', column({ format: '%Y' }), 'data.columns[2].format: does not go with integer'],
  ['an unknown format', column({ format: '%Q' }, 1), 'data.columns[1].format: is no strptime format'],
  ['a format that ends in %', column({ format: '%Y-%' }, 1), 'data.columns[1].format: is no strptime format'],
  ['a quote as delimiter', { data: { delimiter: '"' } }, 'data.delimiter: cannot separate cells'],
  ['a newline as delimiter', { data: { delimiter: '\n' } }, 'data.delimiter: cannot separate cells'],
  ['a letter as delimiter', { data: { delimiter: 'e' } }, 'data.delimiter: cannot separate cells'],
  ['a binary target that is a number', target('number'), 'data.target: is a number column: no target of a binary task'],
  ['a text target without classes', target('string'), 'classes: are missing: target churned is a string column'],
  [
    'three classes of a binary task',
    target('string', { classes: ['a', 'b', 'c'] }),
    'classes: must be two for a binary task',
  ],
  ['a class twice', target('string', { classes: ['a', 'a'] }), 'classes: names a label twice'],
  ['a class that is no number', { classes: ['no', '1'] }, 'classes[0]: is no integer (seen "no"'],
  ['a class written with zeros', { classes: ['00', '1'] }, 'classes[0]: is no integer'],
  ['a class that is no boolean', target('boolean', { classes: ['no', 'true'] }), 'classes[0]: is no boolean'],
  ['classes of a regression', { ...REGRESSION, classes: ['0', '1'] }, 'classes: do not go with a regression task'],
  [
    'multiclass without classes',
    { ...MULTICLASS, classes: undefined },
    'classes: are missing (seen nothing; allowed: the labels in order',
  ],
  ['a boolean target of multiclass', { ...MULTICLASS, ...target('boolean') }, 'data.target: is a boolean column'],
  ['a text target of a regression', { ...REGRESSION, ...target('string') }, 'data.target: is a string column'],
  [
    'xgboost without its section',
    { training: { xgboost: undefined } },
    'training.xgboost: is missing: training.algorithm is xgboost',
  ],
  [
    'xgboost with a container section',
    { training: { container: { image: 'x' } } },
    'training.container: does not go with training.algorithm xgboost',
  ],
  [
    'a container without its section',
    { training: { algorithm: 'container', xgboost: undefined } },
    'training.container: is missing',
  ],
  [
    'a container with an xgboost section',
    { training: { algorithm: 'container', container: { image: 'x' } } },
    'training.xgboost: does not go with training.algorithm container',
  ],
  [
    'a window in time without a timestamp',
    { data: { timestamp: undefined }, training: { window: { last: '30d' } } },
    'training.window.last: needs data.timestamp',
  ],
  [
    'a split that leaves too little',
    { training: { split: { validation: 0.45, holdout: 0.45 } } },
    'training.split: leaves too little to train on',
  ],
  [
    'a debounce of 16 minutes',
    { training: { trigger: { debounce: '16m' } } },
    'training.trigger.debounce: is too long (seen "16m"; allowed: at most 15m)',
  ],
  ['28 hours of training', { training: { maxRuntime: '28h' } }, 'training.maxRuntime: is too long'],
  [
    'a metric of another task',
    gate({ type: 'absolute', metric: 'rmse', max: 1 }),
    'evaluation.gates[0].metric: is no metric of a binary task',
  ],
  [
    'a champion gate of another task',
    gate({ type: 'champion', metric: 'r2' }),
    'evaluation.gates[0].metric: is no metric of a binary task',
  ],
  ['an absolute gate without a limit', gate({ type: 'absolute', metric: 'auc' }), 'evaluation.gates[0]: has no limit'],
  [
    'a slice gate without a limit',
    gate({ type: 'slice', column: 'plan', metric: 'auc' }),
    'evaluation.gates[0]: has no limit',
  ],
  [
    'a fairness gate without a limit',
    gate({ type: 'fairness', column: 'gender', metric: 'disparate_impact' }),
    'evaluation.gates[0]: has no limit',
  ],
  [
    'a gate nobody can pass',
    gate({ type: 'absolute', metric: 'auc', min: 1.01 }),
    'evaluation.gates[0].min: is out of the range of auc (seen 1.01; allowed: 0 to 1)',
  ],
  [
    'a gate with min above max',
    gate({ type: 'absolute', metric: 'auc', min: 0.9, max: 0.8 }),
    'evaluation.gates[0].min: is above max',
  ],
  [
    'a slice by an unknown column',
    gate({ type: 'slice', column: 'plans', metric: 'auc', min: 0.5 }),
    'evaluation.gates[0].column: names no column; did you mean plan?',
  ],
  [
    'a slice by a number',
    gate({ type: 'slice', column: 'spend', metric: 'auc', min: 0.5 }),
    'evaluation.gates[0].column: is a number column',
  ],
  [
    'a slice by the target',
    gate({ type: 'slice', column: 'churned', metric: 'auc', min: 0.5 }),
    'evaluation.gates[0].column: is the target or the id',
  ],
  [
    'fairness by an unknown column',
    gate({ type: 'fairness', column: 'sex', metric: 'disparate_impact', min: 0.8 }),
    'evaluation.gates[0].column: names no column',
  ],
  [
    'fairness of a regression',
    { ...REGRESSION, ...gate({ type: 'fairness', column: 'gender', metric: 'disparate_impact', min: 0.8 }) },
    'evaluation.gates[0].type: does not go with a regression task',
  ],
  [
    'serverless memory below the steps',
    { deployment: { memoryMb: 1_023 } },
    'deployment.memoryMb: is no size of a serverless endpoint',
  ],
  [
    'serverless memory between the steps',
    { deployment: { memoryMb: 1_536 } },
    'deployment.memoryMb: is no size of a serverless endpoint',
  ],
  [
    'serverless memory above the steps',
    { deployment: { memoryMb: 7_168 } },
    'deployment.memoryMb: is no size of a serverless endpoint',
  ],
  [
    'serverless with an instance',
    { deployment: { instance: 'ml.m5.large' } },
    'deployment.instance: does not go with target serverless',
  ],
  [
    'serverless with instances',
    { deployment: { instanceCount: 1 } },
    'deployment.instanceCount: does not go with target serverless',
  ],
  [
    'realtime with memory',
    { deployment: { target: 'realtime', memoryMb: 2_048 } },
    'deployment.memoryMb: does not go with target realtime',
  ],
  [
    'lambda with memory',
    { deployment: { target: 'lambda', memoryMb: 2_048 } },
    'deployment.memoryMb: does not go with target lambda (seen 2048; allowed: cache)',
  ],
  [
    'lambda with an instance',
    { deployment: { target: 'lambda', instance: 'ml.m5.large' } },
    'deployment.instance: does not go with target lambda',
  ],
  ['serverless with a queue', { deployment: { async: {} } }, 'deployment.async: does not go with target serverless'],
  [
    'realtime with a queue',
    { deployment: { target: 'realtime', async: { timeout: '5m' } } },
    'deployment.async: does not go with target realtime',
  ],
  [
    'async with memory',
    { deployment: { target: 'async', memoryMb: 2_048 } },
    'deployment.memoryMb: does not go with target async (seen 2048; allowed: instance, instanceCount, scaling, async)',
  ],
  [
    'async that waits for more than an hour',
    { deployment: { target: 'async', async: { timeout: '61m' } } },
    'deployment.async.timeout: is too long (seen "61m"; allowed: at most 1h)',
  ],
  [
    'async with more in the container than SageMaker puts there',
    { deployment: { target: 'async', async: { maxInvocationsPerInstance: 1_001 } } },
    'deployment.async.maxInvocationsPerInstance',
  ],
  [
    'async with nothing in the container',
    { deployment: { target: 'async', async: { maxInvocationsPerInstance: 0 } } },
    'deployment.async.maxInvocationsPerInstance',
  ],
  [
    'more kept warm than there may be',
    { deployment: { maxConcurrency: 4, provisionedConcurrency: 5 } },
    'deployment.provisionedConcurrency: is above maxConcurrency (seen 5; allowed: at most 4)',
  ],
  [
    'more kept warm than the default allows',
    { deployment: { provisionedConcurrency: 6 } },
    'deployment.provisionedConcurrency: is above maxConcurrency (seen 6; allowed: at most 5)',
  ],
  ['nothing kept warm', { deployment: { provisionedConcurrency: 0 } }, 'deployment.provisionedConcurrency'],
  [
    'warm instances',
    { deployment: { target: 'realtime', provisionedConcurrency: 1 } },
    'deployment.provisionedConcurrency: does not go with target realtime',
  ],
  [
    'scaling of the router',
    { deployment: { target: 'lambda', scaling: { min: 1, max: 2 } } },
    'deployment.scaling: does not go with target lambda',
  ],
  [
    'realtime scaled to zero',
    { deployment: { target: 'realtime', scaling: { min: 0, max: 2, invocationsPerInstance: 60 } } },
    'deployment.scaling.min: is too small: target realtime cannot scale to 0; async can, and serverless without provisionedConcurrency costs nothing while idle (seen 0; allowed: at least 1)',
  ],
  [
    'async below zero',
    { deployment: { target: 'async', scaling: { min: -1, max: 2, backlogPerInstance: 5 } } },
    'deployment.scaling.min',
  ],
  [
    'scaling with its ends exchanged',
    { deployment: { target: 'realtime', scaling: { min: 3, max: 2, invocationsPerInstance: 60 } } },
    'deployment.scaling.max: is below scaling.min (seen 2; allowed: at least 3)',
  ],
  [
    'realtime that follows nothing',
    { deployment: { target: 'realtime', scaling: { min: 1, max: 2 } } },
    'deployment.scaling.invocationsPerInstance: is missing: target realtime follows it',
  ],
  [
    'realtime that follows a backlog',
    {
      deployment: { target: 'realtime', scaling: { min: 1, max: 2, invocationsPerInstance: 1, backlogPerInstance: 1 } },
    },
    'deployment.scaling.backlogPerInstance: does not go with target realtime (seen 1; allowed: invocationsPerInstance)',
  ],
  [
    'async that follows nothing',
    { deployment: { target: 'async', scaling: { min: 0, max: 2 } } },
    'deployment.scaling.backlogPerInstance: is missing: target async follows it',
  ],
  [
    'fewer instances than scaling allows',
    { deployment: { target: 'realtime', instanceCount: 1, scaling: { min: 2, max: 4, invocationsPerInstance: 60 } } },
    'deployment.instanceCount: is outside of scaling.min and scaling.max (seen 1; allowed: 2 to 4)',
  ],
  [
    'more instances than scaling allows',
    { deployment: { target: 'realtime', instanceCount: 5, scaling: { min: 2, max: 4, invocationsPerInstance: 60 } } },
    'deployment.instanceCount: is outside of scaling.min and scaling.max (seen 5; allowed: 2 to 4)',
  ],
  [
    'scaling of what is not provisioned',
    { deployment: { scaling: { min: 1, max: 2 } } },
    'deployment.provisionedConcurrency: is missing: it is what scaling of target serverless changes',
  ],
  [
    'serverless scaled to zero',
    { deployment: { provisionedConcurrency: 1, scaling: { min: 0, max: 2 } } },
    'deployment.scaling.min: is too small: target serverless cannot scale to 0',
  ],
  [
    'more provisioned by scaling than there may be',
    { deployment: { provisionedConcurrency: 1, scaling: { min: 1, max: 6 } } },
    'deployment.scaling.max: is above maxConcurrency (seen 6; allowed: at most 5)',
  ],
  [
    'a use of nine tenths and more',
    { deployment: { provisionedConcurrency: 1, scaling: { min: 1, max: 2, utilization: 0.91 } } },
    'deployment.scaling.utilization',
  ],
  [
    'hours until an instance may go',
    {
      deployment: {
        target: 'realtime',
        scaling: { min: 1, max: 2, invocationsPerInstance: 60, scaleInCooldown: '61m' },
      },
    },
    'deployment.scaling.scaleInCooldown: is too long (seen "61m"; allowed: at most 1h)',
  ],
  [
    'hours until an instance may come',
    {
      deployment: {
        target: 'realtime',
        scaling: { min: 1, max: 2, invocationsPerInstance: 60, scaleOutCooldown: '61m' },
      },
    },
    'deployment.scaling.scaleOutCooldown: is too long (seen "61m"; allowed: at most 1h)',
  ],
  [
    'batch with memory',
    { deployment: { target: 'batch', memoryMb: 2_048 } },
    'deployment.memoryMb: does not go with target batch (seen 2048; allowed: instance, instanceCount)',
  ],
  [
    'a canary of what has no traffic',
    { deployment: { target: 'batch', strategy: { type: 'canary', steps: [0.1] } } },
    'deployment.strategy.type: needs traffic, which target batch has not (seen "canary"; allowed: all-at-once)',
  ],
  [
    'a schedule that says not what is scored',
    { deployment: { batch: { every: '1d' } } },
    'deployment.batch.input: is missing: batch.every says when',
  ],
  [
    'something to score that says not when',
    { deployment: { batch: { input: 'datasets' } } },
    'deployment.batch.every: is missing: batch.input is scored by schedule',
  ],
  [
    'a schedule of 14 minutes',
    { deployment: { batch: { every: '14m', input: 'datasets' } } },
    'deployment.batch.every: is too short (seen "14m"; allowed: at least 15m)',
  ],
  [
    'an input that is no place in S3',
    { deployment: { batch: { every: '1d', input: 'rows.csv' } } },
    'deployment.batch.input: has the wrong form (seen "rows.csv"; allowed: datasets or s3://bucket/prefix/',
  ],
  [
    'a batch of 121 hours',
    { deployment: { batch: { maxRuntime: '121h' } } },
    'deployment.batch.maxRuntime: is too long',
  ],
  [
    'lambda for a container',
    { ...CONTAINER, deployment: { target: 'lambda' } },
    'deployment.target: cannot serve training.algorithm container',
  ],
  [
    'canary steps that do not rise',
    { deployment: { strategy: { type: 'canary', steps: [0.1, 0.5, 0.5] } } },
    'deployment.strategy.steps[2]: does not rise (seen 0.5; allowed: more than 0.5)',
  ],
  [
    'a bake of 8 days',
    { deployment: { strategy: { type: 'canary', steps: [0.1], bake: '8d' } } },
    'deployment.strategy.bake: is too long',
  ],
  [
    'a linear rollout in steps of half a percent',
    { deployment: { strategy: { type: 'linear', increment: 0.005 } } },
    'deployment.strategy.increment: ',
  ],
  [
    'a linear rollout with a bake of 8 days',
    { deployment: { strategy: { type: 'linear', bake: '8d' } } },
    'deployment.strategy.bake: is too long',
  ],
  [
    'a margin of latency below 0',
    { deployment: { judging: { latency: { margin: -0.01 } } } },
    'deployment.judging.latency.margin: ',
  ],
  [
    'a margin of latency above 1,000',
    { deployment: { judging: { latency: { margin: 1_001 } } } },
    'deployment.judging.latency.margin: ',
  ],
  [
    'a margin of predictions of 0',
    { deployment: { judging: { predictions: { margin: 0 } } } },
    'deployment.judging.predictions.margin: ',
  ],
  [
    'a margin of predictions of 1',
    { deployment: { judging: { predictions: { margin: 1 } } } },
    'deployment.judging.predictions.margin: ',
  ],
  [
    'a margin of quality of 1',
    { deployment: { judging: { quality: { margin: 1 } } } },
    'deployment.judging.quality.margin: ',
  ],
  [
    'more labels than are ever waited for',
    { deployment: { judging: { quality: { minLabels: 1_000_001 } } } },
    'deployment.judging.quality.minLabels: ',
  ],
  [
    'an increment above a half',
    { deployment: { strategy: { type: 'linear', increment: 0.51 } } },
    'deployment.strategy.increment: ',
  ],
  [
    'answers remembered for longer than a day',
    { deployment: { cache: { ttl: '25h' } } },
    'deployment.cache.ttl: is too long',
  ],
  [
    'answers remembered that come later',
    { deployment: { target: 'async', cache: { ttl: '5m' } } },
    'deployment.cache: does not go with target async',
  ],
  [
    'a shadow of no requests',
    { deployment: { strategy: { type: 'shadow', share: 0 } } },
    'deployment.strategy.share: ',
  ],
  [
    'a shadow of more than all requests',
    { deployment: { strategy: { type: 'shadow', share: 1.1 } } },
    'deployment.strategy.share: ',
  ],
  [
    'labels judged of what answers later',
    { deployment: { target: 'async', judging: { quality: {} } } },
    'deployment.judging.quality: is not judged of target async',
  ],
  [
    'a shadow that answers later',
    { deployment: { target: 'async', strategy: { type: 'shadow' } } },
    'deployment.strategy.type: compares answers, which target async gives later',
  ],
  [
    'an A/B test of everything',
    { deployment: { strategy: { type: 'ab', share: 1 }, judging: { quality: {} } } },
    'deployment.strategy.share: ',
  ],
  [
    'an A/B test that decides by nothing',
    { deployment: { strategy: { type: 'ab' } } },
    'deployment.judging.quality: is what an A/B test is decided by',
  ],
  [
    'an A/B test of 31 days',
    { deployment: { strategy: { type: 'ab', duration: '31d' }, judging: { quality: {} } } },
    'deployment.strategy.duration: is too long',
  ],
  [
    'a disagreement that nothing can exceed',
    { deployment: { judging: { agreement: { maxDisagreement: 1 } } } },
    'deployment.judging.agreement.maxDisagreement: ',
  ],
  [
    'an approval that outlives the execution',
    { deployment: { approvalTimeout: '361d' } },
    'deployment.approvalTimeout: is too long',
  ],
  [
    'a threshold of no feature',
    { monitoring: { thresholds: { gender: 0.1 } } },
    'monitoring.thresholds.gender: is no feature',
  ],
  [
    'a threshold out of reach',
    { monitoring: { method: 'l_infinity', threshold: 1.1 } },
    'monitoring.threshold: can never be reached by l_infinity',
  ],
  [
    'a feature threshold out of reach',
    { monitoring: { method: 'jensen_shannon', thresholds: { age: 2 } } },
    'monitoring.thresholds.age: can never be reached',
  ],
  [
    'a segment of no column',
    { monitoring: { segments: ['gendre'] } },
    'monitoring.segments[0]: is no column; did you mean gender?',
  ],
  [
    'a segment of a column with many values',
    { monitoring: { segments: ['spend'] } },
    'monitoring.segments[0]: is a number, which has too many values',
  ],
  [
    'bias by the target',
    { monitoring: { bias: [{ column: 'churned', metric: 'disparate_impact', min: 0.8 }] } },
    'monitoring.bias[0].column: is the target',
  ],
  [
    'a live metric of another task',
    { monitoring: { quality: { metric: 'rmse' } } },
    'monitoring.quality.metric: is no live metric of a binary task (seen "rmse"; allowed: auc, average_precision,',
  ],
  [
    'bounds of live quality without room between them',
    { monitoring: { quality: { min: 0.9, max: 0.8 } } },
    'monitoring.quality.min: is above max (seen 0.9; allowed: at most 0.8)',
  ],
  [
    'live quality that the default metric cannot reach',
    { monitoring: { quality: { min: 1.1 } } },
    'monitoring.quality.min: is out of the range of auc (seen 1.1; allowed: 0 to 1)',
  ],
  [
    'bounds of bias without room between them',
    { monitoring: { bias: [{ column: 'gender', metric: 'disparate_impact', min: 1.3, max: 1.25 }] } },
    'monitoring.bias[0].min: is above max (seen 1.3; allowed: at most 1.25)',
  ],
  [
    'bias that cannot be so large',
    { monitoring: { bias: [{ column: 'gender', metric: 'accuracy_difference', max: 1.1 }] } },
    'monitoring.bias[0].max: is out of the range of accuracy_difference (seen 1.1; allowed: -1 to 1)',
  ],
  [
    'bias of numbers',
    { ...REGRESSION, monitoring: { bias: [{ column: 'gender', metric: 'disparate_impact' }] } },
    'monitoring.bias[0]: does not go with a regression task',
  ],
  [
    'a disadvantaged group that is no value of the column',
    { monitoring: { bias: [{ column: 'plan', metric: 'disparate_impact', disadvantaged: ['gold'] }] } },
    'monitoring.bias[0].disadvantaged[0]: is no value of plan (seen "gold"; allowed: ',
  ],
  [
    'disadvantaged groups that leave nobody else',
    {
      monitoring: {
        bias: [{ column: 'plan', metric: 'disparate_impact', disadvantaged: ['pro', 'free', 'basic'] }],
      },
    },
    'monitoring.bias[0].disadvantaged: names every value of plan',
  ],
  [
    'segments by a feature that is not captured',
    { monitoring: { segments: ['plan'], capture: { redact: ['plan'] } } },
    'monitoring.segments[0]: is in monitoring.capture.redact, so that its values are not captured',
  ],
  [
    'bias by a feature that is not captured',
    { monitoring: { bias: [{ column: 'plan', metric: 'disparate_impact' }], capture: { redact: ['plan'] } } },
    'monitoring.bias[0].column: is in monitoring.capture.redact',
  ],
  [
    'segments by the id',
    { monitoring: { segments: ['customer_id'] } },
    'monitoring.segments[0]: is the id, whose values are of one row each',
  ],
  [
    'segments twice by a column',
    { monitoring: { segments: ['plan', 'plan'] } },
    'monitoring.segments[1]: is there twice',
  ],
  [
    'a number below its bound',
    { monitoring: { minRows: 0 } },
    'monitoring.minRows: must be at least 1 (seen 0; allowed: at least 1)',
  ],
  [
    'no length of time',
    { monitoring: { window: '0d' } },
    'monitoring.window: has the wrong form (seen "0d"; allowed: a whole number from 1 to 999999 and a unit: 30s, 15m, 12h or 7d)',
  ],
  ['a muted column that is no feature', { monitoring: { muted: ['gender'] } }, 'monitoring.muted[0]: is no feature'],
  [
    'redaction of what is never captured',
    { monitoring: { capture: { redact: ['churned'] } } },
    'monitoring.capture.redact[0]: is no feature',
  ],
  [
    'more breaches than windows',
    { monitoring: { persistence: { breaches: 4, of: 3 } } },
    'monitoring.persistence.breaches: is more than there are windows (seen 4; allowed: at most 3)',
  ],
  [
    'a schedule within its cooldown',
    { monitoring: { retrain: { every: '167h' } } },
    'monitoring.retrain.every: is held back by cooldown (seen "167h"; allowed: at least 7d)',
  ],
  [
    'more runs a day than a month',
    { monitoring: { retrain: { maxRunsPerDay: 5, maxRunsPerMonth: 4 } } },
    'monitoring.retrain.maxRunsPerDay: is above maxRunsPerMonth',
  ],
  [
    'an unknown hyperparameter',
    hyper({ max_dept: 3 }),
    'training.xgboost.hyperparameters.max_dept: is no hyperparameter of XGBoost; did you mean max_depth?',
  ],
  ['no num_round', hyper({ num_round: undefined }), 'training.xgboost.hyperparameters.num_round: is missing'],
  [
    'eta above 1',
    hyper({ eta: 1.5 }),
    'training.xgboost.hyperparameters.eta: is out of range (seen 1.5; allowed: a number, at least 0 and at most 1)',
  ],
  [
    'an alias and its name',
    hyper({ learning_rate: 0.1 }),
    'training.xgboost.hyperparameters.learning_rate: is another name of eta',
  ],
  ['no objective', hyper({ objective: undefined }), 'training.xgboost.hyperparameters.objective: is missing'],
  [
    'an objective of another task',
    hyper({ objective: 'reg:squarederror' }),
    'training.xgboost.hyperparameters.objective: does not fit a binary task',
  ],
  [
    'an objective without probabilities',
    hyper({ objective: 'binary:hinge' }),
    'training.xgboost.hyperparameters.objective: does not fit a binary task',
  ],
  [
    'a misspelled objective',
    hyper({ objective: 'binary:logistc' }),
    'training.xgboost.hyperparameters.objective: is out of range; did you mean binary:logistic? (seen "binary:logistc"; allowed: binary:logistic)',
  ],
  [
    'an unknown objective',
    hyper({ objective: 'binary:logistics' }),
    'training.xgboost.hyperparameters.objective: is out of range; did you mean binary:logistic?',
  ],
  [
    'num_class of a binary task',
    hyper({ num_class: 2 }),
    'training.xgboost.hyperparameters.num_class: does not go with a binary task',
  ],
  [
    'multiclass without num_class',
    { ...MULTICLASS, training: { xgboost: { hyperparameters: { objective: 'multi:softprob' } } } },
    'training.xgboost.hyperparameters.num_class: is missing',
  ],
  [
    'num_class unlike classes',
    { ...MULTICLASS, classes: ['0', '1'] },
    'training.xgboost.hyperparameters.num_class: is not the number of classes (seen 3; allowed: 2)',
  ],
  [
    'weights in the CSV',
    hyper({ csv_weights: 1 }),
    'training.xgboost.hyperparameters.csv_weights: cannot be used: the training CSV has no column of weights',
  ],
  ['folds', hyper({ _kfold: 5 }), 'training.xgboost.hyperparameters._kfold: cannot be used'],
  [
    'dart settings without dart',
    hyper({ rate_drop: 0.1 }),
    'training.xgboost.hyperparameters.rate_drop: needs booster',
  ],
  [
    'constraints without a tree method',
    hyper({ monotone_constraints: '(1,0,0,0)' }),
    'training.xgboost.hyperparameters.monotone_constraints: needs tree_method',
  ],
  [
    'constraints of another length',
    hyper({ tree_method: 'hist', monotone_constraints: '(1,0)' }),
    'training.xgboost.hyperparameters.monotone_constraints: has another length than the features',
  ],
  [
    'interactions without a tree method',
    hyper({ interaction_constraints: '[[0,1]]' }),
    'training.xgboost.hyperparameters.interaction_constraints: needs tree_method',
  ],
  [
    'lossguide without a tree method',
    hyper({ grow_policy: 'lossguide' }),
    'training.xgboost.hyperparameters.grow_policy: needs tree_method',
  ],
  [
    'gpu_hist without a GPU',
    hyper({ tree_method: 'gpu_hist' }),
    'training.xgboost.hyperparameters.tree_method: needs a GPU: training.instance is ml.m5.large',
  ],
  [
    'tweedie power without tweedie',
    hyper({ tweedie_variance_power: 1.5 }),
    'training.xgboost.hyperparameters.tweedie_variance_power: needs objective',
  ],
  [
    'an unknown metric',
    hyper({ eval_metric: 'auc,loglos' }),
    'training.xgboost.hyperparameters.eval_metric: names no metric; did you mean logloss?',
  ],
  [
    'a metric XGBoost refuses',
    hyper({ eval_metric: 'mlogloss' }),
    'training.xgboost.hyperparameters.eval_metric: does not fit a binary task',
  ],
  [
    'early stopping without a metric',
    hyper({ early_stopping_rounds: 5 }),
    'training.xgboost.hyperparameters.early_stopping_rounds: has no metric to go by',
  ],
  [
    'tuning what is fixed',
    tuned({}, { max_depth: 3 }),
    'training.tuning.ranges.max_depth: is fixed by hyperparameters.max_depth, too',
  ],
  [
    'tuning what an alias fixes',
    tuned({ ranges: { eta: { min: 0.1, max: 0.5 } } }, { eta: undefined, learning_rate: 0.1 }),
    'training.tuning.ranges.eta: is fixed by hyperparameters.learning_rate, too',
  ],
  [
    'tuning what cannot be tuned',
    tuned({ ranges: { max_bin: { min: 10, max: 20 } } }),
    'training.tuning.ranges.max_bin: cannot be tuned',
  ],
  [
    'tuning an alias',
    tuned({ ranges: { learning_rate: { min: 0.1, max: 0.5 } } }, { eta: undefined }),
    'training.tuning.ranges.learning_rate: cannot be tuned; did you mean eta?',
  ],
  [
    'a range beyond the legal one',
    tuned({ ranges: { eta: { min: 0.1, max: 1.1 } } }, { eta: undefined }),
    'training.tuning.ranges.eta.max: is out of the range of eta',
  ],
  [
    'a range of fractions of a whole number',
    tuned({ ranges: { max_depth: { min: 1.5, max: 3 } } }),
    'training.tuning.ranges.max_depth.min: is out of the range of max_depth',
  ],
  [
    'a range upside down',
    tuned({ ranges: { max_depth: { min: 3, max: 3 } } }),
    'training.tuning.ranges.max_depth.min: is not below max',
  ],
  [
    'a logarithmic range from 0',
    tuned({ ranges: { alpha: { min: 0, max: 3, scale: 'logarithmic' } } }),
    'training.tuning.ranges.alpha.min: has no logarithm',
  ],
  [
    'a list of numbers to tune',
    tuned({ ranges: { max_depth: { values: [1, 2] } } }),
    'training.tuning.ranges.max_depth.values: does not go with the number max_depth',
  ],
  ['no range', tuned({ ranges: {} }), 'training.tuning.ranges: are empty'],
  [
    'an objective XGBoost does not report',
    tuned({ objective: { metric: 'auc', goal: 'Maximize' } }),
    'training.tuning.objective.metric: is no objective of XGBoost here',
  ],
  [
    'a goal the wrong way',
    tuned({ objective: { metric: 'validation:logloss', goal: 'Maximize' } }),
    'training.tuning.objective.goal: is the wrong way for validation:logloss (seen "Maximize"; allowed: Minimize)',
  ],
  [
    'more parallel jobs than jobs',
    tuned({ maxJobs: 2, maxParallelJobs: 3 }),
    'training.tuning.maxParallelJobs: is above maxJobs',
  ],
  [
    'an unknown field',
    { data: { colums: [] } },
    'data.colums: is not a field of a model spec here; did you mean columns?',
  ],
  [
    'an unknown field of a gate',
    gate({ type: 'champion', metric: 'auc', min: 1 }),
    'evaluation.gates[0].min: is not a field',
  ],
  [
    'an unknown task',
    { task: 'binray' },
    'task: is not known; did you mean binary? (seen "binray"; allowed: binary, multiclass, regression)',
  ],
  [
    'an unknown gate',
    gate({ type: 'absolut', metric: 'auc' }),
    'evaluation.gates[0].type: is not known; did you mean absolute?',
  ],
  ['a missing section', { evaluation: undefined }, 'evaluation: is missing (seen nothing; allowed: an object)'],
  ['a name in capitals', { name: 'Churn' }, 'name: has the wrong form (seen "Churn"; allowed: lower-case letters'],
  [
    'the name specs',
    { name: 'specs' },
    'name: has the wrong form (seen "specs"; allowed: specs, spec-problems and batch-inputs are folders',
  ],
  ['a duration in words', { training: { maxRuntime: 'an hour' } }, 'training.maxRuntime: has the wrong form'],
  [
    'a window in words',
    { training: { window: 'last month' } },
    'training.window: has none of the allowed forms (seen "last month"; allowed: all, {last: 30d} or {datasets: 3})',
  ],
  ['half a data set', { training: { window: { datasets: 0.5 } } }, 'training.window.datasets: must be'],
  [
    'a range without bounds',
    tuned({ ranges: { max_depth: { min: 'a', max: 3 } } }),
    'training.tuning.ranges.max_depth.min: must be a number (seen "a"',
  ],
  [
    'a hyperparameter that is a list',
    hyper({ eta: [0.1] }),
    'training.xgboost.hyperparameters.eta: has none of the allowed forms (seen [0.1]; allowed: text or a number or true or false)',
  ],
  [
    'a share above its limit',
    { training: { split: { holdout: 0.51 } } },
    'training.split.holdout: must be at most 0.5 (seen 0.51',
  ],
];

/** The other side of each limit. */
const accepted: readonly [what: string, change: Overrides][] = [
  ['the plain document', {}],
  ['all of it kept warm', { deployment: { provisionedConcurrency: 5 } }],
  [
    'scaling of what is kept warm',
    { deployment: { maxConcurrency: 6, provisionedConcurrency: 1, scaling: { min: 1, max: 6, utilization: 0.9 } } },
  ],
  [
    'instances within their limits',
    {
      deployment: {
        target: 'realtime',
        instanceCount: 2,
        scaling: { min: 2, max: 2, invocationsPerInstance: 0.5, scaleInCooldown: '1h', scaleOutCooldown: '1h' },
      },
    },
  ],
  [
    'async scaled to zero',
    { deployment: { target: 'async', instanceCount: 1, scaling: { min: 0, max: 1, backlogPerInstance: 5 } } },
  ],
  ['min equal to max', column({ min: 1, max: 1 })],
  ['values of a string', column({ type: 'string', values: ['a'] }, 4)],
  ['a time format', column({ format: '%-d.%m.%Y %H:%M:%S.%f %z 100%%' }, 1)],
  ['a tab as delimiter', { data: { delimiter: '\t' } }],
  [
    'columns named like members of objects',
    {
      data: {
        columns: [
          { name: 'constructor', type: 'number' },
          { name: 'toString', type: 'category' },
          { name: 'y', type: 'boolean' },
        ],
        target: 'y',
        id: undefined,
        timestamp: undefined,
        protected: [],
      },
      monitoring: { thresholds: { constructor: 0.3, toString: 0.3 } },
    },
  ],
  ['a boolean target', target('boolean')],
  ['classes of a boolean target', target('boolean', { classes: ['true', 'false'] })],
  ['classes of a whole number', { classes: ['-1', '1'], data: column({ min: -1 }, 7).data }],
  ['classes of a text target', target('string', { classes: ['no', 'yes'] })],
  ['a nullable target', column({ nullable: true }, 7)],
  ['multiclass of numbers', MULTICLASS],
  ['multiclass of texts', { ...MULTICLASS, ...target('category', { classes: ['a', 'b', 'c'] }) }],
  ['a regression', REGRESSION],
  ['a regression without objective', { ...REGRESSION, ...hyper({ objective: undefined }) }],
  ['a container', CONTAINER],
  [
    'a container with a local command',
    { training: { ...(CONTAINER.training as object), container: { image: 'x', localCommand: ['node', 'train.ts'] } } },
  ],
  ['a window in time', { training: { window: { last: '30d' } } }],
  ['a schedule as long as its cooldown', { monitoring: { retrain: { every: '168h' } } }],
  ['a split just above a tenth', { training: { split: { validation: 0.45, holdout: 0.44 } } }],
  ['a debounce of 15 minutes', { training: { trigger: { debounce: '15m' } } }],
  ['27 hours of training', { training: { maxRuntime: '27h' } }],
  ['a gate at the end of its range', gate({ type: 'absolute', metric: 'auc', min: 1 })],
  ['a slice by a protected column', gate({ type: 'slice', column: 'gender', metric: 'auc', min: 0.5 })],
  ['a fairness gate', gate({ type: 'fairness', column: 'gender', metric: 'disparate_impact', min: 0.8, max: 1.25 })],
  ['serverless with the least memory', { deployment: { memoryMb: 1_024, maxConcurrency: 200 } }],
  ['serverless with the most memory', { deployment: { memoryMb: 6_144 } }],
  ['realtime', { deployment: { target: 'realtime' } }],
  ['realtime with instances', { deployment: { target: 'realtime', instance: 'ml.c5.xlarge', instanceCount: 2 } }],
  ['lambda', { deployment: { target: 'lambda' } }],
  ['answers remembered for a day', { deployment: { target: 'lambda', cache: { ttl: '1d' } } }],
  ['answers remembered for a second', { deployment: { cache: { ttl: '1s' } } }],
  ['batch', { deployment: { target: 'batch', instance: 'ml.c5.xlarge', instanceCount: 2 } }],
  ['batch for a container', { ...CONTAINER, deployment: { target: 'batch' } }],
  ['data sets scored every 15 minutes', { deployment: { batch: { every: '15m', input: 'datasets' } } }],
  ['a prefix scored by schedule', { deployment: { batch: { every: '1d', input: 's3://bucket/day/' } } }],
  ['a batch of 120 hours', { deployment: { batch: { maxRuntime: '120h' } } }],
  ['async', { deployment: { target: 'async', instance: 'ml.c5.xlarge', instanceCount: 2 } }],
  [
    'async at its limits',
    { deployment: { target: 'async', async: { timeout: '1h', maxInvocationsPerInstance: 1_000 } } },
  ],
  ['async for a container', { ...CONTAINER, deployment: { target: 'async', async: { maxInvocationsPerInstance: 1 } } }],
  ['canary steps that rise', { deployment: { strategy: { type: 'canary', steps: [0.1, 0.5, 0.9] } } }],
  [
    'the smallest margins of a rollout',
    { deployment: { judging: { errors: { margin: 0 }, latency: { margin: 0 }, predictions: { margin: 0.001 } } } },
  ],
  [
    'the largest margins of a rollout',
    {
      deployment: {
        judging: {
          errors: { margin: 0.999 },
          latency: { margin: 1_000 },
          predictions: { margin: 0.999 },
          quality: { margin: 0.999, minLabels: 1_000_000 },
        },
      },
    },
  ],
  ['a quality that is judged as by default', { deployment: { judging: { quality: {} } } }],
  ['the smallest increment', { deployment: { strategy: { type: 'linear', increment: 0.01 } } }],
  ['the largest increment', { deployment: { strategy: { type: 'linear', increment: 0.5, bake: '7d' } } }],
  ['a shadow', { deployment: { strategy: { type: 'shadow', share: 1, onPass: 'promote' } } }],
  ['a shadow with agreement', { deployment: { judging: { agreement: { maxDisagreement: 0.99, tolerance: 0 } } } }],
  [
    'an A/B test of a month',
    { deployment: { strategy: { type: 'ab', duration: '30d', share: 0.99 }, judging: { quality: {} } } },
  ],
  ['a threshold at the bound', { monitoring: { method: 'l_infinity', threshold: 1, thresholds: { age: 1 } } }],
  ['segments by a feature and a protected column', { monitoring: { segments: ['plan', 'gender'], muted: ['age'] } }],
  ['bounds of live quality that are one', { monitoring: { quality: { min: 0.8, max: 0.8 } } }],
  [
    'disadvantaged values that leave others',
    { monitoring: { bias: [{ column: 'plan', metric: 'disparate_impact', disadvantaged: ['basic'] }] } },
  ],
  ['a PSI threshold above 1', { monitoring: { threshold: 3 } }],
  ['as many breaches as windows', { monitoring: { persistence: { breaches: 3, of: 3 } } }],
  ['numbers written as texts', hyper({ eta: '0.3', num_round: '20', max_depth: '3' })],
  ['an alias alone', hyper({ eta: undefined, learning_rate: 0.1 })],
  ['dart settings with dart', hyper({ booster: 'dart', rate_drop: 0.1, one_drop: 1 })],
  ['no weights in the CSV', hyper({ csv_weights: 0 })],
  [
    'constraints',
    hyper({ tree_method: 'hist', monotone_constraints: '(1, 0, -1, 0)', interaction_constraints: '[[0, 1], [2, 3]]' }),
  ],
  ['lossguide with hist', hyper({ grow_policy: 'lossguide', tree_method: 'hist', max_leaves: 31 })],
  [
    'gpu_hist on a GPU',
    { training: { instance: 'ml.g5.xlarge', xgboost: { hyperparameters: { tree_method: 'gpu_hist' } } } },
  ],
  ['several metrics', hyper({ eval_metric: 'error@0.4,logloss,auc', early_stopping_rounds: 5 })],
  ['tuning', tuned()],
  [
    'tuning the rounds',
    tuned({ ranges: { num_round: { min: 10, max: 4_000, scale: 'logarithmic' } } }, { num_round: undefined }),
  ],
  ['early stopping by the tuning objective', tuned({}, { early_stopping_rounds: 5 })],
  [
    'tuning a container',
    {
      training: {
        ...(CONTAINER.training as object),
        tuning: tuning({
          objective: { metric: 'my-loss', goal: 'Minimize' },
          ranges: { anything: { values: ['a', 'b'] } },
        }),
      },
    },
  ],
];

describe('checkSpec', () => {
  it.each(refused)('refuses %s', (_what, change, line) => {
    const lines = linesOf(change);
    expect(
      lines.filter((seen) => seen.startsWith(line)),
      lines.join('\n'),
    ).toHaveLength(1);
  });

  it.each(accepted)('accepts %s', (_what, change) => {
    expect(linesOf(change)).toEqual([]);
  });

  it('refuses classes unlike the values of the target', () => {
    const change = {
      classes: ['a', 'b'],
      ...column({ name: 'churned', type: 'category', min: undefined, max: undefined, values: ['a', 'c'] }, 7),
    };
    expect(linesOf(change)).toEqual([
      'classes: differ from the values of column churned (seen ["a","b"]; allowed: a, c)',
    ]);
  });

  it('gives the spec with its defaults', () => {
    expect(checkSpec(aSpecDocument())).toEqual({ spec: aModelSpec() });
  });

  it('names every problem at once, of the shape and across fields', () => {
    const paths = problemsOf({
      task: 'binary',
      classes: 'yes',
      data: { target: 'nope', minRows: 0, extra: 1 },
      training: { xgboost: { hyperparameters: { eta: 7, wrong: 1 } }, split: { holdout: 'half' } },
      evaluation: { threshold: 2, gates: [{ type: 'absolute', metric: 'rmse', max: 1 }] },
      deployment: { target: 'lambda', memoryMb: 'much', instance: 'ml.m5.large' },
      monitoring: { window: 'daily', thresholds: { nope: 1 } },
    }).map(({ path }) => path);
    expect(paths.sort()).toEqual([
      'classes',
      'data.extra',
      'data.minRows',
      'data.target',
      'deployment.instance',
      'deployment.memoryMb',
      'evaluation.gates[0].metric',
      'evaluation.threshold',
      'monitoring.thresholds.nope',
      'monitoring.window',
      'training.split.holdout',
      'training.xgboost.hyperparameters.eta',
      'training.xgboost.hyperparameters.wrong',
    ]);
  });

  it('calls nothing missing that has the wrong shape', () => {
    const change = { task: 'multiclass', classes: 'a', training: { xgboost: { version: '2.0' } } };
    const missing = linesOf(change).filter((line) => line.includes('missing'));
    expect(missing).toEqual([expect.stringMatching(/^training.xgboost.hyperparameters.num_class: is missing/)]);
  });

  it('calls no name unknown while a column has no usable name', () => {
    expect(problemsOf(column({ name: 7 })).map(({ path }) => path)).toEqual(['data.columns[2].name']);
  });

  it('refuses the key __proto__ wherever it is', () => {
    const document = JSON.parse('{"monitoring":{"thresholds":{"__proto__":1}}}');
    const result = checkSpec({ ...aSpecDocument(), ...document });
    expect('problems' in result && result.problems.map(({ path }) => path)).toEqual([
      'monitoring.thresholds.__proto__',
    ]);
  });

  it.each([[null], [[]], ['text'], [7], [undefined]])('refuses %j as a document', (document) => {
    expect(checkSpec(document)).toEqual({
      problems: [expect.objectContaining({ path: '', message: 'must be an object' })],
    });
  });

  it('refuses a spec the registry cannot hold', () => {
    const columns = Array.from({ length: 900 }, (_, i) => ({
      name: `c${i}`,
      type: 'number',
      description: 'x'.repeat(400),
    }));
    const data = {
      columns: [...columns, { name: 'y', type: 'boolean' }],
      target: 'y',
      id: undefined,
      timestamp: undefined,
      protected: [],
    };
    expect(linesOf({ data })).toEqual([expect.stringMatching(/^spec: is too large/)]);
  });

  it('shortens what it has seen', () => {
    for (const { seen } of problemsOf({ name: 'x'.repeat(10_000) })) expect(seen.length).toBeLessThan(200);
  });

  it('takes what it gave', () => {
    for (const [, change] of accepted) {
      const first = checkSpec(aSpecDocument(change));
      expect('spec' in first && checkSpec(first.spec)).toEqual(first);
    }
  });

  it('never throws, and accepts only what the schema accepts', () => {
    const document = aSpecDocument() as Record<string, object>;
    const sections = fc.record(
      Object.fromEntries(
        Object.entries(document).map(([key, value]) => [
          key,
          fc.oneof(fc.constant(value), fc.jsonValue(), fc.object({ maxDepth: 3 })),
        ]),
      ),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(sections, (candidate) => {
        const result = checkSpec(candidate);
        if ('spec' in result) expect(ModelSpec.parse(candidate)).toEqual(result.spec);
        else expect(result.problems.length).toBeGreaterThan(0);
      }),
    );
  });

  it('never throws where leaves have the wrong type', () => {
    const paths: (string | number)[][] = [];
    const walk = (value: unknown, path: (string | number)[]): void => {
      paths.push(path);
      if (typeof value !== 'object' || value === null) return;
      for (const [key, member] of Object.entries(value))
        walk(member, [...path, Array.isArray(value) ? Number(key) : key]);
    };
    const whole = JSON.parse(JSON.stringify(aModelSpec({ training: { tuning: tuning() }, classes: ['0', '1'] })));
    walk(whole, []);
    for (const path of paths.slice(1))
      for (const value of [null, 7, 'text', [], [null], {}, true]) {
        const document = structuredClone(whole);
        let parent = document;
        for (const key of path.slice(0, -1)) parent = parent[key];
        parent[path.at(-1) as string] = value;
        expect(() => checkSpec(document), path.join('.')).not.toThrow();
      }
  });
});
