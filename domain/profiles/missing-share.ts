import type { ColumnProfile } from './profile.ts';

/** Rows that have no finite value of the column's type. */
export const missingRows = ({ nulls, nans, infinities }: ColumnProfile): number => nulls + nans + infinities;

/** Their share of the rows; 0 without rows. */
export function missingShare(column: ColumnProfile): number {
  const missing = missingRows(column);
  const rows = column.count + missing;
  return rows === 0 ? 0 : missing / rows;
}
