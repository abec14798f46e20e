import { isDeepStrictEqual } from 'node:util';
import type { ArtifactStore } from '../../domain/artifacts.ts';
import { PlatformError } from '../../domain/errors.ts';
import type { ChampionJudgement } from '../../domain/evaluation/evaluation.ts';
import { definedMetrics, metricsOf } from '../../domain/evaluation/metrics.ts';
import { scoredOf } from '../../domain/evaluation/predictions.ts';
import { Featurizer } from '../../domain/features/featurizer.ts';
import type { ModelVersion } from '../../domain/registry/entities.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import { loadXgboost } from '../../domain/scoring/load-xgboost.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import type { Holdout } from './holdout.ts';

/** The version that serves now; should that be this very run's, evaluated once more, the one before it. */
export async function findChampion(
  registry: Pick<Registry, 'findAlias' | 'requireVersion'>,
  model: string,
  runId: string,
): Promise<ModelVersion | undefined> {
  const alias = await registry.findAlias(model, 'champion');
  if (!alias) return undefined;
  const champion = await registry.requireVersion(model, alias.version);
  if (champion.runId !== runId) return champion;
  return alias.previousVersion === undefined ? undefined : registry.requireVersion(model, alias.previousVersion);
}

/**
 * Judges the champion on the candidate's holdout, through its own scorer and its own featurizer. A container cannot be
 * scored here: of it the figures count that were recorded when it was trained.
 */
export async function judgeChampion(
  champion: ModelVersion,
  spec: ModelSpec,
  label: Featurizer['label'],
  holdout: Holdout,
  artifacts: ArtifactStore,
): Promise<ChampionJudgement> {
  const { version } = champion;
  if (!champion.artifacts.scorer) return { version, basis: 'recorded', metrics: champion.metrics };
  const none = (problem: string): ChampionJudgement => ({ version, basis: 'none', metrics: {}, problem });
  const featurizer = Featurizer.parse(await readJson(artifacts, champion.artifacts.featurizer));
  if (!isDeepStrictEqual(featurizer.label, label)) return none('it predicts another target or other classes');
  const lacking = featurizer.features.map(({ name }) => name).filter((name) => !holdout.columns.has(name));
  if (lacking.length > 0) return none(`the data no longer has its ${lacking.join(', ')}`);
  const bytes = await artifacts.getBytes(champion.artifacts.scorer);
  try {
    const model = loadXgboost(bytes);
    const classes = label.kind === 'class' ? label.classes : [];
    const scored = scoredOf(spec, classes, holdout.labels, await holdout.score(model, featurizer));
    return { version, basis: 'same-rows', metrics: definedMetrics(metricsOf(scored)) };
  } catch (error) {
    if (error instanceof PlatformError && error.kind === 'invalid') return none(error.message);
    throw error;
  }
}

export async function readJson(
  artifacts: ArtifactStore,
  ref: Parameters<ArtifactStore['getBytes']>[0],
): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await artifacts.getBytes(ref)));
}
