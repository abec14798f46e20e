import type { TASKS } from '../spec/model-spec.ts';
import { listLiteral, quoteLiteral } from '../sql.ts';

type Task = (typeof TASKS)[number];

/**
 * Lines that a container answered, as `line`, in order. Blank ones are left out: `AssembleWith: Line` may add one to an answer
 * that ends with a line end itself.
 */
export function answerLines(paths: readonly string[]): string {
  // nothing separates cells: NUL is no text
  const options = `auto_detect = false, header = false, delim = ${quoteLiteral('\0')}, quote = '', escape = '', columns = {'line': 'VARCHAR'}`;
  return `(SELECT line FROM read_csv([${paths.map(quoteLiteral).join(', ')}], ${options}) WHERE trim(line) <> '')`;
}

/**
 * The numbers of `line` as DOUBLE[]: separated by white space, commas or semicolons, in brackets or not, as SageMaker's
 * XGBoost writes classes. NULL for what is no number.
 */
export const numbersSql = (line: string): string =>
  `list_transform(list_filter(regexp_split_to_array(${line}, '[\\s,;\\[\\]]+'), lambda part: part <> ''), lambda part: TRY_CAST(part AS DOUBLE))`;

/** True unless `numbers` has `width` finite numbers; never NULL. */
export const unusableSql = (numbers: string, width: number): string =>
  `coalesce(len(${numbers}) <> ${width} OR list_count(list_filter(${numbers}, lambda number: isfinite(number))) <> ${width}, true)`;

/** What is selected of `numbers`, under the names of the version's signature. */
export function outputsSql(task: Task, classes: readonly string[], numbers: string): string[] {
  if (task === 'binary') return [`${numbers}[1] AS probability`];
  if (task === 'regression') return [`${numbers}[1] AS prediction`];
  const labels = listLiteral(classes.map(quoteLiteral), 'VARCHAR');
  return [`${numbers} AS probabilities`, `(${labels})[list_position(${numbers}, list_max(${numbers}))] AS label`];
}
