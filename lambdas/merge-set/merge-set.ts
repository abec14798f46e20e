import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ArtifactStore } from '../../domain/artifacts.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import {
  checkReasons,
  declaredChecks,
  judgeChecks,
  neededMeasures,
} from '../../domain/contracts/checks/judge-checks.ts';
import type { Measures } from '../../domain/contracts/checks/measures.ts';
import { judge } from '../../domain/contracts/judge.ts';
import type { Judgement } from '../../domain/contracts/judgement.ts';
import { addPart, judgedRules, type MergedParts, NO_PARTS } from '../../domain/datasets/merge-parts.ts';
import { recordDataset } from '../../domain/datasets/record-dataset.ts';
import {
  DatasetParts,
  SetContext,
  SetPlan,
  type SetWork,
  setDigest,
  setExecutionName,
  setFiles,
  setId,
} from '../../domain/datasets/sets.ts';
import { uploadIdentity } from '../../domain/datasets/upload.ts';
import type { EventPublisher } from '../../domain/events/catalog.ts';
import type { DatasetVersion, Reason } from '../../domain/registry/entities.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { quoteLiteral } from '../../domain/sql.ts';
import { queryOf, withDuckDb } from '../../engine/duckdb.ts';
import { measure } from '../../engine/measure/measure.ts';
import { countRepeatedRows } from '../../engine/sets/key-hashes.ts';
import { withWorkFolder } from '../../engine/work-folder.ts';
import type { LakeFiles } from '../adapters/lake-files.ts';
import { type PartSummary, partProblems, partResults, summarize } from './part-results.ts';
import { type RewrittenPart, setLaterRowsAside } from './set-later-rows-aside.ts';

export interface MergeSetDeps {
  readonly registry: Pick<Registry, 'requireSpec' | 'findDatasetByContent' | 'registerDataset' | 'completeClaim'>;
  readonly artifacts: ArtifactStore;
  readonly files: LakeFiles;
  readonly publisher: EventPublisher;
  readonly now: () => Date;
  readonly memoryLimitMb: number;
}

export interface SetOutcome {
  readonly outcome: DatasetVersion['verdict'];
  readonly model: string;
  readonly dataset: number;
  /** Machine-readable; never values. */
  readonly codes: readonly string[];
}

const BY = 'merge-set';
/** Accepted Parquet that leakage is looked for in: it takes the first parts for the whole, as far as they are larger. */
const LEAKAGE_BYTES = 1024 ** 3;

/** Makes one data set version of the validated parts of a set. A repeated call records the same again. */
export async function mergeSet(work: SetWork, deps: MergeSetDeps): Promise<SetOutcome> {
  const { model, seal, attempt } = work;
  const set = setId(seal);
  const files = setFiles(model, set);
  const plan = SetPlan.parse(await deps.files.readJson(files.plan));
  const { context, reference } = SetContext.parse(await deps.files.readJson(files.context));
  const spec = await deps.registry.requireSpec(model, plan.specVersion);
  const parts = await summarize(plan, deps.files);
  const contentDigest = setDigest(parts.map(({ sha256, key }) => ({ sha256: sha256 ?? `gone ${key}` })));
  const reasons = [...partProblems(parts), ...(await duplicate(plan, contentDigest, deps))];
  const merged =
    reasons.length > 0
      ? { judgement: refused(reasons), parts }
      : await withWorkFolder('set', (folder) =>
          mergeParts({ spec: spec.spec, plan, parts, folder, context: { context, reference } }, deps),
        );
  const dataset = await recordDataset(
    {
      spec,
      source: { ...plan.seal, size: plan.size },
      contentDigest,
      judgement: merged.judgement,
      context,
      files: { parts: await storeParts(merged.parts, merged.judgement, deps.artifacts) },
      by: BY,
      at: deps.now(),
    },
    deps,
  );
  const codes = dataset.reasons.map(({ code }) => code);
  const outcome = { outcome: dataset.verdict, model, dataset: dataset.version, codes };
  await deps.registry.completeClaim(uploadIdentity(seal), setExecutionName(model, set, attempt), outcome);
  return outcome;
}

const refused = (reasons: Reason[]): Judgement => ({
  verdict: 'rejected',
  reasons,
  warnings: [],
  rows: { total: 0, accepted: 0, quarantined: 0 },
  rules: [],
  checks: [],
});

async function duplicate({ model, seal }: SetPlan, contentDigest: string, deps: MergeSetDeps): Promise<Reason[]> {
  const twin = await deps.registry.findDatasetByContent(model, contentDigest);
  if (!twin || (twin.source.key === seal.key && twin.source.versionId === seal.versionId)) return [];
  const message = `the same bytes are data set ${twin.version} of ${model}, sealed as ${twin.source.key}`;
  return [{ code: 'duplicate', message }];
}

