import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ArtifactStore } from '../../domain/artifacts.ts';
import { declaredChecks, neededMeasures } from '../../domain/contracts/checks/judge-checks.ts';
import { type Contract, type ContractRule, compileContract } from '../../domain/contracts/contract.ts';
import type { PartFigures } from '../../domain/datasets/merge-parts.ts';
import { PartResult, type SetContext, type SetPlan, setFiles } from '../../domain/datasets/sets.ts';
import { referenceColumns } from '../../domain/profiles/columns.ts';
import type { Profile } from '../../domain/profiles/profile.ts';
import { profileRelation, type Query } from '../../domain/profiles/profile-sql.ts';
import type { Reason } from '../../domain/registry/entities.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';
import { timeRange } from '../../domain/timestamps.ts';
import { queryOf } from '../../engine/duckdb.ts';
import { measure } from '../../engine/measure/measure.ts';
import { comparesRows, findLaterRows, type LaterRows, loadKeyHashes } from '../../engine/sets/key-hashes.ts';
import { prepareSetAside, setAsideLater } from '../../engine/sets/set-aside.ts';
import type { LakeFiles } from '../adapters/lake-files.ts';
import type { PartSummary } from './part-results.ts';

export interface RewrittenPart {
  readonly figures: PartFigures;
  readonly files: Pick<PartSummary, 'data' | 'quarantine'>;
  /** Rows that broke a key rule because of an earlier part, by the rule's id. */
  readonly broken: ReadonlyMap<string, number>;
}

export interface LaterInput {
  readonly spec: ModelSpec;
  readonly plan: SetPlan;
  readonly parts: readonly PartSummary[];
  readonly folder: string;
  readonly context: SetContext;
}

export interface LaterDeps {
  readonly artifacts: ArtifactStore;
  readonly files: LakeFiles;
}

const PARQUET = 'application/vnd.apache.parquet';
/** Accepted Parquet that is written anew: as much as a function's time is enough for. */
const MAX_REWRITTEN_BYTES = 8 * 1024 ** 3;
const AT_ONCE = 16;

/**
 * Sets aside the second and later rows of a key that earlier parts have: only the parts that have such rows are written
 * anew. With so many of them that there is no time for it, the set is refused.
 */
export async function setLaterRowsAside(
  connection: DuckDBConnection,
  input: LaterInput,
  deps: LaterDeps,
): Promise<{ parts: ReadonlyMap<number, RewrittenPart>; compared: boolean } | { reasons: Reason[] }> {
  const { spec, plan, parts, folder } = input;
  const paths = comparesRows(spec) ? await downloadKeys(plan, parts, folder, deps.files) : [];
  if (paths.length === 0) return { parts: new Map(), compared: false };
  await loadKeyHashes(connection, paths);
  await prepareSetAside(connection);
  const contract = compileContract(spec, []);
  const rules = keyRules(contract);
  const later = await findLaterRows(connection, rules.length);
  const affected = new Set(later.map(({ part }) => part));
  const bytes = parts.reduce((sum, { index, data }) => sum + (affected.has(index) ? (data?.size ?? 0) : 0), 0);
  if (bytes > MAX_REWRITTEN_BYTES) return { reasons: tooMany(rules, later, affected.size) };
  const rewritten = new Map<number, RewrittenPart>();
  for (const part of parts)
    if (affected.has(part.index))
      rewritten.set(part.index, await rewrite(connection, { ...input, part, contract, rules }, deps));
  return { parts: rewritten, compared: true };
}

/** In the order of the keys. */
const keyRules = ({ rules }: Contract): ContractRule[] =>
  rules.filter(({ code }) => code === 'not-unique' || code === 'duplicate-key');

const tooMany = (rules: readonly ContractRule[], later: readonly LaterRows[], parts: number): Reason[] =>
  rules.flatMap(({ code, column, message }, key) => {
    const rows = later.reduce((sum, one) => sum + (one.key === key ? one.rows : 0), 0);
    if (rows === 0) return [];
    const text = `${message}: ${rows} rows in ${parts} objects have what an earlier object has, too many to set aside`;
    return [{ code, message: text, ...(column !== undefined && { column }), rows }];
  });

