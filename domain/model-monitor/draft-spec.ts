import { checkSpec } from '../spec/check.ts';
import { type ColumnStatistics, type InferOptions, type InferredSpec, inferSpec } from '../spec/infer.ts';
import type { Problem } from '../spec/problem.ts';
import { type Constraints, configOf, type FeatureConstraints } from './constraints.ts';
import { profileOfStatistics } from './reference-profile.ts';
import type { FeatureStatistics, Statistics } from './statistics.ts';

export interface DraftedSpec extends InferredSpec {
  /** What is left to fill in or to repair. */
  readonly problems: readonly Problem[];
  /** What became of each feature's constraints, in one line. */
  readonly fates: readonly { readonly feature: string; readonly inferredType: string; readonly becomes: string }[];
}

export interface DraftOptions {
  readonly name: string;
  readonly target?: string;
  readonly task?: InferOptions['task'];
}

type ColumnDocument = Record<string, unknown> & { name: string; type: string };

const PLACEHOLDER = 'target';
const DUCK_TYPES = { Integral: 'BIGINT', Fractional: 'DOUBLE', String: 'VARCHAR', Unknown: 'VARCHAR' } as const;
/** How Spark calls the columns of a CSV file without header. */
const NAMELESS = /^_c\d+$/;

/**
 * A first model spec of a Model Monitor baseline: columns by inferred type, and the contract that its constraints are.
 * A target that the statistics do not hold is added, and marked `FILL IN`.
 *
 * @throws RangeError saying what to add to the command line, as inferSpec does
 */
export function draftSpec(statistics: Statistics, constraints: Constraints, options: DraftOptions): DraftedSpec {
  const known = featuresOf(statistics, constraints);
  const columns = known.map((feature) => columnStatistics(feature, statistics.dataset.item_count));
  const wanted = options.target;
  const { inferred, added } = inferWithTarget(columns, options);
  const asked = new Map(constraints.features.map((feature) => [feature.name, feature]));
  const data = inferred.document.data as { columns: ColumnDocument[]; target: string; id?: string; ignored?: string[] };
  const documents = new Map(data.columns.map((column) => [column.name, column]));
  const notes = new Map(inferred.notes);
  notes.set('data.columns', 'types and contract are those of statistics.json and constraints.json');
  if (added) {
    notes.set('data.target', `FILL IN: ${wanted ?? 'the target'} is not in the statistics; its column is a guess`);
    notes.set('task', 'FILL IN, with classes, objective and gates that go with it: a guess');
  } else if (options.task === undefined) notes.set('task', `guessed by type and values of ${data.target}; check it`);
  const counted = profileOfStatistics(statistics).columns.filter(({ bins, categories }) => bins ?? categories);
  const references = new Set(counted.map(({ name }) => name));
  const fates = known.map(({ name, inferred_type }) => {
    const column = documents.get(name);
    const role =
      name === data.target ? 'target' : name === data.id ? 'id' : data.ignored?.includes(name) ? 'ignored' : '';
    const becomes = column ? carry(column, asked.get(name), constraints, role) : 'left out: its name is reserved';
    const compared = references.has(name) ? '' : '; drift not judged: the statistics have no distribution of it';
    return { feature: name, inferredType: inferred_type, becomes: `${becomes}${compared}` };
  });
  if (columns.every(({ name }) => NAMELESS.test(name))) {
    Object.assign(data, { header: false });
    notes.set('data.header', 'the baseline had no names: give the columns better ones, in the order of the file');
  }
  const checked = checkSpec(inferred.document);
  return { document: inferred.document, notes, fates, problems: 'problems' in checked ? checked.problems : [] };
}

/** In the order of the statistics; what only the constraints know comes last. */
function featuresOf({ features }: Statistics, constraints: Constraints): FeatureStatistics[] {
  const names = new Set(features.map(({ name }) => name));
  const more = constraints.features.filter(({ name }) => !names.has(name));
  return [...features, ...more.map(({ name, inferred_type }) => ({ name, inferred_type }))];
}

