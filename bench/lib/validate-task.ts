/** One run of a validation benchmark in a process of its own: reads a `Task` as JSON, prints what it took as JSON. */
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { Profile } from '../../domain/profiles/profile.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { quoteLiteral } from '../../domain/sql.ts';
import { withDuckDb } from '../../engine/duckdb.ts';
import { meterFile } from '../../engine/source/meter.ts';
import { validateFile } from '../../engine/validate-file.ts';
import { withWorkFolder } from '../../engine/work-folder.ts';
import { type BareProfile, bareProfile, nativeRelation } from './bare-profile.ts';
import { inChild, type Measured, measured } from './measure.ts';

interface Limits {
  readonly memoryLimitMb: number;
  readonly threads: number;
}

export type Task = Limits &
  (
    | ({ readonly task: 'bare' } & BareProfile)
    | { readonly task: 'validate'; readonly spec: ModelSpec; readonly path: string; readonly write: boolean }
    | { readonly task: 'meter'; readonly path: string }
    | { readonly task: 'copy'; readonly spec: ModelSpec; readonly path: string }
  );

export interface Validated {
  readonly verdict: string;
  readonly total: number;
  readonly quarantined: number;
  /** Codes; none if it was accepted. */
  readonly reasons: readonly string[];
  /** Rows that break each rule, if any does. */
  readonly rules: Readonly<Record<string, number>>;
  readonly profile?: Profile;
}

export interface TaskResults {
  readonly bare: Profile;
  readonly validate: Validated;
  readonly meter: string;
  readonly copy: number;
}

/** @param folder where the child may write; it leaves nothing there */
export function runTask<T extends Task>(task: T, folder: string): Promise<Measured<TaskResults[T['task']]>> {
  return inChild(process.execPath, [import.meta.filename], { input: task, env: { ...process.env, TMPDIR: folder } });
}

async function perform(task: Task): Promise<TaskResults[Task['task']]> {
  const { memoryLimitMb, threads } = task;
  switch (task.task) {
    case 'bare':
      return withDuckDb({ memoryLimitMb, threads, files: [task.path] }, (connection) => bareProfile(connection, task));
    case 'meter':
      return (await meterFile(task.path)).sha256;
    case 'copy':
      return withWorkFolder('bench-copy', (folder) =>
        withDuckDb({ memoryLimitMb, threads, folders: [folder], files: [task.path] }, async (connection) => {
          const to = quoteLiteral(join(folder, 'data.parquet'));
          const { rowsChanged } = await connection.run(
            `COPY (FROM ${nativeRelation(task.spec, task.path)}) TO ${to} (FORMAT parquet, COMPRESSION zstd)`,
          );
          return rowsChanged;
        }),
      );
    case 'validate':
      return withWorkFolder('bench-validate', async (folder) => {
        const context = { at: '2026-11-20T10:00:00.000Z', history: [] };
        const input = { spec: task.spec, path: task.path, folder, context, memoryLimitMb, threads };
        return validateFile(input, async ({ judgement, writeData }): Promise<Validated> => {
          if (task.write) await writeData(join(folder, 'data.parquet'));
          const { verdict, rows, profile } = judgement;
          const reasons = judgement.reasons.map(({ code }) => code);
          const broken = judgement.rules.filter((rule) => rule.rows > 0);
          const rules = Object.fromEntries(broken.map((rule) => [rule.id, rule.rows]));
          return {
            ...{ verdict, total: rows.total, quarantined: rows.quarantined, reasons, rules },
            ...(profile && { profile }),
          };
        });
      });
  }
}

if (import.meta.main) {
  const task = (await json(process.stdin)) as Task;
  process.stdout.write(`${JSON.stringify(await measured(() => perform(task)))}\n`);
}
