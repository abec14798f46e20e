/**
 * Validation of one large file beside DuckDB alone: the profile a bare query gives, the contract's 14 rules with and without
 * bad rows, and writing the accepted rows beside DuckDB's own copy. CSV and Parquet, each run in a process of its own.
 *
 * Run: `node bench/validate.ts [--rows 10000000] [--bad 0.01] [--cities 500] [--repeat 2] [--memory 1504] [--threads 2]
 * [--folder DIR] [--keep]`. 10 M rows take 2.5 GB of disk.
 */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Profile } from '../domain/profiles/profile.ts';
import type { ModelSpec } from '../domain/spec/model-spec.ts';
import { assertSameProfile } from './lib/bare-profile.ts';
import { best, type Cost } from './lib/measure.ts';
import { markdownTable, numberOption, print, say, seconds, times, verdict, whole, withScratch } from './lib/report.ts';
import { tallSql, writeRows } from './lib/validate-rows.ts';
import { type Format, statedRules, tallSpec } from './lib/validate-specs.ts';
import { runTask, type Validated } from './lib/validate-task.ts';

/** A share that many contracts would reject. */
const MANY_BAD = 0.09;
/** CPU seconds as a multiple of the bare query's, and memory, at so many rows: with fewer, what a run costs at least tells. */
const ASKED = { ratio: 1.5, peakMb: 400, rows: 10_000_000 };

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000000' },
    bad: { type: 'string', default: '0.01' },
    cities: { type: 'string', default: '500' },
    repeat: { type: 'string', default: '2' },
    memory: { type: 'string', default: '1504' },
    threads: { type: 'string', default: '2' },
    folder: { type: 'string' },
    keep: { type: 'boolean' },
  },
});
const rows = numberOption('rows', values.rows, 1);
const bad = numberOption('bad', values.bad, 0, 0.5);
const cities = numberOption('cities', values.cities, 1);
const repeat = numberOption('repeat', values.repeat, 1);
const limits = {
  memoryLimitMb: numberOption('memory', values.memory, 64),
  threads: numberOption('threads', values.threads, 1),
};

interface Line {
  readonly what: string;
  readonly cost: Cost;
  /** CPU seconds it is compared with. */
  readonly beside: number;
  /** Whether the limits are about it. */
  readonly judged?: boolean;
}

await withScratch(values, async (folder) => {
  for (const format of ['csv', 'parquet'] as const) print(await compared(format, folder));
});

async function compared(format: Format, folder: string): Promise<string> {
  const spec = tallSpec(format);
  const base = { ...limits, spec };
  const name = format === 'csv' ? 'CSV' : 'Parquet';

  const good = await drawn(format, folder, 0);
  const { path } = good;
  say(`${name}: the engine, and no bad rows`);
  const clean = await validated(spec, path, 0, folder);
  const like = clean.result.profile as Profile;
  const bareOf = (figures: 'recommended' | 'least') =>
    best(repeat, () => runTask({ ...base, task: 'bare', path, like, figures }, folder));
  const bare = await bareOf('recommended');
  assertSameProfile(like, bare.result);
  const least = await bareOf('least');
  assertSameProfile(like, least.result);
  const meter = await best(repeat, () => runTask({ ...limits, task: 'meter', path }, folder));
  const copy = await best(repeat, () => runTask({ ...base, task: 'copy', path }, folder));
  await remove(path);

  const beside = bare.cpuSeconds;
  const lines: Line[] = [
    { what: 'DuckDB: bare profile query', cost: bare, beside },
    { what: 'DuckDB: the same without lengths, NaN and infinity', cost: least, beside },
    { what: 'validated, no bad row', cost: clean, beside, judged: true },
    { what: 'of it digest, UTF-8 and lines', cost: meter, beside },
  ];
  const writing: Line[] = [{ what: `DuckDB: ${name} to Parquet`, cost: copy, beside }];
  for (const share of [bad, MANY_BAD]) {
    const file = await drawn(format, folder, share);
    say(`${name}: ${percent(share)} bad rows`);
    const what = `validated, ${percent(share)} of the rows bad and set aside`;
    lines.push({ what, cost: await validated(spec, file.path, share, folder), beside, judged: true });
    if (share === bad) {
      const cost = await validated(spec, file.path, share, folder, true);
      writing.push({ what: `${what}, the others written as Parquet`, cost, beside: beside + copy.cpuSeconds });
    }
    await remove(file.path);
  }
  const title = `${name}, ${whole(rows)} rows × ${spec.data.columns.length}, ${whole(good.bytes / 1e6)} MB`;
  return report(title, [...lines, ...writing]);
}

async function validated(spec: ModelSpec, path: string, share: number, folder: string, write = false) {
  const run = await best(repeat, () => runTask({ ...limits, spec, task: 'validate', path, write }, folder));
  checkOutcome(run.result, share);
  return run;
}

async function drawn(format: Format, folder: string, badShare: number) {
  say(`drawing ${whole(rows)} rows as ${format}, ${percent(badShare)} of them bad`);
  const path = join(folder, `rows-${badShare}.${format}`);
  await writeRows(tallSql({ rows, badShare, cities }), path, format, folder);
  return { path, bytes: (await stat(path)).size };
}

async function remove(path: string): Promise<void> {
  if (!values.keep) await rm(path);
}

/** @throws Error if what was drawn is not what was found: then nothing was measured */
function checkOutcome({ verdict: found, total, quarantined, reasons }: Validated, share: number): void {
  const expected = share === 0 ? 'accepted' : 'accepted-with-quarantine';
  // six standard deviations of what is drawn
  const tolerance = 6 * Math.sqrt(rows * share);
  if (total !== rows || found !== expected || Math.abs(quarantined - share * rows) > tolerance)
    throw new Error(
      `${found}: ${quarantined} of ${total} rows set aside, drawn ${share} of ${rows}; ${reasons.join(', ')}`,
    );
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

function report(title: string, lines: readonly Line[]): string {
  const header = [title, 'wall s', 'CPU s', 'peak MB', 'CPU', `≤ ${ASKED.ratio} ×`, `≤ ${ASKED.peakMb} MB`];
  const cells = ({ what, cost, beside, judged }: Line) => [
    what,
    seconds(cost.wallSeconds),
    seconds(cost.cpuSeconds),
    whole(cost.peakMb),
    times(cost.cpuSeconds / beside),
    ...(judged && rows >= ASKED.rows
      ? [verdict(cost.cpuSeconds / beside, ASKED.ratio), verdict(cost.peakMb, ASKED.peakMb)]
      : ['', '']),
  ];
  const rules = statedRules(tallSpec('csv').data);
  const note = `${rules} stated rules, those of the types besides. CPU is compared with the bare query's; in the last row with that and the copy's together.`;
  return `\n${markdownTable(header, lines.map(cells))}\n${note}\n`;
}
