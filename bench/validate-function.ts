/**
 * The function that validates uploads: small uploads end to end in its handler, with services that answer from memory, at
 * once and after a time such as AWS's, and what a cold start pays for its bundle and DuckDB beside Lambda's own time.
 *
 * Run: `node bench/validate-function.ts [--rows 1000] [--uploads 50] [--answer-ms 5] [--starts 10] [--folder DIR] [--keep]`.
 */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { writeBundle } from '../lib/bundles.ts';
import { copyDuckDb, hostPlatform } from '../lib/duckdb-natives.ts';
import { type Handled, runUploads } from './lib/function-task.ts';
import { inChild, percentile } from './lib/measure.ts';
import { markdownTable, numberOption, print, say, verdict, whole, withScratch } from './lib/report.ts';
import { tallSql, writeRows } from './lib/validate-rows.ts';
import { tallSpec } from './lib/validate-specs.ts';

/** Milliseconds. */
const ASKED = 150;
/** Uploads before those that count. */
const WARM_UP = 10;
const BAD_SHARE = 0.01;
/** Half of the function's 3,008 MB. */
const MEMORY_LIMIT_MB = 1_504;
const ENVIRONMENT = {
  AWS_REGION: 'eu-central-1',
  TABLE_NAME: 'registry',
  EVENT_BUS_NAME: 'bus',
  LANDING_BUCKET_NAME: 'landing',
  LAKE_BUCKET_NAME: 'lake',
  DATASET_VALIDATION_ARN: 'arn:aws:states:eu-central-1:111111111111:stateMachine:sets',
};

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000' },
    uploads: { type: 'string', default: '50' },
    'answer-ms': { type: 'string', default: '5' },
    starts: { type: 'string', default: '10' },
    folder: { type: 'string' },
    keep: { type: 'boolean' },
  },
});
const rows = numberOption('rows', values.rows, 1, 100_000);
const count = numberOption('uploads', values.uploads, 1);
const answerMs = numberOption('answer-ms', values['answer-ms'], 0);
const starts = numberOption('starts', values.starts, 1);
const ms = (value: number) => `${value.toFixed(1)} ms`;

await withScratch(values, async (folder) => {
  const handled = await uploads(folder);
  const cold = await coldStarts(folder);
  print(`\n${markdownTable(['Figure', 'Measured', 'Asked'], [...handled, ...cold])}`);
});

async function uploads(folder: string): Promise<string[][]> {
  say(`drawing ${count} uploads of ${whole(rows)} rows`);
  const files = await draw(folder, count + WARM_UP);
  say('validating them');
  const handled = await validated(files, 0, folder);
  const modelled = await validated(files, answerMs, folder);
  const { size } = await stat(files[0] as string);
  const figures = ({ milliseconds }: Handled, what: string) =>
    ([0.5, 0.95] as const).map((share) => {
      const figure = percentile(milliseconds.slice(WARM_UP), share);
      return [`${what}, p${share * 100} of ${count}`, ms(figure), `≤ ${ASKED} ms: ${verdict(figure, ASKED)}`];
    });
  return [
    ...figures(handled, `${whole(rows)} rows × 20 (${whole(size / 1e3)} kB), warm, services answer at once`),
    ['CPU time of each, p50', ms(percentile(handled.cpuMilliseconds.slice(WARM_UP), 0.5)), ''],
    ['the first of its process', ms(handled.milliseconds[0] as number), ''],
    ['requests to services, an upload', String(handled.requests), ''],
    ...figures(modelled, `the same, modelled: each request takes ${answerMs} ms`),
  ];
}

/** @throws Error if rows are lost, or data sets rejected */
async function validated(files: readonly string[], answerMs: number, folder: string): Promise<Handled> {
  const spec = tallSpec('csv');
  const handled = await runUploads({ spec, files, memoryLimitMb: MEMORY_LIMIT_MB, answerMs }, folder);
  if (handled.rows !== rows * files.length || handled.verdicts.includes('rejected'))
    throw new Error(`${handled.rows} rows of ${rows * files.length}: ${handled.verdicts.join(', ')}`);
  return handled;
}

/** Files of different rows: the same bytes twice would be refused. */
async function draw(folder: string, wanted: number): Promise<string[]> {
  const path = join(folder, 'rows.csv');
  await writeRows(tallSql({ rows: rows * wanted, badShare: BAD_SHARE, cities: 100 }), path, 'csv', folder);
  const [header, ...lines] = (await readFile(path, 'utf8')).trimEnd().split('\n');
  const files = Array.from({ length: wanted }, (_, i) => join(folder, `upload-${i}.csv`));
  for (const [i, file] of files.entries())
    await writeFile(file, `${[header, ...lines.slice(i * rows, (i + 1) * rows)].join('\n')}\n`);
  return files;
}

/** Fresh processes that load the asset as Lambda would and ask DuckDB something. The files are in the page cache. */
async function coldStarts(folder: string): Promise<string[][]> {
  say('starting the bundle');
  const asset = join(folder, 'asset');
  await mkdir(asset);
  writeBundle('validate-upload', asset, 'index.mjs');
  copyDuckDb(hostPlatform(), asset);
  const script = `const node = performance.now();
    await import('./index.mjs');
    const load = performance.now();
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.runAndReadAll('SELECT 42');
    const query = performance.now();
    console.log(JSON.stringify({ node, load: load - node, query: query - load }));`;
  const runs: { node: number; load: number; query: number }[] = [];
  for (let i = 0; i < starts; i++)
    runs.push(await inChild(process.execPath, ['--input-type=module', '-e', script], { env: ENVIRONMENT, cwd: asset }));
  const median = (of: (run: (typeof runs)[number]) => number) => ms(percentile(runs.map(of), 0.5));
  const code = await readFile(join(asset, 'index.mjs'));
  return [
    ['bundle', `${whole(code.length)} B`, ''],
    ['bundle, gzip', `${whole(gzipSync(code).length)} B`, ''],
    ['DuckDB beside it', `${whole((await sizeOf(join(asset, 'node_modules'))) / 1e6)} MB`, ''],
    [`cold: loading bundle and DuckDB, median of ${starts} processes`, median(({ load }) => load), ''],
    ['cold: the first query', median(({ query }) => query), ''],
    ['cold: both, with Node itself', median(({ node, load, query }) => node + load + query), ''],
  ];
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
