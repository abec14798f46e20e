import type { DuckDBConnection } from '@duckdb/node-api';
import { checkReasons, declaredChecks, judgeChecks, neededMeasures } from '../domain/contracts/checks/judge-checks.ts';
import type { ValidationContext } from '../domain/contracts/context.ts';
import type { Release } from '../domain/contracts/contract.ts';
import { judge } from '../domain/contracts/judge.ts';
import type { CheckOutcome, Judgement } from '../domain/contracts/judgement.ts';
import { refused, tooLarge } from '../domain/datasets/refusals.ts';
import type { ModelSpec } from '../domain/spec/model-spec.ts';
import { quoteLiteral } from '../domain/sql.ts';
import { queryOf, withDuckDb } from './duckdb.ts';
import { measure } from './measure/measure.ts';
import { type ScannedRows, scanRows } from './scan/scan-rows.ts';
import { unreadable } from './scan/unreadable.ts';
import { TORN_APART } from './source/broken-records.ts';
import { type Metered, meterFile } from './source/meter.ts';
import { openSource } from './source/open-source.ts';
import { type StepProgress, stepProgress } from './step-progress.ts';

export interface ValidateFileInput {
  readonly spec: ModelSpec;
  /** The file as it came, compressed or not. */
  readonly path: string;
  /** What is known of its bytes; read if it is not given. */
  readonly facts?: Metered;
  /** An empty folder for what is written on the way; its owner removes it. */
  readonly folder: string;
  readonly context: ValidationContext;
  /** @default 1,504: what the function has */
  readonly memoryLimitMb?: number;
  /** @default 2 */
  readonly threads?: number;
  /** A person lets pass what an earlier judgement refused. */
  readonly release?: Release;
  readonly onProgress?: (progress: StepProgress) => void;
}

/** A judged file, while its database is open. */
export interface ValidatedFile {
  readonly judgement: Judgement;
  readonly sha256: string;
  readonly size: number;
  /** Parquet file in the folder, if rows were set aside. */
  readonly quarantine?: string;
  /** Writes the rows that were not set aside, typed, as Parquet; whatever the verdict. Nothing if none could be read. */
  writeData(path: string): Promise<void>;
}

/** Half of 3,008 MB. CSV of a thousand columns does not fit in 1,024. */
const DEFAULT_MEMORY_MB = 1_504;

const OUT_OF_MEMORY = /^Out of Memory Error/;

/** Judges one file. `use` gets the result while the accepted rows can still be read. */
export async function validateFile<T>(input: ValidateFileInput, use: (file: ValidatedFile) => Promise<T>): Promise<T> {
  const { path, folder, memoryLimitMb, threads } = input;
  input.onProgress?.({ step: 'reading' });
  const facts = input.facts ?? (await meterFile(path));
  const options = {
    memoryLimitMb: memoryLimitMb ?? DEFAULT_MEMORY_MB,
    threads: threads ?? 2,
    folders: [folder],
    files: [path],
  };
  const judge = (parallel: boolean) =>
    withDuckDb(parallel ? options : { ...options, threads: 1 }, async (connection) => {
      const steps = await stepProgress(connection, input.onProgress);
      const judged = await judgeFile(connection, { ...input, ...steps }, facts, parallel)
        .catch((error: unknown) => {
          if (parallel && error instanceof Error && OUT_OF_MEMORY.test(error.message)) return undefined;
          throw error;
        })
        .finally(steps.end);
      if (judged === undefined) return undefined;
      const { judgement, scanned } = judged;
      if (parallel && judgement.reasons.some(({ code }) => code === TORN_APART)) return undefined;
      const used = await use({
        judgement,
        sha256: facts.sha256,
        size: facts.size,
        ...(scanned?.quarantine && { quarantine: scanned.quarantine }),
        async writeData(to) {
          if (!scanned) return;
          const parquet = `(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${scanned.rowGroupSize})`;
          await connection.run(`COPY (SELECT * FROM ${scanned.accepted}) TO ${quoteLiteral(to)} ${parquet}`);
        },
      });
      return { used };
    });
  // what several threads cannot read, or not in the memory there is, one may
  const done = (await judge(true)) ?? (await judge(false));
  return (done as { used: T }).used;
}

interface Steps {
  readonly onStep: (step: string) => void;
}

async function judgeFile(
  connection: DuckDBConnection,
  input: ValidateFileInput & Steps,
  facts: Metered,
  parallel: boolean,
): Promise<{ judgement: Judgement; scanned?: ScannedRows }> {
  const { spec, path, folder, context, release, onStep } = input;
  const large = tooLarge(facts.size, spec);
  if (large) return { judgement: refused([large]) };
  const opened = await openSource(connection, spec.data, path, folder, { metered: facts, parallel });
  if ('reasons' in opened) return { judgement: refused(opened.reasons, opened.facts) };
  const { source, file, facts: sourceFacts } = opened;
  const scan = await unreadable(async () => {
    const scanned = await scanRows(connection, { spec, source, file, folder, context, release, onStep });
    if ('reasons' in scanned) return scanned;
    return { scanned, checks: await runChecks(connection, input, scanned) };
  });
  if ('reasons' in scan) return { judgement: refused(scan.reasons, sourceFacts) };
  if ('reasons' in scan.value) return { judgement: refused(scan.value.reasons, sourceFacts) };
  const { scanned, checks } = scan.value;
  const limits = release === undefined ? spec.data : { maxQuarantineShare: 1, minRows: 1 };
  const { rows, rules, profile, timeRange } = scanned;
  const verdict = judge(limits, rows, rules, checkReasons(checks));
  return {
    scanned,
    judgement: {
      ...verdict,
      rows: {
        total: rows.total,
        accepted: verdict.verdict === 'rejected' ? 0 : rows.total - rows.bad,
        quarantined: rows.bad,
      },
      source: sourceFacts,
      rules: [...rules],
      checks,
      profile,
      ...(timeRange && { timeRange }),
    },
  };
}

/** What a person let pass is not held against the data set as a whole either. */
async function runChecks(
  connection: DuckDBConnection,
  { spec, context, release, onStep }: ValidateFileInput & Steps,
  { rows, profile, timeRange, accepted }: ScannedRows,
): Promise<CheckOutcome[]> {
  const checks = release === undefined ? declaredChecks(spec) : [];
  if (checks.length === 0) return [];
  onStep('checking the data set');
  const query = queryOf(connection);
  const measures = await measure(query, accepted, spec, neededMeasures(checks), context);
  const figures = { rows: rows.total - rows.bad, profile, ...(timeRange && { timeRange }), measures };
  return judgeChecks(checks, figures, spec, context);
}
