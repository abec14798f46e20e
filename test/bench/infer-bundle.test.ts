import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { bundleAll } from '../../lib/bundles.ts';

describe('the bundle of the hot path', () => {
  it('has at most 60 KiB as the stack builds it', () => {
    const code = bundleAll(['infer']).get('infer') as string;
    expect(code).toContain('handler');
    expect(Buffer.byteLength(code)).toBeLessThanOrEqual(60 * 1_024);
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
