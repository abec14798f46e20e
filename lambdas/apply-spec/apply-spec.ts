import { isUtf8 } from 'node:buffer';
import { keepBatchSchedule } from '../../domain/batch/schedule.ts';
import { parseLandingKey, SPEC_PROBLEMS_FOLDER } from '../../domain/datasets/landing-key.ts';
import type { EventPublisher } from '../../domain/events/catalog.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import { checkSpec, type Problem } from '../../domain/spec/check.ts';
import type { Compatibility } from '../../domain/spec/compatibility.ts';
import { compareWithSpecInForce } from '../../domain/spec/compatibility-in-force.ts';
import { MAX_SPEC_TEXT_BYTES, parseSpecText } from '../../domain/spec/parse.ts';
import { keepSchedule } from '../../domain/training/schedule.ts';
import type { SpecFiles } from '../adapters/s3-spec-files.ts';

export interface ApplySpecDeps {
  readonly registry: Registry;
  readonly publisher: EventPublisher;
  readonly files: SpecFiles;
  readonly now: () => Date;
}

export type SpecOutcome =
  | { readonly outcome: 'ignored'; readonly why: string }
  | { readonly outcome: 'gone' }
  | { readonly outcome: 'refused'; readonly problems: readonly Problem[] }
  | {
      readonly outcome: 'applied';
      readonly model: string;
      readonly version: number;
      readonly created: boolean;
      /** With the spec that was in force; absent for a model's first. */
      readonly compatibility?: Compatibility;
    };

const BY = 'apply-spec';
/** What is written beside a spec is not read by many: the first problems will do. */
const MAX_PROBLEMS = 200;

/**
 * Applies an uploaded spec. What is wrong with it, or the version it has become, is written to
 * `spec-problems/<name>.json`; a bad spec is its author's matter and no error.
 */
export async function applyUploadedSpec(objectKey: string, deps: ApplySpecDeps): Promise<SpecOutcome> {
  const key = parseLandingKey(objectKey);
  if (key.kind !== 'spec') return { outcome: 'ignored', why: 'why' in key ? key.why : key.kind };
  const file = await deps.files.read(objectKey, MAX_SPEC_TEXT_BYTES);
  if (!file) return { outcome: 'gone' };
  const at = deps.now();
  const answer = `${SPEC_PROBLEMS_FOLDER}/${key.name}.json`;
  const about = { key: objectKey, versionId: file.versionId, at: at.toISOString() };
  const checked = check(file);
  if ('problems' in checked) {
    const { problems } = checked;
    await deps.files.write(answer, { ...about, problems: problems.slice(0, MAX_PROBLEMS), count: problems.length });
    return { outcome: 'refused', problems };
  }
  const { name: model } = checked.spec;
  const compatibility = await compareWithSpecInForce(deps.registry, checked.spec);
  const { version, created } = await deps.registry.applySpec(checked.spec, { by: BY, at });
  // a newer upload may have been applied in between, and the last one counts
  const now = await deps.files.read(objectKey, 0);
  if (now && now.versionId !== file.versionId) return applyUploadedSpec(objectKey, deps);
  await keepSchedule(model, deps.registry, at);
  await keepBatchSchedule(model, deps.registry, at);
  // also for a spec that was there: an earlier attempt may have died before it could say so
  await deps.publisher.publish('SpecApplied', {
    model,
    at: at.toISOString(),
    specVersion: version,
    ...(compatibility && { compatible: compatibility.compatible }),
  });
  const compared = compatibility && { compatibility };
  await deps.files.write(answer, { ...about, problems: [], count: 0, model, specVersion: version, ...compared });
  return { outcome: 'applied', model, version, created, ...compared };
}

function check({ size, bytes }: { size: number; bytes?: Uint8Array }): ReturnType<typeof checkSpec> {
  if (!bytes) return refuse('is too large', `${size} bytes`, `at most ${MAX_SPEC_TEXT_BYTES} bytes`);
  if (!isUtf8(bytes)) return refuse('is not UTF-8', 'other bytes', 'YAML or JSON in UTF-8');
  const parsed = parseSpecText(Buffer.from(bytes).toString('utf8'));
  return 'problems' in parsed ? parsed : checkSpec(parsed.document);
}

const refuse = (message: string, seen: string, allowed: string): { problems: Problem[] } => ({
  problems: [{ path: '', message, seen, allowed }],
});
