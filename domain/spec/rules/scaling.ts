import { DEFAULT_MAX_CONCURRENCY } from '../deployment.ts';
import type { SpecDraft } from '../draft.ts';
import type { Report } from '../problem.ts';
import { atMost } from './training.ts';

type DeploymentDraft = NonNullable<SpecDraft['deployment']>;
type ScalingDraft = NonNullable<DeploymentDraft['scaling']>;

/** What an endpoint of a target follows; a figure that has no default must be given. */
const FIGURES = {
  realtime: { field: 'invocationsPerInstance', needed: true },
  async: { field: 'backlogPerInstance', needed: true },
  serverless: { field: 'utilization', needed: false },
} as const;
const FIELDS = Object.values(FIGURES).map(({ field }) => field);

const MAX_COOLDOWN = '1h';

export function scalingRules(deployment: DeploymentDraft, report: Report): void {
  provisionedRules(deployment, report);
  const { scaling } = deployment;
  const target = deployment.target ?? 'serverless';
  if (!scaling || !(target in FIGURES)) return;
  const path = (field: string) => ['deployment', 'scaling', field];
  const { field: own, needed } = FIGURES[target as keyof typeof FIGURES];
  for (const field of FIELDS)
    if (field !== own && scaling[field] !== undefined)
      report(path(field), `does not go with target ${target}`, scaling[field], own);
  if (needed && scaling[own] === undefined)
    report(path(own), `is missing: target ${target} follows it`, undefined, 'a number above 0');
  limits(target, deployment, scaling, report);
  atMost(path('scaleInCooldown'), scaling.scaleInCooldown, MAX_COOLDOWN, report);
  atMost(path('scaleOutCooldown'), scaling.scaleOutCooldown, MAX_COOLDOWN, report);
}

function limits(target: string, deployment: DeploymentDraft, { min, max }: ScalingDraft, report: Report): void {
  if (min === 0 && target !== 'async')
    report(
      ['deployment', 'scaling', 'min'],
      `is too small: target ${target} cannot scale to 0; async can, and serverless without provisionedConcurrency costs nothing while idle`,
      min,
      'at least 1',
    );
  if (min === undefined || max === undefined) return;
  if (min > max) report(['deployment', 'scaling', 'max'], 'is below scaling.min', max, `at least ${min}`);
  const field = target === 'serverless' ? 'provisionedConcurrency' : 'instanceCount';
  const initial = deployment[field];
  const least = Math.max(1, min);
  if (initial !== undefined && (initial < least || initial > max))
    report(['deployment', field], 'is outside of scaling.min and scaling.max', initial, `${least} to ${max}`);
  if (target !== 'serverless') return;
  if (initial === undefined)
    report(
      ['deployment', 'provisionedConcurrency'],
      'is missing: it is what scaling of target serverless changes',
      undefined,
      `${least} to ${max}`,
    );
  const most = deployment.maxConcurrency ?? DEFAULT_MAX_CONCURRENCY;
  if (max > most) report(['deployment', 'scaling', 'max'], 'is above maxConcurrency', max, `at most ${most}`);
}

function provisionedRules({ provisionedConcurrency, maxConcurrency }: DeploymentDraft, report: Report): void {
  const most = maxConcurrency ?? DEFAULT_MAX_CONCURRENCY;
  if (provisionedConcurrency !== undefined && provisionedConcurrency > most)
    report(
      ['deployment', 'provisionedConcurrency'],
      'is above maxConcurrency',
      provisionedConcurrency,
      `at most ${most}`,
    );
}
