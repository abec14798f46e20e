import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { encodeUbj, randomModel } from '../../../bench/random-model.ts';
import type { Metrics } from '../../../lambdas/infer/metrics.ts';
import { servedModels } from '../../../lambdas/infer/models.ts';

it('reads a model once, and counts what it takes, which is far less than its file', async () => {
  const file = encodeUbj(randomModel({ trees: 100, depth: 6, features: 20 }));
  const sha256 = createHash('sha256').update(file).digest('hex');
  let reads = 0;
  const { scorer } = servedModels({
    aws: {
      getItem: async () => undefined,
      getObject: async () => {
        reads += 1;
        return file;
      },
    },
    table: 'none',
    lakeBucket: 'lake',
    metrics: { add: () => {} } as unknown as Metrics,
    now: () => new Date(),
  });
  const ref = { bucket: 'lake', key: 'model', sha256, size: file.byteLength };
  const first = await scorer(ref);
  expect(await scorer(ref)).toBe(first);
  expect(reads).toBe(1);
  expect(first.bytes).toBeLessThan(file.byteLength / 3);
});
