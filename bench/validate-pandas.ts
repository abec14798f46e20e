/**
 * The same 14 rules, null counts, profile and quarantine with pandas (`bench/validate-pandas.py`) and with Millrace, which
 * must find the same. Where there is no Python with pandas, the table says so; `--install` makes one for the time being.
 *
 * Run: `node bench/validate-pandas.ts [--rows 1000000] [--bad 0.01] [--repeat 2] [--install | --python PATH] [--folder DIR]
 * [--keep]`.
 */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { Profile } from '../domain/profiles/profile.ts';
import { anyPython, type Missing } from './lib/any-python.ts';
import { best, inChild, type Measured } from './lib/measure.ts';
import { markdownTable, numberOption, print, say, seconds, times, whole, withScratch } from './lib/report.ts';
import { tallSql, writeRows } from './lib/validate-rows.ts';
import { COUNTRIES, PLANS, statedRules, tallSpec } from './lib/validate-specs.ts';
import { runTask, type Validated } from './lib/validate-task.ts';

const PACKAGES = ['pandas==3.1.1', 'numpy==2.4.6', 'pyarrow==26.0.1'];

const run = promisify(execFile);

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    bad: { type: 'string', default: '0.01' },
    repeat: { type: 'string', default: '2' },
    install: { type: 'boolean' },
    python: { type: 'string' },
    folder: { type: 'string' },
    keep: { type: 'boolean' },
  },
});
const rows = numberOption('rows', values.rows, 1);
const badShare = numberOption('bad', values.bad, 0, 0.5);
const repeat = numberOption('repeat', values.repeat, 1);

/** What the Python script found. */
interface Checked {
  readonly versions: string;
  readonly total: number;
  readonly quarantined: number;
  readonly rules: Readonly<Record<string, number>>;
  readonly nulls: Readonly<Record<string, number>>;
  readonly bins: Readonly<Record<string, readonly number[]>>;
}

await withScratch(values, async (folder) => {
  const path = join(folder, 'rows.csv');
  say(`drawing ${whole(rows)} rows`);
  await writeRows(tallSql({ rows, badShare, cities: 500 }), path, 'csv', folder);
  const { size } = await stat(path);
  const spec = tallSpec('csv');
  say('validating them');
  const ours = await best(repeat, () =>
    runTask({ task: 'validate', spec, path, write: false, memoryLimitMb: 1_504, threads: 2 }, folder),
  );
  const python = await pythonWithPandas(folder);
  const theirs = 'executable' in python ? await checked(python.executable, path, folder, ours.result) : python;
  const title = `CSV, ${whole(rows)} rows × ${spec.data.columns.length}, ${whole(size / 1e6)} MB, ${statedRules(spec.data)} rules`;
  print(`\n${markdownTable([title, 'wall s', 'CPU s', 'peak MB'], lines(ours, theirs))}`);
});

function lines(ours: Measured<Validated>, theirs: Measured<Checked> | Missing): string[][] {
  const line = (what: string, { wallSeconds, cpuSeconds, peakMb }: Measured<unknown>) => [
    what,
    seconds(wallSeconds),
    seconds(cpuSeconds),
    whole(peakMb),
  ];
  const own = line('Millrace, 2 threads', ours);
  if ('missing' in theirs) return [[`pandas: not measured, ${theirs.missing}`, '', '', ''], own];
  const ratios = (['wallSeconds', 'cpuSeconds', 'peakMb'] as const).map((figure) =>
    times(theirs[figure] / ours[figure]),
  );
  return [line(theirs.result.versions, theirs), own, ['pandas / Millrace', ...ratios]];
}

async function pythonWithPandas(folder: string): Promise<{ executable: string } | Missing> {
  const python = values.python ?? (await anyPython());
  if (typeof python !== 'string') return python;
  const probe = `import importlib.util, json; print(json.dumps(importlib.util.find_spec('pandas') is not None))`;
  if (await inChild<boolean>(python, ['-c', probe])) return { executable: python };
  if (!values.install) return { missing: 'there is no pandas; --install fetches it' };
  say(`installing ${PACKAGES.join(', ')}`);
  const environment = join(folder, 'venv');
  const executable = join(environment, 'bin', 'python');
  await run(python, ['-m', 'venv', environment]);
  await run(executable, ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', ...PACKAGES]);
  return { executable };
}

/** @throws Error if pandas finds something else than we do */
async function checked(executable: string, path: string, folder: string, ours: Validated): Promise<Measured<Checked>> {
  say('checking them with pandas');
  const { columns } = ours.profile as Profile;
  const edges = Object.fromEntries(columns.map(({ name, bins }) => [name, bins?.edges ?? []]));
  const input = { path, folder, edges, countries: COUNTRIES, plans: PLANS };
  const script = join(import.meta.dirname, 'validate-pandas.py');
  const measured = await best(repeat, () => inChild<Measured<Checked>>(executable, [script], { input }));
  const found = ({ total, quarantined, rules }: Validated | Checked) =>
    JSON.stringify([total, quarantined, Object.entries(rules).toSorted()]);
  if (found(measured.result) !== found(ours))
    throw new Error(`pandas found ${found(measured.result)}, Millrace found ${found(ours)}`);
  for (const { name, nulls, type, bins } of columns) {
    const same = type !== 'numeric' || String(measured.result.bins[name]) === String(bins?.counts);
    if (measured.result.nulls[name] !== nulls || !same) throw new Error(`pandas has another profile of ${name}`);
  }
  return measured;
}
