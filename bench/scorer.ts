/**
 * Times the XGBoost scorer on random models of depth 6 with 20 features, on one thread.
 *
 * Run: `node bench/scorer.ts`. "first" is the first call in this process, before the code is optimised; the others are
 * medians over many calls. Every one-row call scores another row, so branches are as hard to predict as in service.
 */
import { loadContributions } from '../domain/scoring/load-contributions.ts';
import { loadXgboost } from '../domain/scoring/load-xgboost.ts';
import type { XgboostModel } from '../domain/scoring/xgboost-model.ts';
import { encodeJson, encodeUbj, random, randomModel } from './random-model.ts';

const FEATURES = 20;
const DEPTH = 6;
const ROWS = 1000;
/** As many as one request may have explained. */
const EXPLAINED_ROWS = 100;
const MISSING = 0.1;

/** Targets at 100 trees, milliseconds. */
const TARGET = { row: 0.005, rows: 10, load: 10 };

function milliseconds(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

const median = (times: number[]): number => times.sort((a, b) => a - b)[times.length >> 1] as number;
const repeat = (count: number, run: () => unknown): number =>
  median(Array.from({ length: count }, () => milliseconds(run)));

function rowsOf(count: number): Float32Array {
  const uniform = random(7);
  return Float32Array.from({ length: count * FEATURES }, () => (uniform() < MISSING ? Number.NaN : uniform()));
}

/** One pass scores every row by itself; the times are those of one row. */
function oneRow(model: XgboostModel, rows: Float32Array): { middle: number; least: number } {
  const views = Array.from({ length: ROWS }, (_, i) => rows.subarray(i * FEATURES, (i + 1) * FEATURES));
  const out = new Float32Array(model.outputs);
  const pass = () => milliseconds(() => views.forEach((row) => void model.predictRow(row, out))) / ROWS;
  const times = Array.from({ length: 400 }, pass);
  return { middle: median(times), least: Math.min(...times) };
}

const show = (ms: number): string => (ms < 0.1 ? `${(ms * 1000).toFixed(2)} µs` : `${ms.toFixed(2)} ms`);
const results: Record<string, Record<string, string>> = {};
const rows = rowsOf(ROWS);

for (const trees of [100, 500]) {
  const document = randomModel({ trees, depth: DEPTH, features: FEATURES });
  const files = { UBJ: encodeUbj(document), JSON: encodeJson(document) };
  const column: Record<string, string> = {};
  const note = (label: string, ms: number, target?: number): void => {
    const verdict =
      trees === 100 && target !== undefined ? ` (target ${show(target)}: ${ms <= target ? 'met' : 'MISSED'})` : '';
    column[label] = `${show(ms)}${verdict}`;
  };
  for (const [format, bytes] of Object.entries(files)) {
    column[`${format} file`] = `${(bytes.length / 1024).toFixed(0)} KiB`;
    note(
      `${format} load, first`,
      milliseconds(() => loadXgboost(bytes)),
      TARGET.load,
    );
    note(
      `${format} load`,
      repeat(30, () => loadXgboost(bytes)),
      TARGET.load,
    );
  }
  const model = loadXgboost(files.UBJ);
  note(
    'one row, first',
    milliseconds(() => model.predictRow(rows.subarray(0, FEATURES))),
  );
  const { middle, least } = oneRow(model, rows);
  note('one row', middle, TARGET.row);
  // what other work on the machine does not slow down
  note('one row, least of 400 passes', least, TARGET.row);
  note(
    `${ROWS} rows`,
    repeat(50, () => model.predict(rows, FEATURES)),
    TARGET.rows,
  );
  const contributions = loadContributions(files.UBJ);
  const explained = rows.subarray(0, EXPLAINED_ROWS * FEATURES);
  note('TreeSHAP, a row', repeat(10, () => contributions.of(explained, FEATURES)) / EXPLAINED_ROWS);
  results[`${trees} trees`] = column;
}

const [left = {}, right = {}] = Object.values(results);
console.log(
  `XGBoost scorer: depth ${DEPTH}, ${FEATURES} features, ${MISSING * 100} % missing; Node ${process.version}\n`,
);
console.log(['', ...Object.keys(results)].map((cell) => cell.padEnd(34)).join(''));
for (const label of Object.keys(left)) {
  console.log([label, left[label] ?? '', right[label] ?? ''].map((cell) => cell.padEnd(34)).join(''));
}
console.log(`\nresident set ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MiB`);
