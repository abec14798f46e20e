/**
 * Capture lines into the record and the index of a window: one call of one row and 20 features per line, from a file as the
 * function streams it from S3. Each run is a process of its own with plain Node; its CPU time is that of all its threads.
 *
 * Run: `node bench/monitor-capture.ts [--lines 1000000] [--label-every 4] [--repeat 2] [--folder DIR] [--keep]`. A million
 * lines take 1 GB of disk.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeCapture } from './lib/capture-data.ts';
import { type CaptureTask, runCaptureTask } from './lib/capture-task.ts';
import { best } from './lib/measure.ts';
import { markdownTable, numberOption, print, say, seconds, verdict, whole, withScratch } from './lib/report.ts';

/** For so many lines. */
const ASKED = { cpuSeconds: 5, peakMb: 300, lines: 1_000_000 };

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    'label-every': { type: 'string', default: '4' },
    repeat: { type: 'string', default: '2' },
    folder: { type: 'string' },
    keep: { type: 'boolean' },
  },
});
const count = numberOption('lines', values.lines, 1, 5_000_000);
const labelEvery = numberOption('label-every', values['label-every'], 1);
const repeat = numberOption('repeat', values.repeat, 1, 10);

await withScratch(values, async (folder) => {
  const paths = { lines: join(folder, 'capture.jsonl'), labels: join(folder, 'labels.jsonl') };
  say(`${whole(count)} lines are written`);
  const bytes = await writeCapture(paths, count, labelEvery);
  const runs: readonly (readonly [string, Omit<CaptureTask, 'index'>])[] = [
    ['capture', { paths: [paths.lines], segments: [] }],
    [`capture, and labels of 1 row in ${labelEvery}`, { paths: [paths.lines, paths.labels], segments: [] }],
    ['the same, labels first', { paths: [paths.labels, paths.lines], segments: [] }],
    ['capture, in 12 segments besides', { paths: [paths.lines], segments: ['f13', 'f14'] }],
  ];
  const cells: string[][] = [];
  for (const [what, task] of runs) {
    say(what);
    const { result, wallSeconds, cpuSeconds, peakMb } = await best(repeat, () =>
      runCaptureTask({ ...task, index: join(folder, 'index') }),
    );
    if (result.rows !== count) throw new Error(`${whole(result.rows)} rows of ${whole(count)} were counted`);
    const isAsked = count <= ASKED.lines && what === 'capture';
    cells.push([
      what,
      seconds(wallSeconds),
      seconds(cpuSeconds),
      whole(peakMb),
      (result.indexBytes / count).toFixed(1),
      whole(result.recordBytes / 1e3),
      isAsked ? verdict(cpuSeconds, ASKED.cpuSeconds) : '',
      isAsked ? verdict(peakMb, ASKED.peakMb) : '',
    ]);
  }
  const title = `${whole(count)} lines of ${whole(bytes)} B`;
  const limits = [`≤ ${ASKED.cpuSeconds} CPU s`, `≤ ${ASKED.peakMb} MB`];
  const header = [title, 'wall s', 'CPU s', 'peak MB', 'index B a row', 'record KB', ...limits];
  print(`${markdownTable(header, cells)}\n`);
});
