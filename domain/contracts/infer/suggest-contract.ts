import type { DataSpec } from '../../spec/columns.ts';
import type { Check } from '../../spec/contract.ts';
import type { ModelSpec } from '../../spec/model-spec.ts';
import type { DataFacts } from './facts.ts';
import { nextShare, number, percent, roundDown, roundUp } from './shares.ts';
import { MIN_ROWS, type SuggestedColumn, suggestColumn } from './suggest-column.ts';

/** A check as it is written, without what is the default. */
export interface SuggestedCheck {
  readonly check: { readonly type: Check['type'] } & Readonly<Record<string, unknown>>;
  readonly why: string;
}

export interface SuggestedContract {
  readonly columns: readonly SuggestedColumn[];
  readonly keys: readonly { readonly columns: readonly string[]; readonly why: string }[];
  readonly checks: readonly SuggestedCheck[];
  /** What is to be known of the data as a whole. */
  readonly notes: readonly string[];
}

/** A file may have this many times fewer or more rows than those seen: it catches what is cut off or doubled and redoubled. */
const ROW_COUNT_FACTOR = 10;
/** Class shares move more than chance alone has it: half of what was seen is allowed. */
const BALANCE_SLACK = 0.5;

/** Suggests a contract by what was seen; with a spec, its roles are minded. Nothing asks for equality with what was seen. */
export function suggestContract(facts: DataFacts, spec?: ModelSpec): SuggestedContract {
  const nextRows = fileRows(facts);
  const columns = facts.columns.map((column) => {
    const role = {
      required: spec !== undefined && [spec.data.id, spec.data.timestamp, spec.data.target].includes(column.name),
      hidden: spec?.data.protected.includes(column.name) ?? false,
      label: spec !== undefined && spec.task !== 'regression' && spec.data.target === column.name,
    };
    return suggestColumn(column, role, nextRows);
  });
  const unique = columns.some(({ fields }) => fields.unique);
  return {
    columns,
    keys: facts.keys
      .filter((key) => key.unique && facts.rows >= MIN_ROWS)
      .map((key) => ({ columns: key.columns, why: `${number(facts.rows)} rows, no pair twice` })),
    checks: [...rowCount(facts), ...duplicates(facts, unique), ...balance(facts, spec)],
    notes: notesOf(facts),
  };
}

/** Of a file, on average: as many the next one is taken to have. */
const fileRows = ({ rows, files }: DataFacts): number => rows / Math.max(files.length, 1);

function notesOf({ source, rows, files, brokenLines }: DataFacts): string[] {
  return [
    `suggested by ${number(rows)} rows of ${source}: bounds hold for data of the same kind, so think of seasons and growth`,
    ...(rows < 1_000 ? ['few rows: bounds are wide, and some are left out'] : []),
    ...(files.length > 1
      ? [`${files.length} files of ${number(Math.min(...files))} to ${number(Math.max(...files))} rows`]
      : []),
    ...(brokenLines > 0 ? [`${number(brokenLines)} lines cannot be read and were left out`] : []),
  ];
}

/** Wide: a tenth of the smallest file to ten times the largest, each rounded to one digit outwards. */
function rowCount({ files }: DataFacts): SuggestedCheck[] {
  const [smallest, largest] = [Math.min(...files), Math.max(...files)];
  const min = Math.max(1, oneDigit(smallest / ROW_COUNT_FACTOR, Math.floor));
  const max = oneDigit(largest * ROW_COUNT_FACTOR, Math.ceil);
  const seen = files.length > 1 ? `${number(smallest)} to ${number(largest)} rows a file` : `${number(largest)} rows`;
  return [{ check: { type: 'row-count', min, max }, why: `${seen} seen: ten times less to ten times more` }];
}

function oneDigit(value: number, round: (value: number) => number): number {
  if (value < 1) return round(value);
  const unit = 10 ** Math.floor(Math.log10(value));
  return round(value / unit) * unit;
}

/** None seen leaves some to chance (`nextShare`). A column without repetition makes the check needless. */
function duplicates(facts: DataFacts, unique: boolean): SuggestedCheck[] {
  const { duplicateRows, rows } = facts;
  if (duplicateRows !== 0 || unique || rows < MIN_ROWS) return [];
  const maxShare = roundUp(nextShare(0, rows, fileRows(facts)).upper);
  return [
    {
      check: { type: 'duplicate-rows', maxShare },
      why: `none among ${number(rows)} rows: at most ${percent(maxShare)} would be chance`,
    },
  ];
}

/** Half of what the rarest class will have at least (`nextShare`), where every class is known. */
function balance(facts: DataFacts, spec: ModelSpec | undefined): SuggestedCheck[] {
  if (!spec || spec.task === 'regression') return [];
  const counts = classCounts(facts, spec.data);
  if (!counts || counts.length < 2) return [];
  const [label, count] = counts.reduce((rarest, one) => (one[1] < rarest[1] ? one : rarest));
  const labelled = counts.reduce((sum, [, n]) => sum + n, 0);
  if (labelled < MIN_ROWS) return [];
  const minShare = roundDown(nextShare(count, labelled, fileRows(facts)).lower * BALANCE_SLACK);
  if (minShare === 0) return [];
  const seen = `${percent(count / labelled)} of ${number(labelled)} labels are ${label}`;
  return [{ check: { type: 'label-balance', minShare }, why: `${seen}: half of what chance would leave` }];
}

function classCounts({ columns }: DataFacts, { target }: DataSpec): readonly (readonly [string, number])[] | undefined {
  const column = columns.find(({ name }) => name === target);
  return column?.texts?.values ?? column?.numbers?.values?.map(([value, n]): [string, number] => [String(value), n]);
}
