import { parseArgs } from 'node:util';
import { assessWindow } from '../domain/monitoring/assess/assess-window.ts';
import { WindowRecord } from '../domain/monitoring/window-record.ts';
import { DriftSimulation, FEATURES, simulatedSpec } from './lib/drift-simulation.ts';
import { markdownTable, numberOption, print, verdict, whole } from './lib/report.ts';

/**
 * Windows that are decided about in a second on one core, from their records: all monitors of a binary model with 20 features,
 * labels, no segments. Usage: node bench/monitor-decisions.ts [--windows 20000] [--rows 1000]
 */
const { values } = parseArgs({
  options: { windows: { type: 'string', default: '20000' }, rows: { type: 'string', default: '1000' } },
});
const windows = numberOption('windows', values.windows, 100);
const rows = numberOption('rows', values.rows, 1);

const ASKED = 5_000;
/** Different records, so that nothing is decided by what a processor remembers. */
const RECORDS = 200;
const ROUNDS = 5;

const simulation = new DriftSimulation({ seed: 1 });
const spec = simulatedSpec();
const { baseline } = simulation;
const records = Array.from({ length: RECORDS }, (_, i) => simulation.record(simulation.rows(rows), i * 86_400_000));
const texts = records.map((record) => JSON.stringify(record));
const decide = (record: WindowRecord) =>
  assessWindow({ spec, specVersion: 1, record, version: 1, baseline, earlier: [] });

const table = (
  [
    ['record in memory', (i: number) => decide(records[i] as WindowRecord)],
    ['with JSON.parse', (i: number) => decide(JSON.parse(texts[i] as string))],
    ['with JSON.parse and its schema', (i: number) => decide(WindowRecord.parse(JSON.parse(texts[i] as string)))],
    [
      'and the report as JSON',
      (i: number) => JSON.stringify(decide(WindowRecord.parse(JSON.parse(texts[i] as string)))),
    ],
  ] as const
).map(([name, run], i) => {
  const perSecond = fastest(run);
  return [name, whole(perSecond), (1e6 / perSecond).toFixed(0), i === 0 ? verdict(-perSecond, -ASKED) : ''];
});
const size = texts.reduce((sum, text) => sum + text.length, 0) / texts.length / 1024;
const report = JSON.stringify(decide(records[0] as WindowRecord)).length / 1024;
print(
  `\n${FEATURES} features, ${rows} labelled rows a window; a record is ${size.toFixed(1)} KB, its report ${report.toFixed(1)} KB\n\n`,
);
print(markdownTable(['from', 'windows a CPU second', 'µs each', `≥ ${whole(ASKED)}`], table));

/** CPU time of the best of some rounds, the first of which is warm-up: the machine is shared. */
function fastest(run: (i: number) => unknown): number {
  let best = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    const before = process.cpuUsage();
    const count = Math.ceil(windows / ROUNDS);
    for (let i = 0; i < count; i++) run(i % RECORDS);
    const { user, system } = process.cpuUsage(before);
    if (round > 0) best = Math.max(best, (1e6 * count) / (user + system));
  }
  return best;
}