interface MergeInput {
  readonly spec: ModelSpec;
  readonly plan: SetPlan;
  readonly parts: readonly PartSummary[];
  readonly folder: string;
  readonly context: SetContext;
}

interface Merged {
  readonly judgement: Judgement;
  /** With the files as they are now. */
  readonly parts: readonly PartSummary[];
}

async function mergeParts(input: MergeInput, deps: MergeSetDeps): Promise<Merged> {
  const { spec, plan, folder, context } = input;
  return withDuckDb({ memoryLimitMb: deps.memoryLimitMb, folders: [folder] }, async (connection) => {
    const later = await setLaterRowsAside(connection, input, deps);
    if ('reasons' in later) return { judgement: refused(later.reasons), parts: input.parts };
    let merged = NO_PARTS;
    for await (const { index, judged } of partResults(plan, deps.files))
      if (judged) merged = addPart(merged, later.parts.get(index)?.figures ?? judged);
    const parts = input.parts.map((part) => ({ ...part, ...later.parts.get(part.index)?.files }));
    const measures = {
      ...merged.measures,
      ...(await ofTheWhole(connection, { ...input, parts, compared: later.compared }, deps.artifacts)),
    };
    return { judgement: judgementOf(spec, withLater(merged, later.parts), measures, context), parts };
  });
}

/** Rows that broke a key in another part count for its rule. */
function withLater(merged: MergedParts, rewritten: ReadonlyMap<number, RewrittenPart>): MergedParts {
  const rules = new Map(merged.rules);
  for (const { broken } of rewritten.values()) {
    for (const [id, rows] of broken) {
      const rule = rules.get(id);
      if (rule) rules.set(id, { ...rule, rows: rule.rows + rows });
    }
  }
  return { ...merged, rules };
}

/** Figures that do not add up over parts. */
async function ofTheWhole(
  connection: DuckDBConnection,
  { spec, parts, folder, context, compared }: MergeInput & { compared: boolean },
  artifacts: ArtifactStore,
): Promise<Measures> {
  const needed = neededMeasures(declaredChecks(spec));
  const duplicateRows = needed.duplicateRows && compared ? await countRepeatedRows(connection) : undefined;
  const leakage = needed.leakage ? await measureLeakage(connection, { spec, parts, folder, context }, artifacts) : {};
  return { ...(duplicateRows !== undefined && { duplicateRows }), ...leakage };
}

async function measureLeakage(
  connection: DuckDBConnection,
  { spec, parts, folder, context }: Pick<MergeInput, 'spec' | 'parts' | 'folder' | 'context'>,
  artifacts: ArtifactStore,
): Promise<Measures> {
  const paths: string[] = [];
  let left = LEAKAGE_BYTES;
  for (const { index, data } of parts) {
    if (!data) continue;
    left -= data.size;
    if (left < 0 && paths.length > 0) break;
    const path = join(folder, `leakage-${index}.parquet`);
    await artifacts.getFile(data, path);
    paths.push(path);
  }
  if (paths.length === 0) return {};
  const query = queryOf(connection);
  const relation = `read_parquet([${paths.map(quoteLiteral).join(', ')}])`;
  const only = { duplicateRows: false, unseen: [], labels: false, leakage: true, holdoutOverlap: false };
  return measure(query, relation, spec, only, context.context);
}

function judgementOf(spec: ModelSpec, merged: MergedParts, measures: Measures, { context }: SetContext): Judgement {
  const { rows, profile, timeRange, source } = merged;
  const rules = judgedRules(spec, merged);
  const good = rows.total - rows.bad;
  const figures = { rows: good, profile, ...(timeRange && { timeRange }), measures };
  const checks = rows.total > 0 ? judgeChecks(declaredChecks(spec), figures, spec, context) : [];
  const verdict = judge(spec.data, rows, rules, checkReasons(checks));
  const accepted = verdict.verdict === 'rejected' ? 0 : good;
  return {
    ...verdict,
    rows: { total: rows.total, accepted, quarantined: rows.bad },
    ...(source && { source }),
    rules,
    checks,
    ...(profile && { profile }),
    ...(timeRange && { timeRange }),
  };
}

async function storeParts(parts: readonly PartSummary[], { verdict }: Judgement, artifacts: ArtifactStore) {
  const content: DatasetParts = {
    files: verdict === 'rejected' ? [] : parts.flatMap(({ data }) => data ?? []),
    quarantine: parts.flatMap(({ quarantine }) => quarantine ?? []),
    raw: parts.flatMap(({ raw }) => raw ?? []),
  };
  const text = canonicalJson(DatasetParts.parse(content));
  return artifacts.putBytes('parts.json', Buffer.from(text), 'application/json');
}
