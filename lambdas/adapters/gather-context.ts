import type { ArtifactRef, ArtifactStore } from '../../domain/artifacts.ts';
import { type DeclaredCheck, declaredChecks } from '../../domain/contracts/checks/declared.ts';
import { pastVersions } from '../../domain/contracts/checks/past-versions.ts';
import { type HistoryEntry, ValidationContext } from '../../domain/contracts/context.ts';
import { Baseline } from '../../domain/monitoring/baseline.ts';
import { Profile } from '../../domain/profiles/profile.ts';
import type { DatasetVersion, ModelVersion } from '../../domain/registry/entities.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';

export interface GatherDeps {
  readonly registry: Pick<Registry, 'listDatasets' | 'findAlias' | 'requireVersion'>;
  readonly artifacts: Pick<ArtifactStore, 'getBytes'>;
  /** Asked for where the spec has a check for it; undefined if they are not known. */
  readonly holdoutIds: (serving: ModelVersion) => Promise<string[] | undefined>;
}

export interface ContextOptions {
  /** The version whose bytes are judged again: what came after it is not its past. */
  readonly again?: number | undefined;
}

/** Versions listed at first; rejected and replaced ones are among them. */
const FIRST_PAGE = 20;
/** Profiles read at a time. */
const PARALLEL = 8;

/**
 * What the spec's checks need to know, and the profile of the version before, whose bins are counted again.
 *
 * @param at when the file came
 */
export async function gatherContext(
  deps: GatherDeps,
  spec: ModelSpec,
  at: Date,
  { again }: ContextOptions = {},
): Promise<ValidationContext> {
  const checks = declaredChecks(spec);
  return ValidationContext.parse({
    at: at.toISOString(),
    history: await history(deps, spec.name, checks, again),
    ...(await champion(deps, spec.name, checks)),
  });
}

async function history(
  deps: GatherDeps,
  model: string,
  checks: readonly DeclaredCheck[],
  again: number | undefined,
): Promise<HistoryEntry[]> {
  const compared = checks.filter((check) => check.type === 'volume' || check.type === 'statistic');
  const wanted = Math.max(1, ...compared.map(({ versions }) => versions));
  const versions = await newestPast(deps.registry, model, wanted, again);
  const entries: HistoryEntry[] = [];
  for (let start = 0; start < versions.length; start += PARALLEL) {
    const batch = versions.slice(start, start + PARALLEL);
    entries.push(...(await Promise.all(batch.map((one, i) => entryOf(deps, one, columnsOf(checks, start + i))))));
  }
  return entries;
}

/** The list grows until there are enough versions to compare with, or no more. */
async function newestPast(
  registry: GatherDeps['registry'],
  model: string,
  wanted: number,
  again: number | undefined,
): Promise<DatasetVersion[]> {
  for (let limit = Math.max(FIRST_PAGE, 2 * wanted); ; limit *= 4) {
    const listed = await registry.listDatasets(model, limit);
    const found = pastVersions(listed, again);
    if (found.length >= wanted || listed.length < limit) return found.slice(0, wanted);
  }
}

type Columns = 'all' | ReadonlySet<string>;

/** Columns of a version that are looked at. @param index from the newest: all of its columns are counted again */
function columnsOf(checks: readonly DeclaredCheck[], index: number): Columns {
  if (index === 0) return 'all';
  const names = checks.flatMap((check) => (check.type === 'statistic' && index < check.versions ? [check.column] : []));
  return new Set(names);
}

async function entryOf(
  { artifacts }: GatherDeps,
  { version, rows, at, profile }: DatasetVersion,
  columns: Columns,
): Promise<HistoryEntry> {
  const entry = { dataset: version, rows, at };
  if (!profile || (columns !== 'all' && columns.size === 0)) return entry;
  const whole = Profile.parse(await readJson(artifacts, profile));
  if (columns === 'all') return { ...entry, profile: whole };
  // a hundred profiles of a thousand columns are too much to hold
  return { ...entry, profile: { ...whole, columns: whole.columns.filter(({ name }) => columns.has(name)) } };
}

async function champion(
  deps: GatherDeps,
  model: string,
  checks: readonly DeclaredCheck[],
): Promise<Pick<ValidationContext, 'champion' | 'holdoutIds'>> {
  const asks = (type: DeclaredCheck['type']) => checks.some((check) => check.type === type);
  if (!asks('drift') && !asks('holdout-overlap')) return {};
  const alias = await deps.registry.findAlias(model, 'champion');
  if (!alias) return {};
  const serving = await deps.registry.requireVersion(model, alias.version);
  const baseline = async () => Baseline.parse(await readJson(deps.artifacts, serving.artifacts.baseline));
  const ids = asks('holdout-overlap') ? await deps.holdoutIds(serving) : undefined;
  return {
    ...(asks('drift') && { champion: { version: serving.version, baseline: await baseline() } }),
    ...(ids && { holdoutIds: ids }),
  };
}

async function readJson(artifacts: GatherDeps['artifacts'], ref: ArtifactRef): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await artifacts.getBytes(ref)));
}
