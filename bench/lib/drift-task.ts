/** One comparison in a process of its own: reads the paths as JSON, prints what it took and the report as JSON. */
import { json } from 'node:stream/consumers';
import type { DriftReport } from '../../domain/monitoring/drift-report.ts';
import { driftPage } from '../../domain/monitoring/html/drift-page.ts';
import { compareFiles } from '../../engine/drift/compare-files.ts';
import { inChild, type Measured, measured } from './measure.ts';

export interface DriftPaths {
  readonly reference: string;
  readonly current: string;
}

export interface Compared {
  readonly report: DriftReport;
  /** Of the page. */
  readonly pageBytes: number;
}

/** @param folder where the child may write; it leaves nothing there */
export const compareInChild = (paths: DriftPaths, folder: string): Promise<Measured<Compared>> =>
  inChild(process.execPath, [import.meta.filename], { input: paths, env: { ...process.env, TMPDIR: folder } });

if (import.meta.main) {
  const { reference, current } = (await json(process.stdin)) as DriftPaths;
  const took = await measured(async (): Promise<Compared> => {
    const report = await compareFiles({
      reference: { path: reference },
      current: { path: current },
      preset: 'millrace',
    });
    return { report, pageBytes: Buffer.byteLength(driftPage(report)) };
  });
  process.stdout.write(`${JSON.stringify(took)}\n`);
}
