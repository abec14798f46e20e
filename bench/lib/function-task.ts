/** Uploads one after the other through one function, as a warm Lambda gets them; prints the milliseconds of each. */
import { json } from 'node:stream/consumers';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { handlerInMemory, LANDING } from './function-ports.ts';
import { inChild } from './measure.ts';

export interface Uploaded {
  readonly spec: ModelSpec;
  /** One data set each. */
  readonly files: readonly string[];
  readonly memoryLimitMb: number;
  /** Milliseconds a service takes to answer. */
  readonly answerMs: number;
}

export interface Handled {
  readonly milliseconds: readonly number[];
  /** CPU time of all threads, of each upload. */
  readonly cpuMilliseconds: readonly number[];
  readonly verdicts: readonly string[];
  readonly rows: number;
  /** Of the last upload, to services. */
  readonly requests: number;
}

/** @param folder where the child may write; it leaves nothing there */
export function runUploads(uploaded: Uploaded, folder: string): Promise<Handled> {
  const env = { ...process.env, TMPDIR: folder };
  return inChild(process.execPath, [import.meta.filename], { input: uploaded, env });
}

async function handleAll({ spec, files, memoryLimitMb, answerMs }: Uploaded): Promise<Handled> {
  const services = { answerMs, requests: 0 };
  const { handler, datasets } = handlerInMemory(spec, memoryLimitMb, services);
  const milliseconds: number[] = [];
  const cpuMilliseconds: number[] = [];
  for (const [index, file] of files.entries()) {
    const object = { key: `${spec.name}/rows-${index}.csv`, 'version-id': file };
    const message = {
      'detail-type': 'Object Created',
      time: '2026-11-20T10:00:00Z',
      detail: { bucket: { name: LANDING }, object },
    };
    const event = { Records: [{ messageId: String(index), body: JSON.stringify(message) }] };
    services.requests = 0;
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const { batchItemFailures } = await handler(event);
    milliseconds.push(performance.now() - start);
    const { user, system } = process.cpuUsage(cpu);
    cpuMilliseconds.push((user + system) / 1_000);
    if (batchItemFailures.length > 0) throw new Error(`${file} was not validated`);
  }
  const rows = datasets.reduce((sum, dataset) => sum + dataset.rows + dataset.quarantinedRows, 0);
  const verdicts = [...new Set(datasets.map(({ verdict }) => verdict))];
  return { milliseconds, cpuMilliseconds, verdicts, rows, requests: services.requests };
}

if (import.meta.main) {
  const handled = await handleAll((await json(process.stdin)) as Uploaded);
  process.stdout.write(`${JSON.stringify(handled)}\n`);
}
