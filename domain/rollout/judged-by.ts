import type { ArtifactStore } from '../artifacts.ts';
import { Baseline } from '../monitoring/baseline.ts';
import type { Traffic } from '../registry/entities.ts';
import type { Registry } from '../registry/ports.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import { RANGE_DEVIATIONS } from './bins.ts';

export interface JudgedByDeps {
  readonly registry: Pick<Registry, 'requireVersion'>;
  readonly artifacts: Pick<ArtifactStore, 'getBytes'>;
}

/**
 * What the router has to count of a rollout besides errors and latency.
 *
 * @param champion whose labels a regression's predictions are held beside
 */
export async function judgedBy(
  spec: ModelSpec,
  champion: number,
  { registry, artifacts }: JudgedByDeps,
): Promise<Pick<Traffic, 'judged'>> {
  const quality = spec.deployment.judging.quality ? { quality: true } : {};
  if (spec.task !== 'regression') return { judged: quality };
  const { baseline: ref } = (await registry.requireVersion(spec.name, champion)).artifacts;
  const { label } = Baseline.parse(JSON.parse(new TextDecoder().decode(await artifacts.getBytes(ref))));
  const { mean, m2, count } = label;
  const deviation = m2 === undefined || count === 0 ? 0 : Math.sqrt(m2 / count);
  // labels that are all alike say nothing of a scale
  if (mean === undefined || !(deviation > 0)) return { judged: quality };
  return { judged: { ...quality, range: [mean - RANGE_DEVIATIONS * deviation, mean + RANGE_DEVIATIONS * deviation] } };
}
