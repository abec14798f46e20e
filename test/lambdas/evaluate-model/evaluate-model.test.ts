import { afterEach, describe, expect, it } from 'vitest';
import { Evaluation } from '../../../domain/evaluation/evaluation.ts';
import { parseCsvRows } from '../../../domain/inference/csv.ts';
import { Baseline } from '../../../domain/monitoring/baseline.ts';
import type { ModelSpec } from '../../../domain/spec/model-spec.ts';
import { Candidate, TrainingPlan } from '../../../domain/training/plan.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { type TrainingRoom, trainingRoom } from '../../fixtures/training-room.ts';
import { anXgboostModel } from '../../fixtures/xgboost-document.ts';

// features: age, spend, plan (0 basic, 1 pro, 2 free), active
const GOOD = anXgboostModel(4, [
  { feature: 2, threshold: 1.5, left: -1, right: 1 },
  { feature: 1, threshold: 30, left: 0.7, right: -0.7 },
]);
const POOR = anXgboostModel(4, [{ feature: 2, threshold: 1.5, left: -1, right: 1 }]);

const GATES = [
  { type: 'absolute', metric: 'auc', min: 0.7 },
  { type: 'champion', metric: 'auc' },
  { type: 'slice', column: 'plan', metric: 'accuracy', min: 0.5 },
  { type: 'fairness', column: 'gender', metric: 'demographic_parity_difference', max: 0.2 },
];
const SPEC = aModelSpec({ evaluation: { gates: GATES } });
const FIRST = 'churn-000000000001';
const SECOND = 'churn-000000000002';

let room: TrainingRoom;
afterEach(() => room.lake.remove());

async function evaluated(runId: string, model: Uint8Array) {
  await room.prepared(runId);
  const job = await room.trained(runId, model);
  const result = await room.evaluate({ model: 'churn', runId, job });
  return { result, evaluation: Evaluation.parse(await room.readJson(runId, 'evaluation.json')) };
}

async function smokeLines(runId: string): Promise<string[]> {
  const { smoke } = Candidate.parse(await room.readJson(runId, 'candidate.json')).artifacts;
  if (!smoke) throw new Error('there is no smoke.csv');
  expect(smoke.key).toBe(`artifacts/${smoke.sha256}/smoke.csv`);
  return String(Buffer.from(await room.lake.artifacts.getBytes(smoke))).split('\n');
}

/** A room whose first model has been evaluated, registered and made champion. */
async function withChampion(spec: ModelSpec) {
  room = await trainingRoom(spec);
  const { evaluation } = await evaluated(FIRST, GOOD);
  const { version } = await room.register({ model: 'churn', runId: FIRST });
  await room.registry.moveAlias({ model: 'churn', alias: 'champion', version, expectedRev: 0 }, room.change);
  return evaluation;
}

