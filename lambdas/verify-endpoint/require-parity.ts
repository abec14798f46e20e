import * as z from 'zod';
import { lakeKeys } from '../../domain/names.ts';
import type { Decision, ModelVersion } from '../../domain/registry/entities.ts';
import { EndpointVerificationError } from '../../domain/rollout/errors.ts';
import { findParity, judgeParity, type ParityVerdict, parityProof } from '../../domain/rollout/parity.ts';
import { loadXgboost } from '../../domain/scoring/load-xgboost.ts';
import { logger } from '../runtime/logger.ts';
import type { Verified, VerifyDeps } from './verify-endpoint.ts';

const Proven = z.object({ rows: z.number(), maxDifference: z.number() });

/**
 * Holds the scorer against what the training container predicted for the holdout, and writes down what came of it. A
 * version whose image, archive and scorer were proven before needs nothing more.
 *
 * @throws EndpointVerificationError
 */
export async function requireParity(
  version: ModelVersion,
  { rolloutId, job }: { readonly rolloutId: string; readonly job: string | undefined },
  deps: VerifyDeps,
): Promise<Verified> {
  const { model, version: number } = version;
  const proof = await findParity(version, deps.registry);
  if (proof) return Proven.parse(proof.numbers);
  const verdict = await compare(version, job, deps);
  const { numbers } = verdict;
  const at = deps.now();
  const decision: Decision = {
    // a proof is found again by what it proves; what failed may be tried again
    decisionId: verdict.passed ? parityProof(version) : `${rolloutId}-parity`,
    model,
    kind: 'rollout',
    outcome: verdict.passed ? 'parity-proven' : 'parity-failed',
    reasons: verdict.passed ? [] : [verdict.reason],
    numbers: { rolloutId, job, ...numbers },
    version: number,
    at: at.toISOString(),
  };
  await deps.registry.recordDecision(decision, { by: 'verify-endpoint', at });
  logger.info('parity-judged', { model, version: number, job, passed: verdict.passed, ...numbers });
  if (!verdict.passed) throw new EndpointVerificationError(`${model}:${number}: ${verdict.reason}`);
  return { rows: numbers.rows, maxDifference: numbers.maxDifference };
}

async function compare(
  { model, version, runId, artifacts, signature }: ModelVersion,
  job: string | undefined,
  { artifacts: store, lakeStreams }: VerifyDeps,
): Promise<ParityVerdict> {
  const impossible = (what: string) =>
    new EndpointVerificationError(`${model}:${version} cannot be held against its training container: ${what}`);
  if (!artifacts.scorer) throw impossible('it has no artifact that the scorer reads');
  if (job === undefined) throw impossible('no transform job scored its holdout');
  const features = await lakeStreams.open(lakeKeys.holdoutFeatures(model, runId));
  if (!features) throw impossible(`the files of its run ${runId} have expired: train a new version`);
  const key = lakeKeys.transformOutput(model, runId, job);
  const predictions = await lakeStreams.open(key);
  if (!predictions) throw impossible(`job ${job} left no ${key}`);
  const scorer = loadXgboost(await store.getBytes(artifacts.scorer));
  return judgeParity(scorer, signature.inputs.length, features, predictions);
}
