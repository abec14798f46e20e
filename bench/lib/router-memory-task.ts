/** The router's models in a process of their own: reads what to hold as JSON, prints what that took as JSON. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { json } from 'node:stream/consumers';
import type { ArtifactRef } from '../../domain/artifacts.ts';
import { servedModels } from '../../lambdas/infer/models.ts';
import { inChild, type Measured, measured } from './measure.ts';

export interface Holding {
  /** A model file in UBJSON. */
  readonly path: string;
  readonly models: number;
  readonly features: number;
}

export interface Held {
  readonly models: number;
  /** Objects fetched when each model was first asked for, and when all were asked again. */
  readonly reads: number;
  readonly readsAgain: number;
  readonly residentMb: number;
  readonly peakMb: number;
}

export const holdModels = (holding: Holding): Promise<Measured<Held>> =>
  inChild(process.execPath, [import.meta.filename], { input: holding });

/** Of the file: another one, as long, makes it another model. */
const BASE_SCORE = '3.7E-1';

/** @param n 1 to 9,999, in ten thousandths the base score of this one */
function variantOf(file: Uint8Array, at: number, n: number): Uint8Array {
  const bytes = file.slice();
  bytes.set(new TextEncoder().encode(`0.${n.toString().padStart(BASE_SCORE.length - 2, '0')}`), at);
  return bytes;
}

async function hold({ path, models, features }: Holding): Promise<Held> {
  const file = new Uint8Array(await readFile(path));
  const at = Buffer.from(file.buffer).indexOf(BASE_SCORE);
  if (at < 0) throw new Error(`${path} has no base score ${BASE_SCORE}`);
  const refs = Array.from({ length: models }, (_, i): ArtifactRef => {
    const sha256 = createHash('sha256')
      .update(variantOf(file, at, i + 1))
      .digest('hex');
    return { bucket: 'lake', key: `${i + 1}`, sha256, size: file.byteLength };
  });
  let reads = 0;
  const router = servedModels({
    aws: {
      getItem: async () => undefined,
      getObject: async ({ key }) => {
        reads += 1;
        return variantOf(file, at, Number(key));
      },
    },
    table: 'none',
    lakeBucket: 'lake',
    metrics: { add: () => {} } as never,
    now: () => new Date(),
  });
  const row = new Float32Array(features).fill(0.5);
  const askAll = async () => {
    for (const ref of refs) (await router.scorer(ref)).predictRow(row);
    return reads;
  };
  const first = await askAll();
  const again = (await askAll()) - first;
  const { rss } = process.memoryUsage();
  return { models, reads: first, readsAgain: again, residentMb: rss / 1_048_576, peakMb: 0 };
}

if (import.meta.main) {
  const holding = (await json(process.stdin)) as Holding;
  const took = await measured(() => hold(holding));
  process.stdout.write(`${JSON.stringify({ ...took, result: { ...took.result, peakMb: took.peakMb } })}\n`);
}
