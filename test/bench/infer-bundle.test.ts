import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { bundleSplit } from '../../lib/split-bundle.ts';

/** What SERVING.md allows a cold start to read. */
const BUDGET_BYTES = 60_000;

const { files, atStart } = bundleSplit(join(import.meta.dirname, '../../lambdas/infer/index.ts'));
const bytesOf = (names: Iterable<string>): number =>
  [...names].reduce((sum, name) => sum + Buffer.byteLength(files.get(name) ?? ''), 0);

describe('the bundle of the hot path', () => {
  it('has at most 60 kB that a cold start loads, as the stack builds it', () => {
    expect(files.get('index.mjs')).toContain('handler');
    expect(bytesOf(atStart)).toBeLessThanOrEqual(BUDGET_BYTES);
  });

  it('leaves rare faces and explanations for the request that asks for them', () => {
    const start = atStart.map((name) => files.get(name)).join('\n');
    const later = [...files].flatMap(([name, text]) => (atStart.includes(name) ? [] : [text])).join('\n');
    for (const rare of ['dataframe_split', 'target-variant', 'model_version_status', 'it cannot be explained']) {
      expect([rare, start.includes(rare), later.includes(rare)]).toEqual([rare, false, true]);
    }
  });

  it('carries neither an AWS SDK nor zod, nor anything else from outside', () => {
    const { metafile } = buildSync({
      entryPoints: ['lambdas/infer/index.ts'],
      absWorkingDir: `${import.meta.dirname}/../..`,
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'esm',
      outdir: '/',
    });
    const packages = Object.keys(metafile.inputs).flatMap(
      (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
    );
    expect(packages).toEqual([]);
  });
});
