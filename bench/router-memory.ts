/**
 * Memory of the router with many models: each is read through the router's own cache, checked by its digest, loaded and asked.
 *
 * Run: `node bench/router-memory.ts`. The models differ by their file and are as large as each other; a second round
 * asks every one again, which must not read it again.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { markdownTable, print, verdict, whole, withScratch } from './lib/report.ts';
import { type Held, holdModels } from './lib/router-memory-task.ts';
import { encodeUbj, randomModel } from './random-model.ts';

const FEATURES = 20;
const DEPTH = 6;
const TREES = 100;
const MODELS = 1_000;
/** MB in all. */
const ASKED_MB = 512;

const held = await withScratch({}, async (folder) => {
  const path = join(folder, 'model.ubj');
  await writeFile(path, encodeUbj(randomModel({ trees: TREES, depth: DEPTH, features: FEATURES })));
  const rounds: Held[] = [];
  for (const models of [0, 100, MODELS]) rounds.push((await holdModels({ path, models, features: FEATURES })).result);
  return rounds;
});

print(`Models of ${TREES} trees of depth ${DEPTH}, ${FEATURES} features; Node ${process.version}\n\n`);
print(
  markdownTable(
    ['models', 'read', 'read again', 'resident MB', `≤ ${ASKED_MB} MB`, 'peak MB'],
    held.map(({ models, reads, readsAgain, residentMb, peakMb }) => [
      whole(models),
      whole(reads),
      whole(readsAgain),
      whole(residentMb),
      verdict(peakMb, ASKED_MB),
      whole(peakMb),
    ]),
  ),
);
const last = held.at(-1);
if (!last || last.readsAgain > 0 || last.peakMb > ASKED_MB) process.exitCode = 1;
