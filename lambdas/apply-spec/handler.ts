import { parseInput } from '../runtime/input.ts';
import { logger } from '../runtime/logger.ts';
import { ObjectCreated } from '../runtime/s3-event.ts';
import { type ApplySpecDeps, applyUploadedSpec, type SpecOutcome } from './apply-spec.ts';

/** Woken by EventBridge for each object under `specs/`. */
export const makeHandler =
  (deps: ApplySpecDeps & { landingBucket: string }) =>
  async (event: unknown): Promise<void> => {
    const { bucket, object } = parseInput(ObjectCreated, event).detail;
    const ids = { bucket: bucket.name, key: object.key, versionId: object['version-id'] };
    if (bucket.name !== deps.landingBucket) logger.warn('spec-elsewhere', ids);
    else log(ids, await applyUploadedSpec(object.key, deps));
  };

function log(ids: object, result: SpecOutcome): void {
  if (result.outcome === 'refused') {
    const problems = result.problems.slice(0, 20).map(({ path, message }) => `${path}: ${message}`);
    logger.warn('spec-refused', { ...ids, count: result.problems.length, problems });
  } else if (result.outcome === 'applied') {
    const { compatibility, ...applied } = result;
    const changes = compatibility?.changes.slice(0, 20).map(({ path, kind }) => `${kind} ${path}`);
    const compared = compatibility && {
      compatible: compatibility.compatible,
      count: compatibility.changes.length,
      changes,
    };
    logger.info('spec-applied', { ...ids, ...applied, ...compared });
  } else logger.info(`spec-${result.outcome}`, { ...ids, ...result });
}
