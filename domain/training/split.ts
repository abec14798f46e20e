import { createHash } from 'node:crypto';
import { placesOf } from '../datasets/lineage.ts';
import { durationMs } from '../duration.ts';
import type { DatasetVersion } from '../registry/entities.ts';
import type { Column } from '../spec/columns.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import { doubleLiteral, quoteIdentifier } from '../sql.ts';
import { timestampMs } from '../timestamps.ts';

export const SIDES = ['train', 'validation', 'holdout'] as const;
export type Side = (typeof SIDES)[number];

const SEPARATOR = '\u001f';
const BUCKETS = 2 ** 32;

/** Columns whose values decide a row's side: the id, or all of them. */
function keyColumns(spec: ModelSpec): Column[] {
  const { id, columns } = spec.data;
  return id === undefined ? columns : columns.filter(({ name }) => name === id);
}

/** DuckDB expression: 32 hex digits that say where a row goes, and in which order. Missing values count as empty. */
export function splitHashSql(spec: ModelSpec): string {
  return hashSql(keyColumns(spec));
}

/** DuckDB expression: tells rows of the same id apart, so that sorting by both hashes is a total order of distinct rows. */
export function rowHashSql(spec: ModelSpec): string {
  return hashSql(spec.data.columns);
}

function hashSql(columns: readonly Column[]): string {
  const texts = columns.map(({ name }) => `coalesce(CAST(${quoteIdentifier(name)} AS VARCHAR), '')`);
  return `md5(concat_ws(chr(31), ${texts.join(', ')}))`;
}

/** DuckDB expression over `splitHashSql`'s result: `holdout`, `validation` or `train`. */
export function sideSql(spec: ModelSpec, hash: string): string {
  const { holdout, validation } = spec.training.split;
  const bucket = `(CAST('0x' || substr(${hash}, 1, 8) AS BIGINT) / ${doubleLiteral(BUCKETS)})`;
  const below = (limit: number) => `${bucket} < ${doubleLiteral(limit)}`;
  return `CASE WHEN ${below(holdout)} THEN 'holdout' WHEN ${below(holdout + validation)} THEN 'validation' ELSE 'train' END`;
}

/** The counterpart of `splitHashSql` and `sideSql` for one row. */
export function sideOf(spec: ModelSpec, row: Readonly<Record<string, unknown>>): Side {
  const { holdout, validation } = spec.training.split;
  const key = keyColumns(spec).map(({ name, type }) => valueText(row[name], type));
  const hash = createHash('md5').update(key.join(SEPARATOR)).digest('hex');
  const bucket = Number.parseInt(hash.slice(0, 8), 16) / BUCKETS;
  if (bucket < holdout) return 'holdout';
  return bucket < holdout + validation ? 'validation' : 'train';
}

/** A value as DuckDB writes it. */
function valueText(value: unknown, type: Column['type']): string {
  if (value === null || value === undefined) return '';
  if (type === 'number') return doubleText(Number(value));
  if (type === 'timestamp') return timestampText(timestampMs(value));
  return String(value);
}

/** Shortest digits that give the same double; an exponent from 1e16 and below 1e-4; always a point or an exponent. */
function doubleText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa = '', power = ''] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= 16 || exponent < -4) {
    const digits = String(Math.abs(exponent)).padStart(2, '0');
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
  }
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}

function timestampText(ms: number): string {
  const text = new Date(ms).toISOString().replace('T', ' ').slice(0, -1);
  return text.replace(/\.?0+$/, '');
}

/** Time after which rows are taken, for a window that counts back from the newest row; undefined = no limit. */
export function windowFrom(spec: ModelSpec, datasets: readonly Pick<DatasetVersion, 'timeRange'>[]): Date | undefined {
  const { window } = spec.training;
  if (window === 'all' || !('last' in window)) return undefined;
  const newest = Math.max(
    ...datasets
      .map(({ timeRange }) => (timeRange ? Date.parse(timeRange.to) : Number.NaN))
      .filter((to) => !Number.isNaN(to)),
  );
  return Number.isFinite(newest) ? new Date(newest - durationMs(window.last)) : undefined;
}

/**
 * The data sets a run is made from, oldest upload first: accepted, not empty, each content once, not replaced by a replay,
 * and those that reach into the spec's training window. What was released from an upload is counted with it.
 */
export function chooseDatasets<T extends DatasetVersion>(spec: ModelSpec, datasets: readonly T[]): T[] {
  const seen = new Set<string>();
  const { stands, upload } = placesOf(datasets);
  const usable = datasets
    .filter(({ version }) => stands(version))
    .sort((a, b) => upload(a.version) - upload(b.version) || a.version - b.version)
    .filter((dataset) => {
      const content = contentOf(dataset, datasets);
      const first = !seen.has(content);
      const hasRows = (dataset.data ?? dataset.parts) !== undefined && dataset.rows > 0;
      const taken = dataset.verdict !== 'rejected' && hasRows && first;
      if (taken) seen.add(content);
      return taken;
    });
  const { window } = spec.training;
  if (window !== 'all' && 'datasets' in window) {
    const last = [...new Set(usable.map(({ version }) => upload(version)))].slice(-window.datasets);
    return usable.filter(({ version }) => last.includes(upload(version)));
  }
  const from = windowFrom(spec, usable);
  // without a time range nothing says that a data set is too old
  return usable.filter(({ timeRange }) => !from || !timeRange || Date.parse(timeRange.to) > from.getTime());
}

/** Versions of the same content have the same rows; what was released from an accepted one are the others of its rows. */
function contentOf({ contentDigest, origin }: DatasetVersion, datasets: readonly DatasetVersion[]): string {
  if (origin?.kind !== 'release') return contentDigest;
  const from = datasets.find(({ version }) => version === origin.of);
  return from && from.verdict !== 'rejected' ? `${contentDigest} released` : contentDigest;
}
