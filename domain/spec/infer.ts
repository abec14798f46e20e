import { isNested } from '../datasets/source-sql.ts';
import type { COLUMN_TYPES, DataSpec } from './columns.ts';
import type { TASKS } from './model-spec.ts';

/** What is known of a column of a data file. */
export interface ColumnStatistics {
  readonly name: string;
  /** DuckDB's type. */
  readonly type: string;
  readonly rows: number;
  readonly nulls: number;
  readonly distinct: number;
  /** Every value as text, sorted, if there are at most MAX_CLASSES. */
  readonly values?: readonly string[];
  /** strptime format of times that are not in ISO 8601. */
  readonly format?: string;
}

export interface InferOptions {
  readonly name: string;
  readonly format: DataSpec['format'];
  readonly delimiter?: string;
  readonly target?: string;
  readonly task?: (typeof TASKS)[number];
}

export interface InferredSpec {
  readonly document: Record<string, unknown>;
  /** What was guessed and why, by path in the document. */
  readonly notes: ReadonlyMap<string, string>;
}

type ColumnType = (typeof COLUMN_TYPES)[number];
interface Guess extends ColumnStatistics {
  readonly kind: ColumnType;
}

const TARGET_NAMES = ['target', 'label', 'y', 'class', 'outcome', 'churn', 'churned', 'is_fraud', 'default', 'delayed'];
const ID_NAME = /^(?:id|uuid|guid|key|.*_(?:id|uuid)|.*Id)$/;
const TIME_NAME = /^(?:timestamp|event_time|eventtime|datetime|date|time|ts|.*_(?:at|time|ts|date|timestamp))$/i;
const INTEGER = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/;
const NUMBER = /^(FLOAT|DOUBLE|DECIMAL)/;
/** More values than this are no classes. */
export const MAX_CLASSES = 50;
/** So many values, repeated this often on average, make a text a category. */
const MAX_CATEGORIES = 1_000;
const MIN_REPEATS = 5;

/** @throws RangeError saying what to add to the command line if no target can be told */
export function inferSpec(statistics: readonly ColumnStatistics[], options: InferOptions): InferredSpec {
  const notes = new Map<string, string>();
  // nested columns, and names that are reserved, such as the index pandas adds
  const usable = statistics.filter(({ name, type }) => !isNested(type) && !name.startsWith('__'));
  const columns = usable.map((column): Guess => ({ ...column, kind: columnKind(column) }));
  const target = findTarget(columns, options.target);
  if (options.target === undefined) notes.set('data.target', `guessed by its name among ${columns.length} columns`);
  const { task, classes, kind } = taskOf(target, options.task);
  if (options.task === undefined) notes.set('task', `guessed: ${target.name} has ${target.distinct} distinct values`);
  const rest = columns.filter((column) => column !== target);
  const id = rest.find((column) => isId(column));
  if (id) notes.set('data.id', 'no value occurs twice; the split hashes it, so a row never changes sides');
  const timestamp =
    rest.find((column) => column.kind === 'timestamp' && column.nulls === 0 && TIME_NAME.test(column.name)) ??
    rest.find((column) => column.kind === 'timestamp' && column.nulls === 0);
  if (timestamp) notes.set('data.timestamp', 'the time a row is about; windows and trends go by it');
  const roles = new Set([target, id, timestamp]);
  const ignored = rest.filter((column) => !roles.has(column) && isUseless(column));
  if (ignored.length > 0)
    notes.set('data.ignored', 'constant, empty or different in nearly every row: nothing to learn from');
  if (rest.every((column) => roles.has(column) || ignored.includes(column)))
    throw new RangeError('no column is left to learn from: every other one is constant, empty or names rows');
  notes.set(
    'data.columns',
    'millrace contract infer --spec suggests ranges and values: bad rows are then set aside before they train a model',
  );
  notes.set('evaluation.gates', 'a model that misses one of these is not registered; set what your use needs');

  const document = {
    apiVersion: 'millrace/v1',
    name: options.name,
    task,
    ...(classes && { classes }),
    data: {
      format: options.format,
      ...(options.delimiter !== undefined && options.delimiter !== ',' && { delimiter: options.delimiter }),
      columns: columns.map((column) => columnDocument(column === target ? { ...column, kind } : column)),
      target: target.name,
      ...(id && { id: id.name }),
      ...(timestamp && { timestamp: timestamp.name }),
      ...(usable.length < statistics.length && { extraColumns: 'ignore' }),
      ...(ignored.length > 0 && { ignored: ignored.map(({ name }) => name) }),
    },
    training: { algorithm: 'xgboost', xgboost: { hyperparameters: hyperparametersOf(task, classes) } },
    evaluation: { gates: GATES[task] },
    deployment: { target: 'serverless' },
  };
  return { document, notes };
}

