/**
 * Validation of a wide table beside DuckDB alone: many columns of numbers, each with a range. The bare profile of CSV is one
 * query; of Parquet it is one for every 100 columns, as all at once do not fit a function's memory.
 *
 * Run: `node bench/validate-wide.ts [--columns 1000] [--rows 100000] [--bad 0.01] [--repeat 2] [--memory 1504] [--threads 2]
 * [--folder DIR] [--keep]`. 1,000 columns take 5 GB of disk.
 */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Profile } from '../domain/profiles/profile.ts';
import type { ModelSpec } from '../domain/spec/model-spec.ts';
import { assertSameProfile } from './lib/bare-profile.ts';
import { best, type Cost } from './lib/measure.ts';
import { markdownTable, numberOption, print, say, seconds, times, verdict, whole, withScratch } from './lib/report.ts';
import { wideSql, writeRows } from './lib/validate-rows.ts';
import { type Format, wideSpec } from './lib/validate-specs.ts';
import { runTask } from './lib/validate-task.ts';

/** Memory, for so many columns and rows. */
const ASKED = { peakMb: 700, columns: 1_000, rows: 100_000 };
const COLUMNS_AT_ONCE = 100;

const { values } = parseArgs({
  options: {
    columns: { type: 'string', default: '1000' },
    rows: { type: 'string', default: '100000' },
    bad: { type: 'string', default: '0.01' },
    repeat: { type: 'string', default: '2' },
    memory: { type: 'string', default: '1504' },
    threads: { type: 'string', default: '2' },
    folder: { type: 'string' },
    keep: { type: 'boolean' },
  },
});
const columns = numberOption('columns', values.columns, 2, 2_000);
const rows = numberOption('rows', values.rows, 1);
const bad = numberOption('bad', values.bad, 0, 0.5);
const repeat = numberOption('repeat', values.repeat, 1);
const limits = {
  memoryLimitMb: numberOption('memory', values.memory, 64),
  threads: numberOption('threads', values.threads, 1),
};

type Line = readonly [what: string, cost: Cost, judged: boolean];

await withScratch(values, async (folder) => {
  for (const format of ['csv', 'parquet'] as const) print(await compared(format, folder));
});

async function compared(format: Format, folder: string): Promise<string> {
  const spec = wideSpec(format, columns);
  const good = await drawn(format, folder, 0);
  say(`${format}: the engine, and no bad rows`);
  const clean = await validated(spec, good.path, folder);
  const like = clean.result.profile as Profile;
  const at = format === 'parquet' ? { columnsAtOnce: COLUMNS_AT_ONCE } : {};
  const bare = await best(repeat, () =>
    runTask({ ...limits, task: 'bare', spec, path: good.path, like, figures: 'recommended', ...at }, folder),
  );
  assertSameProfile(like, bare.result);
  if (!values.keep) await rm(good.path);

  const file = await drawn(format, folder, bad);
  say(`${format}: ${bad} of the rows bad`);
  const quarantined = await validated(spec, file.path, folder);
  const written = await validated(spec, file.path, folder, true);
  if (!values.keep) await rm(file.path);

  const share = `${Number((bad * 100).toPrecision(3))} %`;
  const lines: Line[] = [
    ['DuckDB: bare profile query', bare, false],
    ['validated, no bad row', clean, true],
    [`validated, ${share} of the rows bad and set aside`, quarantined, true],
    [`validated, ${share} of the rows bad and set aside, the others written as Parquet`, written, true],
  ];
  const name = format === 'csv' ? 'CSV' : 'Parquet';
  const title = `${name}, ${whole(rows)} rows × ${whole(columns)}, ${whole(good.bytes / 1e6)} MB`;
  const isAsked = columns >= ASKED.columns && rows >= ASKED.rows;
  const cells = ([what, cost, judged]: Line) => [
    what,
    seconds(cost.wallSeconds),
    seconds(cost.cpuSeconds),
    times(cost.cpuSeconds / bare.cpuSeconds),
    whole(cost.peakMb),
    judged && isAsked ? verdict(cost.peakMb, ASKED.peakMb) : '',
  ];
  return `\n${markdownTable([title, 'wall s', 'CPU s', 'CPU', 'peak MB', `≤ ${ASKED.peakMb} MB`], lines.map(cells))}`;
}

/** @throws Error if rows are lost, or the data set is rejected */
async function validated(spec: ModelSpec, path: string, folder: string, write = false) {
  const run = await best(repeat, () => runTask({ ...limits, task: 'validate', spec, path, write }, folder));
  const { total, verdict: found, reasons } = run.result;
  if (total !== rows || found === 'rejected')
    throw new Error(`${found}, ${total} of ${rows} rows: ${reasons.join(', ')}`);
  return run;
}

async function drawn(format: Format, folder: string, badShare: number) {
  say(`drawing ${whole(rows)} rows of ${whole(columns)} columns as ${format}, ${badShare} of them bad`);
  const path = join(folder, `wide-${badShare}.${format}`);
  await writeRows(wideSql(rows, columns, badShare), path, format, folder);
  return { path, bytes: (await stat(path)).size };
}
