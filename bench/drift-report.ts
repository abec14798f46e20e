/**
 * A drift report of two files, 1 M rows × 20 columns each, with Millrace and with pandas + scipy (`bench/drift-pandas.py`)
 * computing the same metrics. Ours are of binned counts and theirs of the values, so the run fails unless theirs lie within
 * the bounds that we state. Where there is no Python with pandas and scipy, the table says so.
 *
 * Run: `node bench/drift-report.ts [--rows 1000000] [--repeat 2] [--format csv,parquet] [--python PATH] [--folder DIR]
 * [--keep]`; MILLRACE_BENCH_PYTHON names the interpreter, too.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { DriftReport } from '../domain/monitoring/drift-report.ts';
import { anyPython, type Missing } from './lib/any-python.ts';
import { writeSides } from './lib/drift-rows.ts';
import { type Compared, compareInChild, type DriftPaths } from './lib/drift-task.ts';
import { best, inChild, type Measured } from './lib/measure.ts';
import { markdownTable, numberOption, print, say, seconds, times, whole, withScratch } from './lib/report.ts';

/** What is asked: pandas' time over ours, and its memory over ours. */
const FASTER = 10;
const SMALLER = 5;
/** Figures of both count as equal up to so much, and so much of the figure. */
const NEAR = 1e-9;
const RELATIVE = 1e-6;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    repeat: { type: 'string', default: '2' },
    format: { type: 'string', default: 'csv,parquet' },
    python: { type: 'string' },
    folder: { type: 'string' },
    keep: { type: 'boolean' },
  },
});
const rows = numberOption('rows', values.rows, 1_000);
const repeat = numberOption('repeat', values.repeat, 1);
const formats = values.format.split(',').map((format) => {
  if (format === 'csv' || format === 'parquet') return format;
  throw new Error(`--format must be csv, parquet or both with a comma, got ${values.format}`);
});

/** What the Python script found. */
interface Checked {
  readonly versions: string;
  readonly rows: readonly number[];
  readonly columns: Readonly<
    Record<string, Readonly<Record<string, number>> & { readonly missing: readonly number[] }>
  >;
}

await withScratch(values, async (folder) => {
  const python = await pythonWithScipy();
  for (const format of formats) {
    say(`drawing 2 × ${whole(rows)} rows as ${format}`);
    const paths = { reference: join(folder, `reference.${format}`), current: join(folder, `current.${format}`) };
    await writeSides(rows, paths, format, folder);
    const size = (await stat(paths.reference)).size + (await stat(paths.current)).size;
    say('comparing them');
    const ours = await best(repeat, () => compareInChild(paths, folder));
    const theirs =
      'executable' in python ? await checked(python.executable, paths, format, ours.result.report) : python;
    const title = `${format === 'csv' ? 'CSV' : 'Parquet'}, 2 × ${whole(rows)} rows × ${ours.result.report.columns.length}, ${whole(size / 1e6)} MB`;
    print(`\n${markdownTable([title, 'wall s', 'CPU s', 'peak MB'], lines(ours, theirs))}`);
  }
});

function lines(ours: Measured<Compared>, theirs: Measured<Checked> | Missing): string[][] {
  const line = (what: string, { wallSeconds, cpuSeconds, peakMb }: Measured<unknown>) => [
    what,
    seconds(wallSeconds),
    seconds(cpuSeconds),
    whole(peakMb),
  ];
  const own = line(`Millrace, 2 threads, with a page of ${whole(ours.result.pageBytes / 1e3)} kB`, ours);
  if ('missing' in theirs) return [[`pandas: not measured, ${theirs.missing}`, '', '', ''], own];
  const ratio = (figure: 'wallSeconds' | 'cpuSeconds' | 'peakMb') => theirs[figure] / ours[figure];
  const met = (value: number, least: number) => `${times(value)}${value >= least ? '' : ', **not met**'}`;
  return [
    line(theirs.result.versions, theirs),
    own,
    [
      `pandas / Millrace; asked ${FASTER} × and ${SMALLER} ×`,
      met(ratio('wallSeconds'), FASTER),
      times(ratio('cpuSeconds')),
      met(ratio('peakMb'), SMALLER),
    ],
  ];
}

async function pythonWithScipy(): Promise<{ executable: string } | Missing> {
  const python = values.python ?? process.env.MILLRACE_BENCH_PYTHON ?? (await anyPython());
  if (typeof python !== 'string') return python;
  const probe = `import importlib.util as u, json; print(json.dumps([n for n in ('pandas', 'scipy', 'pyarrow') if u.find_spec(n) is None]))`;
  const without = await inChild<string[]>(python, ['-c', probe]);
  return without.length === 0 ? { executable: python } : { missing: `there is no ${without.join(' and no ')}` };
}

/** @throws Error if pandas finds something else than we do */
async function checked(
  executable: string,
  paths: DriftPaths,
  format: string,
  report: DriftReport,
): Promise<Measured<Checked>> {
  say('comparing them with pandas and scipy');
  const named = (...types: string[]) =>
    report.columns.filter(({ type }) => types.includes(type)).map(({ name }) => name);
  const columns = { numbers: named('numeric'), categories: named('category', 'boolean'), times: named('timestamp') };
  const script = join(import.meta.dirname, 'drift-pandas.py');
  const input = { ...paths, format, ...columns };
  const measured = await best(repeat, () => inChild<Measured<Checked>>(executable, [script], { input }));
  refuseDifferences(measured.result, report);
  return measured;
}

const difference = (what: string, found: unknown, own: unknown): Error =>
  new Error(`pandas found ${what} ${JSON.stringify(found)}, Millrace ${JSON.stringify(own)}`);

function refuseDifferences(theirs: Checked, report: DriftReport): void {
  const sizes = [report.reference.rows, report.current.rows];
  if (String(theirs.rows) !== String(sizes)) throw difference('rows', theirs.rows, sizes);
  for (const { name, metrics, reference, current } of report.columns) {
    const found = theirs.columns[name];
    if (!found || !reference || !current) throw difference('columns', Object.keys(theirs.columns), name);
    const missing = [reference, current].map(({ count }, i) => 1 - count / (sizes[i] as number));
    if (missing.some((share, i) => Math.abs(share - (found.missing[i] as number)) > NEAR))
      throw difference(`missing of ${name}`, found.missing, missing);
    for (const bound of ['kolmogorovSmirnov', 'wasserstein'] as const) {
      const [own, value] = [metrics[bound], found[bound]];
      if (own === undefined || value === undefined) continue;
      const slack = RELATIVE * value + NEAR;
      if (value < own.atLeast - slack || value > own.atMost + slack)
        throw difference(`${bound} of ${name}`, value, own);
    }
    // with other categories beside those of the reference the two count alike only up to `other`
    if (reference.categories?.other !== 0 || (current.categories?.other ?? 0) !== 0) continue;
    if (Math.abs((found.totalVariation as number) - (metrics.totalVariation ?? 0)) > NEAR)
      throw difference(`total variation of ${name}`, found.totalVariation, metrics.totalVariation);
    const [own, value] = [metrics.chiSquared?.statistic ?? 0, found.chiSquared as number];
    if (Math.abs(own - value) > RELATIVE * value + NEAR) throw difference(`chi-squared of ${name}`, value, own);
  }
}