const GATES = {
  binary: [
    { type: 'absolute', metric: 'auc', min: 0.6 },
    { type: 'champion', metric: 'auc' },
  ],
  multiclass: [
    { type: 'champion', metric: 'accuracy' },
    { type: 'champion', metric: 'log_loss' },
  ],
  regression: [
    { type: 'absolute', metric: 'r2', min: 0 },
    { type: 'champion', metric: 'rmse' },
  ],
};

function hyperparametersOf(task: keyof typeof GATES, classes: readonly string[] | undefined): object {
  const shared = { num_round: 200, eta: 0.1, max_depth: 6, early_stopping_rounds: 10 };
  if (task === 'binary') return { objective: 'binary:logistic', eval_metric: 'auc', ...shared };
  if (task === 'regression') return { objective: 'reg:squarederror', eval_metric: 'rmse', ...shared };
  return { objective: 'multi:softprob', num_class: classes?.length, eval_metric: 'mlogloss', ...shared };
}

/** The column type that goes with DuckDB's; texts that repeat are categories. */
export function columnKind({
  type,
  name,
  rows,
  nulls,
  distinct,
}: Pick<ColumnStatistics, 'type' | 'name' | 'rows' | 'nulls' | 'distinct'>): ColumnType {
  if (INTEGER.test(type)) return 'integer';
  if (NUMBER.test(type)) return 'number';
  if (type === 'BOOLEAN') return 'boolean';
  if (/^(DATE|TIMESTAMP)/.test(type)) return 'timestamp';
  const repeats = distinct > 0 ? (rows - nulls) / distinct : 0;
  return !ID_NAME.test(name) && distinct <= MAX_CATEGORIES && repeats >= MIN_REPEATS ? 'category' : 'string';
}

function findTarget(columns: readonly Guess[], wanted: string | undefined): Guess {
  const names = columns.map(({ name }) => name).join(', ');
  if (wanted !== undefined) {
    const found = columns.find(({ name }) => name === wanted);
    if (found) return found;
    throw new RangeError(`--target ${JSON.stringify(wanted)} is no column; the columns are ${names}`);
  }
  for (const name of TARGET_NAMES) {
    const found = columns.find((column) => column.name.toLowerCase() === name);
    if (found) return found;
  }
  throw new RangeError(
    `no column is called ${TARGET_NAMES.slice(0, 3).join(', ')} …: name one with --target; the columns are ${names}`,
  );
}

interface TaskGuess {
  readonly task: (typeof TASKS)[number];
  readonly kind: ColumnType;
  readonly classes?: readonly string[];
}

function taskOf(target: Guess, wanted: InferOptions['task']): TaskGuess {
  const { kind, values, distinct, name } = target;
  const numeric = kind === 'integer' || kind === 'number';
  const bits = values?.every((value) => value === '0' || value === '1') === true;
  const few = distinct >= 2 && values !== undefined;
  const task =
    wanted ??
    (kind === 'boolean' || (few && distinct === 2 && (!numeric || bits))
      ? 'binary'
      : numeric
        ? 'regression'
        : 'multiclass');
  const fail = (why: string): never => {
    throw new RangeError(`column ${name} cannot be the target of a ${task} task: ${why}`);
  };
  if (kind === 'timestamp') return fail('it holds times');
  if (task === 'regression') return numeric ? { task, kind } : fail('it holds no numbers');
  if (kind === 'boolean') return task === 'binary' ? { task, kind } : fail('it has two values');
  if (!few) return fail(`it has ${distinct} distinct values`);
  if (task === 'binary' && distinct !== 2) return fail(`it has ${distinct} distinct values`);
  const whole = values.every((value) => /^(?:0|-?[1-9][0-9]*)$/.test(value));
  if (kind === 'number' && !whole) return fail('it holds fractions');
  if (numeric) {
    const classes = [...values].sort((a, b) => Number(a) - Number(b));
    return task === 'binary' && bits ? { task, kind: 'integer' } : { task, kind: 'integer', classes };
  }
  return { task, kind: 'category', classes: values };
}

const isId = ({ name, kind, rows, nulls, distinct }: Guess): boolean =>
  ID_NAME.test(name) && (kind === 'string' || kind === 'integer') && nulls === 0 && distinct === rows;

function isUseless({ kind, rows, nulls, distinct }: Guess): boolean {
  if (distinct <= 1) return true;
  return kind === 'string' && rows - nulls > 20 && distinct > 0.5 * (rows - nulls);
}

/** Bounds and values stay the author's decision: what one file holds is not what is allowed. */
function columnDocument({ name, kind, nulls, format }: Guess): object {
  return { name, type: kind, ...(nulls > 0 && { nullable: true }), ...(kind === 'timestamp' && format && { format }) };
}