describe('evaluate-model', () => {
  it('passes a good first model and stores what a version is made of', async () => {
    room = await trainingRoom(SPEC);
    const { result, evaluation } = await evaluated(FIRST, GOOD);
    expect(result).toEqual({ passed: true, decisionId: `gate-${FIRST}` });
    expect(evaluation.candidate.metrics.auc).toBeGreaterThan(0.7);
    expect(evaluation.gates.map(({ passed }) => passed)).toEqual([true, true, true, true]);
    expect(evaluation.gates[1]?.reason).toContain('first model');
    expect(evaluation.candidate.slices.map(({ value }) => value).sort()).toEqual(['basic', 'free', 'pro']);

    const plan = TrainingPlan.parse(await room.readJson(FIRST, 'plan.json'));
    const candidate = Candidate.parse(await room.readJson(FIRST, 'candidate.json'));
    const { artifacts } = room.lake;
    expect(candidate.artifacts.scorer && (await artifacts.getBytes(candidate.artifacts.scorer))).toEqual(GOOD);
    expect(candidate.artifacts.featurizer).toEqual(plan.featurizer);
    const stored = JSON.parse(String(Buffer.from(await artifacts.getBytes(candidate.artifacts.evaluation))));
    expect(stored).toEqual(evaluation);
    const baseline = Baseline.parse(
      JSON.parse(String(Buffer.from(await artifacts.getBytes(candidate.artifacts.baseline)))),
    );
    expect(baseline).toMatchObject({ rows: plan.rows.train, holdoutRows: plan.rows.holdout });
    // two splits give four scores: one bin each
    expect(baseline.prediction.bins?.counts).toHaveLength(6);
    expect(baseline.prediction.count).toBe(plan.rows.holdout);
  });

  it('leaves a baseline that live quality, segments and groups can be held against', async () => {
    const bias = [{ column: 'gender', metric: 'demographic_parity_difference', max: 0.2 }];
    room = await trainingRoom(aModelSpec({ monitoring: { segments: ['plan', 'gender'], bias } }));
    await evaluated(FIRST, GOOD);
    const { artifacts } = Candidate.parse(await room.readJson(FIRST, 'candidate.json'));
    const baseline = Baseline.parse(
      JSON.parse(String(Buffer.from(await room.lake.artifacts.getBytes(artifacts.baseline)))),
    );
    const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
    expect(baseline.live?.task === 'binary' && sum(baseline.live.scores)).toBe(baseline.holdoutRows);
    expect(sum(baseline.groups.map(({ rows }) => rows))).toBe(baseline.holdoutRows);
    const plans = baseline.segments.filter(({ column }) => column === 'plan');
    expect(plans.map(({ value }) => value).sort()).toEqual(['basic', 'free', 'pro']);
    expect(sum(plans.map(({ rows }) => rows))).toBe(baseline.rows);
    expect(sum(plans.map(({ holdoutRows }) => holdoutRows))).toBe(baseline.holdoutRows);
    for (const { rows, features } of plans) {
      expect(features.map(({ bins }) => bins?.edges)).toEqual(baseline.features.map(({ bins }) => bins?.edges));
      expect(features[0] && features[0].count + features[0].nulls).toBe(rows);
    }
    const hidden = baseline.segments.filter(({ column }) => column === 'gender');
    expect(hidden.length).toBeGreaterThan(1);
    for (const { value } of hidden) expect(value ?? '#').toMatch(/^#/);
  });

  it('stores the first rows of the holdout, without their label, to try a version with later', async () => {
    room = await trainingRoom(SPEC);
    await evaluated(FIRST, GOOD);
    const stored = await smokeLines(FIRST);
    const { keys } = TrainingPlan.parse(await room.readJson(FIRST, 'plan.json'));
    const holdout = (await room.lake.files.readText(keys.holdoutFeaturesCsv)).split('\n');
    expect(stored).toHaveLength(20);
    expect(parseCsvRows(stored, 4)).toEqual(parseCsvRows(holdout.slice(0, 20), 4));
  });

  it('keeps a row whose only feature is missing', async () => {
    room = await trainingRoom(
      aModelSpec({
        evaluation: { gates: [{ type: 'absolute', metric: 'auc', min: 0 }] },
        training: { features: ['spend'] },
      }),
    );
    await evaluated(FIRST, anXgboostModel(1, [{ feature: 0, threshold: 30, left: 0.7, right: -0.7 }]));
    const { keys } = TrainingPlan.parse(await room.readJson(FIRST, 'plan.json'));
    const holdout = (await room.lake.files.readText(keys.holdoutFeaturesCsv)).split('\n').slice(0, 20);
    expect(holdout).toContain('nan');
    const stored = await smokeLines(FIRST);
    expect(stored.map((line) => line === 'nan')).toEqual(holdout.map((line) => line === 'nan'));
  });

  it('writes the decision down with its figures, and the metrics into the run', async () => {
    room = await trainingRoom(SPEC);
    const { evaluation } = await evaluated(FIRST, GOOD);
    const decision = await room.registry.requireDecision('churn', `gate-${FIRST}`);
    expect(decision).toMatchObject({
      kind: 'gate',
      outcome: 'passed',
      runId: FIRST,
      numbers: { holdoutRows: evaluation.candidate.rows, candidate: evaluation.candidate.metrics },
    });
    expect(decision.reasons).toHaveLength(4);
    const run = await room.registry.requireRun('churn', FIRST);
    expect(run).toMatchObject({ metrics: evaluation.candidate.metrics, gateDecisionId: `gate-${FIRST}` });
  });

  it('judges the champion on the same rows, through its own featurizer', async () => {
    const first = await withChampion(SPEC);
    // the second model takes two features in another order; the champion still takes four
    await room.registry.applySpec(
      aModelSpec({ evaluation: { gates: GATES }, training: { features: ['plan', 'spend'] } }),
      room.change,
    );
    const worse = anXgboostModel(2, [{ feature: 0, threshold: 1.5, left: -1, right: 1 }]);
    const { result, evaluation } = await evaluated(SECOND, worse);
    expect(result.passed).toBe(false);
    expect(evaluation.champion).toEqual({ version: 1, basis: 'same-rows', metrics: first.candidate.metrics });
    expect(evaluation.gates[1]).toMatchObject({
      passed: false,
      reason: expect.stringContaining("against champion 1's"),
    });
    expect(evaluation.gates[1]?.value).toBeLessThan(first.candidate.metrics.auc as number);
  });

  it('lets a model pass that is as good as the champion', async () => {
    await withChampion(SPEC);
    expect((await evaluated(SECOND, GOOD)).result.passed).toBe(true);
  });

  it('fails the champion gate when the champion needs data that is gone', async () => {
    await withChampion(SPEC);
    const columns = SPEC.data.columns.filter(({ name }) => name !== 'age');
    await room.registry.applySpec(aModelSpec({ evaluation: { gates: GATES }, data: { columns } }), room.change);
    const { result, evaluation } = await evaluated(
      SECOND,
      anXgboostModel(3, [{ feature: 1, threshold: 1.5, left: -1, right: 1 }]),
    );
    expect(result.passed).toBe(false);
    expect(evaluation.gates[1]?.reason).toBe('champion 1 cannot be compared with: the data no longer has its age');
  });

  it('keeps the decision that was recorded first', async () => {
    room = await trainingRoom(SPEC);
    await evaluated(FIRST, GOOD);
    const job = await room.trained(FIRST, POOR);
    expect(await room.evaluate({ model: 'churn', runId: FIRST, job })).toEqual({
      passed: true,
      decisionId: `gate-${FIRST}`,
    });
    expect(await room.registry.listDecisions('churn', 'gate')).toHaveLength(1);
  });

  it('shows no value of a protected column', async () => {
    room = await trainingRoom(SPEC);
    const { evaluation } = await evaluated(FIRST, GOOD);
    expect(evaluation.candidate.fairness[0]?.groups).toHaveLength(2);
    const decision = await room.registry.requireDecision('churn', `gate-${FIRST}`);
    expect(JSON.stringify([evaluation, decision])).not.toMatch(/"value":"[fm]"/);
  });

  it('judges a container by its transform job, and a container champion by its recorded figures', async () => {
    const training = { algorithm: 'container', xgboost: undefined, container: { image: 'own:1' } };
    const spec = aModelSpec({ training, evaluation: { gates: [{ type: 'champion', metric: 'auc' }] } });
    room = await trainingRoom(spec);
    const run = async (runId: string, score: (features: number[]) => number) => {
      await room.prepared(runId);
      const job = await room.trained(runId, Buffer.from('a pickle'), 'model.pkl');
      const folder = `runs/churn/${runId}`;
      const rows = (await room.lake.files.readText(`${folder}/holdout/features.csv`)).trimEnd().split('\n');
      const out = rows.map((row) => score(row.split(',').map(Number))).join('\n');
      await room.lake.write(`${folder}/jobs/x1/features.csv.out`, `${out}\n`);
      const transform = {
        name: 'x1',
        kind: 'transform',
        status: 'Completed',
        outputUrl: `s3://lake/${folder}/jobs/x1`,
      };
      const result = await room.evaluate({ model: 'churn', runId, job, transform });
      return { result, evaluation: Evaluation.parse(await room.readJson(runId, 'evaluation.json')) };
    };
    const first = await run(FIRST, ([, , plan]) => (plan === 2 ? 0.9 : 0.2));
    expect(first.result.passed).toBe(true);
    const { version } = await room.register({ model: 'churn', runId: FIRST });
    await room.registry.moveAlias({ model: 'churn', alias: 'champion', version, expectedRev: 0 }, room.change);
    const second = await run(SECOND, () => 0.5);
    expect(second.evaluation.champion).toEqual({
      version: 1,
      basis: 'recorded',
      metrics: first.evaluation.candidate.metrics,
    });
    expect(second.evaluation.gates[0]).toMatchObject({ passed: false, value: 0.5 });
  });

  it('refuses margins where probabilities belong', async () => {
    room = await trainingRoom(SPEC);
    const margins = anXgboostModel(4, [{ feature: 2, threshold: 1.5, left: -1, right: 1 }], {
      objective: 'binary:logitraw',
    });
    await expect(evaluated(FIRST, margins)).rejects.toMatchObject({ name: 'UnusablePredictionsError' });
  });

  it('refuses a model from outside the lake and an archive with more than the model', async () => {
    room = await trainingRoom(SPEC);
    await room.prepared(FIRST);
    const job = await room.trained(FIRST, GOOD, 'something.py');
    await expect(room.evaluate({ model: 'churn', runId: FIRST, job })).rejects.toMatchObject({
      name: 'ModelArchiveError',
    });
    const foreign = { ...job, modelDataUrl: 's3://elsewhere/model.tar.gz' };
    await expect(room.evaluate({ model: 'churn', runId: FIRST, job: foreign })).rejects.toThrow(
      'not in the lake bucket',
    );
  });
});
