import * as z from 'zod';
import { BATCH_FILES } from '../../domain/batch/plan.ts';
import { InvalidInputError, NotFoundError } from '../../domain/common-errors.ts';
import type { FileLink } from '../../domain/datasets/dataset-files.ts';
import type { Batch } from '../../domain/registry/batch.ts';
import { json } from '../runtime/http.ts';
import { parseBody } from './problems.ts';
import type { Call, Route } from './router.ts';

const Count = z.number().int().min(1);
const BatchBody = z.strictObject({
  dataset: Count.optional(),
  prefix: z.string().min(1).max(1_100).optional(),
  /** @default the champion */
  version: Count.optional(),
});

async function start({ params: { model = '' }, body, by, deps }: Call) {
  const { dataset, prefix, version } = parseBody(BatchBody, body);
  if ((dataset === undefined) === (prefix === undefined))
    throw new InvalidInputError(['give exactly one of dataset and prefix']);
  const request = dataset === undefined ? { prefix: prefix as string } : { dataset };
  const started = await deps.startBatch({ model, version, request, trigger: 'manual', by });
  if (!started) throw new InvalidInputError([`prefix: there is nothing to score under ${prefix}`]);
  return json(started.created ? 202 : 200, { ...started.batch, created: started.created });
}

const FILES = { predictions: 'predictions', skipped: 'skippedRows' } as const satisfies Record<string, keyof Batch>;

async function fileLink({ params: { model = '', id = '', file = '' }, deps }: Call) {
  const batch = await deps.registry.requireBatch(model, id);
  const what = Object.hasOwn(FILES, file) ? (file as keyof typeof FILES) : undefined;
  const ref = what && batch[FILES[what]];
  if (!what || !ref) throw new NotFoundError(`${file} of batch ${id}`);
  const name = `${id}-${BATCH_FILES[what]}`;
  const { url, expiresAt } = await deps.links.read(ref, name);
  const { sha256, size } = ref;
  return json(200, { name, url, sha256, size, expiresAt: expiresAt.toISOString() } satisfies FileLink);
}

export const batchRoutes: readonly Route[] = [
  { method: 'POST', path: 'models/:model/batches', handle: start },
  { method: 'GET', path: 'models/:model/batches/:id/files/:file', handle: fileLink },
];
