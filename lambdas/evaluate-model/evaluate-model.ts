import { join } from 'node:path';
import type { ArtifactStore } from '../../domain/artifacts.ts';
import type { Evaluation } from '../../domain/evaluation/evaluation.ts';
import { decideGates } from '../../domain/evaluation/gates.ts';
import { judge, sliceColumnsOf } from '../../domain/evaluation/judge.ts';
import { scoredOf } from '../../domain/evaluation/predictions.ts';
import { Featurizer } from '../../domain/features/featurizer.ts';
import { csvRows } from '../../domain/inference/csv.ts';
import { SMOKE_ROWS } from '../../domain/inference/smoke-rows.ts';
import { type Baseline, DraftBaseline } from '../../domain/monitoring/baseline.ts';
import { baselineColumnsOf, completeBaseline } from '../../domain/monitoring/complete-baseline.ts';
import { lakeKeys } from '../../domain/names.ts';
import type { Decision, ModelVersion } from '../../domain/registry/entities.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import { featureGains, importancesOf } from '../../domain/scoring/feature-gains.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { type Candidate, type JobOutcome, RUN_FILES, TrainingPlan } from '../../domain/training/plan.ts';
import { withDuckDb } from '../../engine/duckdb.ts';
import { withWorkFolder } from '../../engine/work-folder.ts';
import type { LakeFiles } from '../adapters/lake-files.ts';
import { logger } from '../runtime/logger.ts';
import { fetchModel, predictHoldout, type TrainedModel } from './candidate.ts';
import { findChampion, judgeChampion, readJson } from './champion.ts';
import { openHoldout } from './holdout.ts';

export interface EvaluateInput {
  readonly model: string;
  readonly runId: string;
  readonly job: JobOutcome;
  readonly transform?: JobOutcome | null | undefined;
}

export interface EvaluateDeps {
  readonly registry: Pick<
    Registry,
    'requireSpec' | 'findAlias' | 'requireVersion' | 'recordDecision' | 'requireDecision' | 'updateRun'
  >;
  readonly artifacts: ArtifactStore;
  readonly files: LakeFiles;
  readonly now: () => Date;
  readonly memoryLimitMb?: number;
}

const BY = 'evaluate-model';

/**
 * Judges what was trained, beside the champion and on the same rows, decides its gates and stores what a model version
 * is made of. A repeated call keeps the decision that was recorded first.
 */
export async function evaluateModel(
  input: EvaluateInput,
  deps: EvaluateDeps,
): Promise<{ passed: boolean; decisionId: string }> {
  const { model, runId, job } = input;
  const startedAt = performance.now();
  const folder = lakeKeys.runFolder(model, runId);
  const plan = TrainingPlan.parse(await deps.files.readJson(`${folder}/${RUN_FILES.plan}`));
  const { spec } = await deps.registry.requireSpec(model, plan.specVersion);
  const champion = await findChampion(deps.registry, model, runId);

  return withWorkFolder('evaluate', async (workFolder) => {
    const trained = await fetchModel(plan, job, workFolder, deps.files);
    const { evaluation, baseline, smoke } = await evaluate(input, { plan, spec, champion, trained, workFolder }, deps);
    const { decisionId, passed } = await record(evaluation, deps);
    const artifacts = await store({ plan, trained, evaluation, baseline, smoke }, deps.artifacts);
    const metrics = evaluation.candidate.metrics;
    const trainingJobName = job.trainingJobName ?? job.name;
    const candidate: Candidate = {
      ...{ model, runId, passed, decisionId, metrics, artifacts, trainingJobName },
      ...(job.hyperparameters && { hyperparameters: job.hyperparameters }),
    };
    await deps.files.writeJson(`${folder}/${RUN_FILES.evaluation}`, evaluation);
    await deps.files.writeJson(`${folder}/${RUN_FILES.baseline}`, baseline);
    await deps.files.writeJson(`${folder}/${RUN_FILES.candidate}`, candidate);
    const elapsedMs = Math.round(performance.now() - startedAt);
    logger.info('model-evaluated', { model, runId, passed, decisionId, metrics, rows: plan.rows.holdout, elapsedMs });
    return { passed, decisionId };
  });
}