function inferWithTarget(columns: ColumnStatistics[], { name, target, task }: DraftOptions) {
  const options = {
    name,
    format: 'csv',
    ...(target !== undefined && { target }),
    ...(task !== undefined && { task }),
  } as const;
  const isThere = target === undefined || columns.some((column) => column.name === target);
  try {
    if (isThere) return { inferred: inferSpec(columns, options), added: false };
  } catch (error) {
    if (!(error instanceof RangeError) || target !== undefined) throw error;
  }
  const [rows] = columns.map((column) => column.rows);
  const added = {
    name: target ?? PLACEHOLDER,
    type: 'BIGINT',
    rows: rows ?? 2,
    nulls: 0,
    distinct: 2,
    values: ['0', '1'],
  };
  return { inferred: inferSpec([...columns, added], { ...options, target: added.name }), added: true };
}

function columnStatistics(feature: FeatureStatistics, rows: number): ColumnStatistics {
  const { name, inferred_type, numerical_statistics: numbers, string_statistics: texts } = feature;
  const common = numbers?.common ?? texts?.common;
  const values = numbers ? wholeValues(feature) : valuesOf(feature);
  const constant = numbers?.min !== undefined && numbers.min === numbers.max;
  // of numbers it is not known: many, but not as many as rows, which would make a name of a row
  const distinct = values?.length ?? (constant ? 1 : (texts?.distinct_count ?? Math.max(rows - 1, 2)));
  return {
    name,
    type: numbers && inferred_type === 'Unknown' ? 'DOUBLE' : DUCK_TYPES[inferred_type],
    rows,
    nulls: common?.num_missing ?? 0,
    distinct,
    ...(values && { values }),
  };
}

/** Whole numbers over a span of less than ten have a bucket each. */
function wholeValues({ inferred_type, numerical_statistics }: FeatureStatistics): string[] | undefined {
  const { min, max, distribution } = numerical_statistics ?? {};
  const buckets = distribution?.kll?.buckets ?? [];
  if (inferred_type !== 'Integral' || min === undefined || max === undefined || buckets.length !== 10) return undefined;
  if (max - min >= 10 || max === min) return undefined;
  const bucketOf = (value: number) => Math.min(9, Math.floor(((value - min) * 10) / (max - min) + 1e-9));
  const span = Array.from({ length: max - min + 1 }, (_, i) => min + i);
  return span.filter((value) => (buckets[bucketOf(value)]?.count ?? 0) > 0).map(String);
}

function valuesOf({ string_statistics }: FeatureStatistics): string[] | undefined {
  const buckets = string_statistics?.distribution?.categorical?.buckets;
  const whole = buckets && buckets.reduce((sum, { count }) => sum + count, 0) === string_statistics.common.num_present;
  return whole && buckets.length > 0 ? buckets.map(({ value }) => value).sort() : undefined;
}

/** Writes a feature's constraints into its column. @returns what they became */
function carry(
  column: ColumnDocument,
  feature: FeatureConstraints | undefined,
  constraints: Constraints,
  role: string,
): string {
  const said: string[] = role === '' ? [] : [role];
  const text = () => [column.type, ...said].join('; ');
  if (!feature) return `${text()}; no constraints`;
  const config = configOf(constraints, feature);
  if (!config.evaluate) return `${text()}; its constraints are Disabled`;
  const { completeness, num_constraints, string_constraints } = feature;
  if (completeness !== undefined) {
    delete column.nullable;
    if (completeness < 1) Object.assign(column, { nullable: true });
    const share = Number((1 - completeness).toPrecision(6));
    if (completeness > 0 && completeness < 1) Object.assign(column, { maxNullShare: share });
    said.push(completeness < 1 ? `may be missing in ${percent(share)} % of rows` : 'never missing');
  }
  if (num_constraints?.is_non_negative && (column.type === 'integer' || column.type === 'number')) {
    column.min = 0;
    said.push('min 0');
  }
  const domains = string_constraints?.domains ?? [];
  if (domains.length > 0 && role !== 'target' && (column.type === 'string' || column.type === 'category')) {
    const others = Number((1 - config.domainMatch).toPrecision(6));
    Object.assign(column, {
      type: 'category',
      values: [...new Set(domains)],
      ...(others > 0 && { maxUnseenShare: others }),
    });
    said.push(`${domains.length} values${others > 0 ? `, others in ${percent(others)} % of rows` : ''}`);
  }
  return text();
}

const percent = (share: number): number => Number((share * 100).toPrecision(3));
