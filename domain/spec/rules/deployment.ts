import type { SpecDraft } from '../draft.ts';
import { oneOf } from '../issues.ts';
import type { Report } from '../problem.ts';
import { batchRules } from './batch.ts';
import { scalingRules } from './scaling.ts';
import { atMost } from './training.ts';

const MEMORY_MB = [1_024, 2_048, 3_072, 4_096, 5_120, 6_144] as const;
/** A Standard execution lives a year at most; the wait for an approval is part of it. */
const MAX_APPROVAL_TIMEOUT = '360d';

/** What a function instance keeps it seldom keeps longer. */
const MAX_CACHE_TTL = '1d';
/** InvokeEndpointAsync gives a model 3,600 seconds at most. */
const MAX_ASYNC_TIMEOUT = '1h';

/** Settings that mean something to some targets only. `instance` is ml.m5.large by default. */
const FIELDS_OF_TARGET = {
  serverless: ['memoryMb', 'maxConcurrency', 'provisionedConcurrency', 'scaling', 'cache'],
  realtime: ['instance', 'instanceCount', 'scaling', 'cache'],
  async: ['instance', 'instanceCount', 'scaling', 'async'],
  lambda: ['cache'],
  batch: ['instance', 'instanceCount'],
} as const;
const FIELDS = [...new Set(Object.values(FIELDS_OF_TARGET).flat())];

export function deploymentRules({ deployment, training }: SpecDraft, report: Report): void {
  if (!deployment) return;
  const target = deployment.target ?? 'serverless';
  const own: readonly string[] = FIELDS_OF_TARGET[target];
  for (const field of FIELDS)
    if (deployment[field] !== undefined && !own.includes(field))
      report(['deployment', field], `does not go with target ${target}`, deployment[field], oneOf(own) || 'nothing');

  const { memoryMb } = deployment;
  if (target === 'serverless' && memoryMb !== undefined && !MEMORY_MB.some((size) => size === memoryMb))
    report(['deployment', 'memoryMb'], 'is no size of a serverless endpoint', memoryMb, oneOf(MEMORY_MB.map(String)));
  if (target === 'lambda' && (training?.algorithm ?? 'xgboost') !== 'xgboost')
    report(
      ['deployment', 'target'],
      `cannot serve training.algorithm ${training?.algorithm}`,
      target,
      'serverless, realtime, async, batch',
    );
  atMost(['deployment', 'async', 'timeout'], deployment.async?.timeout, MAX_ASYNC_TIMEOUT, report);
  atMost(['deployment', 'cache', 'ttl'], deployment.cache?.ttl, MAX_CACHE_TTL, report);
  atMost(['deployment', 'approvalTimeout'], deployment.approvalTimeout, MAX_APPROVAL_TIMEOUT, report);
  if (target === 'batch' && deployment.strategy?.type !== undefined && deployment.strategy.type !== 'all-at-once')
    report(
      ['deployment', 'strategy', 'type'],
      'needs traffic, which target batch has not',
      deployment.strategy.type,
      'all-at-once',
    );
  scalingRules(deployment, report);
  batchRules(deployment.batch, report);
}