interface Evaluated {
  readonly plan: TrainingPlan;
  readonly spec: ModelSpec;
  readonly champion: ModelVersion | undefined;
  readonly trained: TrainedModel;
  readonly workFolder: string;
}

interface Judged {
  readonly evaluation: Evaluation;
  readonly baseline: Baseline;
  /** Content of `smoke.csv`. */
  readonly smoke: string;
}

async function evaluate(
  { model, runId, transform }: EvaluateInput,
  { plan, spec, champion, trained, workFolder }: Evaluated,
  { files, artifacts, memoryLimitMb }: EvaluateDeps,
): Promise<Judged> {
  const path = join(workFolder, 'holdout.parquet');
  await files.download(plan.keys.holdoutRows, path);
  const featurizer = Featurizer.parse(await readJson(artifacts, plan.featurizer));
  const draft = DraftBaseline.parse(await readJson(artifacts, plan.baseline));

  return withDuckDb({ folders: [workFolder], ...(memoryLimitMb && { memoryLimitMb }) }, async (connection) => {
    const holdout = await openHoldout(connection, path);
    const predictions = await predictHoldout(trained, { plan, featurizer, holdout, transform }, files);
    const scored = scoredOf(spec, plan.classes, holdout.labels, predictions);
    const candidate = judge(spec, scored, await holdout.values(sliceColumnsOf(spec.evaluation.gates)));
    const rival = champion && (await judgeChampion(champion, spec, featurizer.label, holdout, artifacts));
    const { passed, outcomes } = decideGates(spec, candidate, rival);
    const evaluation: Evaluation = {
      version: 1,
      model,
      runId,
      task: plan.task,
      threshold: spec.evaluation.threshold,
      candidate,
      ...(rival && { champion: rival }),
      gates: [...outcomes],
      passed,
    };
    const smoke = csvRows(await holdout.first(SMOKE_ROWS, featurizer), featurizer.features.length);
    const values = await holdout.values(baselineColumnsOf(spec));
    const gains = trained.scorer && featureGains(trained.scorer, featurizer.features.length);
    const importances = gains && importancesOf(gains);
    const baseline = completeBaseline(draft, { spec, scored, classes: plan.classes, values, importances });
    return { evaluation, baseline, smoke };
  });
}

/** Writes the decision down with the figures it was made on. */
async function record(
  { model, runId, passed, gates, candidate, champion }: Evaluation,
  { registry, now }: EvaluateDeps,
): Promise<{ decisionId: string; passed: boolean }> {
  const at = now();
  const decision: Decision = {
    decisionId: `gate-${runId}`,
    model,
    kind: 'gate',
    outcome: passed ? 'passed' : 'failed',
    reasons: gates.map((outcome) => `${outcome.gate.type} ${outcome.passed ? 'passed' : 'failed'}: ${outcome.reason}`),
    numbers: { holdoutRows: candidate.rows, candidate: candidate.metrics, ...(champion && { champion }) },
    runId,
    at: at.toISOString(),
  };
  await registry.recordDecision(decision, { by: BY, at });
  const { decisionId, outcome } = await registry.requireDecision(model, decision.decisionId);
  const patch = { metrics: candidate.metrics, gateDecisionId: decisionId };
  await registry.updateRun(model, runId, patch, { by: BY, at });
  return { decisionId, passed: outcome === 'passed' };
}

async function store(
  { plan, trained, evaluation, baseline, smoke }: Judged & { plan: TrainingPlan; trained: TrainedModel },
  artifacts: ArtifactStore,
): Promise<Candidate['artifacts']> {
  const putJson = (name: string, value: unknown) =>
    artifacts.putBytes(name, new TextEncoder().encode(JSON.stringify(value)), 'application/json');
  return {
    model: await artifacts.putFile('model.tar.gz', trained.archive, 'application/gzip'),
    ...(trained.scorer && { scorer: await artifacts.putBytes('xgboost-model', trained.scorer) }),
    featurizer: plan.featurizer,
    baseline: await putJson(RUN_FILES.baseline, baseline),
    evaluation: await putJson(RUN_FILES.evaluation, evaluation),
    smoke: await artifacts.putBytes('smoke.csv', new TextEncoder().encode(smoke), 'text/csv'),
  };
}
