import type { CheckOf } from './declared.ts';
import { type CheckInput, type Finding, insufficientData, judged, percent, rowsText, unavailable } from './finding.ts';

/** Missing cells among the rows. Not-a-number is not missing. */
export function nullShare({ column, max }: CheckOf<'null-share'>, { figures }: CheckInput): Finding {
  const { rows, columns } = figures.profile ?? { rows: 0, columns: [] };
  if (rows === 0) return insufficientData(`there is no row to count missing ${column} in`);
  const nulls = columns.find(({ name }) => name === column)?.nulls;
  if (nulls === undefined) return unavailable(`${column} was not counted`);
  return judgedShare(nulls, rows, max, `${column} is missing in ${nulls} of ${rowsText(rows)}`);
}

/** Cells that are none of the column's values among those that are not missing. */
export function unseenShare({ column, max }: CheckOf<'unseen-share'>, { figures }: CheckInput): Finding {
  const counted = figures.measures.unseen?.find((one) => one.column === column);
  if (!counted) return unavailable(`${column} was not compared with the values of the spec`);
  const { present, unseen } = counted;
  if (present === 0) return insufficientData(`${column} is missing in every row`);
  return judgedShare(unseen, present, max, `${unseen} of ${present} values of ${column} are none of the spec's`);
}

/** Rows equal to an earlier one among all rows. */
export function duplicateRows({ maxShare }: CheckOf<'duplicate-rows'>, { figures }: CheckInput): Finding {
  const { rows, measures } = figures;
  if (measures.duplicateRows === undefined) return unavailable('rows were not compared with each other');
  if (rows === 0) return insufficientData('there is no row to compare with others');
  const repeated = measures.duplicateRows;
  return judgedShare(repeated, rows, maxShare, `${repeated} of ${rowsText(rows)} repeat an earlier one`);
}

/** Rows whose id the champion was judged on among all rows. */
export function holdoutOverlap(
  { maxShare }: CheckOf<'holdout-overlap'>,
  { figures, spec, context }: CheckInput,
): Finding {
  const { rows, measures } = figures;
  const id = spec.data.id;
  if (id === undefined) return unavailable('the spec names no data.id to tell rows by');
  if (!context.holdoutIds) return unavailable('the rows a champion was judged on are not known, or no longer kept');
  if (measures.holdoutOverlap === undefined) return unavailable(`${id} was not compared with the holdout`);
  if (rows === 0) return insufficientData('there is no row to compare with the holdout');
  const shared = measures.holdoutOverlap;
  return judgedShare(shared, rows, maxShare, `the champion was judged on ${id} of ${shared} of ${rowsText(rows)}`);
}

function judgedShare(part: number, whole: number, max: number, what: string): Finding {
  return judged(part / whole, { max }, `${what} (${percent(part / whole)}); at most ${percent(max)} are allowed`);
}
