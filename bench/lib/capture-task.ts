/** Builds the record of a window in a process of its own: reads a `CaptureTask` as JSON, prints what it took as JSON. */
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { json } from 'node:stream/consumers';
import { canonicalDigest } from '../../domain/canonical-json.ts';
import { WindowBuilder, type WindowInput } from '../../domain/monitoring/records/window-builder.ts';
import { captureBaseline, captureSpec, WINDOW } from './capture-data.ts';
import { inChild, type Measured, measured } from './measure.ts';

export interface CaptureTask {
  /** Files of lines: the objects of the window. */
  readonly paths: readonly string[];
  readonly segments: readonly string[];
  /** Where the index goes. */
  readonly index: string;
}

export interface CaptureResult {
  readonly rows: number;
  readonly labelled: number;
  readonly segments: number;
  readonly indexBytes: number;
  readonly recordBytes: number;
  readonly digest: string;
}

export const runCaptureTask = (task: CaptureTask): Promise<Measured<CaptureResult>> =>
  inChild(process.execPath, [import.meta.filename], { input: task });

/** As the function reads an object: decoded piece by piece, and cut by line feeds. */
async function* linesOf(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part !== '') yield part;
  }
  if (rest !== '') yield rest;
}

async function perform({ paths, index }: CaptureTask, reference: WindowInput['reference']): Promise<CaptureResult> {
  const builder = new WindowBuilder({
    model: 'bench',
    window: WINDOW,
    labelHorizonMs: 86_400_000,
    task: 'binary',
    reference,
  });
  for (const path of paths) await builder.addObject(path, linesOf(path));
  const record = builder.record();
  const bytes = builder.index();
  await writeFile(index, bytes);
  const [version] = record.versions;
  return {
    rows: version?.whole.profile.rows ?? 0,
    labelled: record.tally.labels.labelled,
    segments: version?.segments.length ?? 0,
    indexBytes: bytes.length,
    recordBytes: JSON.stringify(record).length,
    digest: canonicalDigest({ ...record, ledger: [] }),
  };
}

if (import.meta.main) {
  const task = (await json(process.stdin)) as CaptureTask;
  const baseline = captureBaseline(task.segments);
  const found = { baseline, baselineDigest: '0'.repeat(64), classes: ['0', '1'], spec: captureSpec(task.segments) };
  const reference = async () => found;
  process.stdout.write(`${JSON.stringify(await measured(() => perform(task, reference)))}\n`);
}