async function downloadKeys(
  { model, set }: SetPlan,
  parts: readonly PartSummary[],
  folder: string,
  files: LakeFiles,
): Promise<string[]> {
  const wanted = parts.filter(({ keys }) => keys);
  const path = (index: number) => join(folder, `keys-${index}.parquet`);
  for (let start = 0; start < wanted.length; start += AT_ONCE)
    await Promise.all(
      wanted
        .slice(start, start + AT_ONCE)
        .map(({ index }) => files.download(setFiles(model, set).keys(index), path(index))),
    );
  return wanted.map(({ index }) => path(index));
}

interface Rewriting extends LaterInput {
  readonly part: PartSummary;
  readonly contract: Contract;
  /** Of its keys. */
  readonly rules: readonly ContractRule[];
}

async function rewrite(
  connection: DuckDBConnection,
  { spec, plan, part, folder, contract, rules, context }: Rewriting,
  { artifacts, files }: LaterDeps,
): Promise<RewrittenPart> {
  const { judged } = PartResult.parse(await files.readJson(setFiles(plan.model, plan.set).part(part.index)));
  if (!judged?.data) throw new Error(`part ${part.index} of ${plan.set} has later rows, but no rows`);
  const room = join(folder, `part-${part.index}`);
  await mkdir(room);
  try {
    const from = { index: part.index, data: join(room, 'data.parquet'), quarantine: join(room, 'quarantine.parquet') };
    await artifacts.getFile(judged.data, from.data);
    if (part.quarantine) await artifacts.getFile(part.quarantine, from.quarantine);
    const to = { data: join(room, 'left.parquet'), quarantine: join(room, 'aside.parquet') };
    const source = { ...from, quarantine: part.quarantine && from.quarantine };
    const raw = { path: join(room, 'upload'), folder: join(room, 'unpacked') };
    await artifacts.getFile(judged.raw, raw.path);
    const done = await setAsideLater(connection, { spec, part: source, raw, contract, keyRules: rules, to });
    const broken = new Map(rules.map(({ id }, key) => [id, done.rows[key] ?? 0]));
    const quarantine = done.quarantined
      ? { quarantine: await artifacts.putFile('quarantine.parquet', to.quarantine, PARQUET) }
      : {};
    if (done.aside === 0) return { figures: judged, files: quarantine, broken };
    const { judgement } = judged;
    const left = await figuresOf(connection, { spec, context, data: to.data, profile: judgement.profile as Profile });
    const rows = { ...judgement.rows, quarantined: judgement.rows.quarantined + done.aside };
    const { timeRange: _, ...counted } = judgement;
    const hasRows = rows.total > rows.quarantined;
    const data = hasRows ? await artifacts.putFile('data.parquet', to.data, PARQUET) : undefined;
    return {
      figures: { judgement: { ...counted, rows, ...left.judgement }, measures: left.measures },
      files: { ...quarantine, data },
      broken,
    };
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

interface Left {
  readonly spec: ModelSpec;
  readonly context: SetContext;
  readonly data: string;
  /** Of the part as it was: its bins are counted again. */
  readonly profile: Profile;
}

async function figuresOf(connection: DuckDBConnection, { spec, context, data, profile }: Left) {
  const query = queryOf(connection);
  const relation = `read_parquet(${quoteLiteral(data)})`;
  const { champion } = context.context;
  const fixed = new Set(
    [...(champion?.baseline.features ?? []), ...(champion ? [champion.baseline.label] : [])].map(({ name }) => name),
  );
  // categories that nothing fixes are those that are there
  const columns = referenceColumns(profile.columns).map(({ categories, ...column }) =>
    categories && (column.type !== 'category' || fixed.has(column.name)) ? { ...column, categories } : column,
  );
  const needed = { ...neededMeasures(declaredChecks(spec)), duplicateRows: false, leakage: false };
  const range = await timesOf(query, relation, spec.data.timestamp);
  return {
    judgement: { profile: await profileRelation(query, relation, columns), ...(range && { timeRange: range }) },
    measures: await measure(query, relation, spec, needed, context.context),
  };
}

async function timesOf(query: Query, relation: string, column: string | undefined) {
  if (column === undefined) return undefined;
  const time = `epoch_ms(${quoteIdentifier(column)})`;
  const [row = {}] = await query(`SELECT min(${time}) AS first, max(${time}) AS last FROM ${relation}`);
  return timeRange(row.first, row.last);
}
