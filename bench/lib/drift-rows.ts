import { tallSql, writeRows } from './validate-rows.ts';
import type { Format } from './validate-specs.ts';

/** So many categories have the column that has most. */
const CITIES = 500;

/**
 * Rows to compare: 11 numbers, 6 categories, id, time and a boolean. The current ones are other draws of the same laws but
 * for some: balance moved, total spread, discount misses more, plan has other shares and country a new value.
 */
export async function writeSides(
  rows: number,
  paths: { readonly reference: string; readonly current: string },
  format: Format,
  folder: string,
): Promise<void> {
  const drawn = (count: number) => tallSql({ rows: count, badShare: 0, cities: CITIES });
  await writeRows(drawn(rows), paths.reference, format, folder);
  const later = `SELECT * REPLACE (
      balance + 1000 AS balance,
      round(total * 1.2, 2) AS total,
      CASE WHEN hash(id, 'less') % 8 > 0 THEN discount END AS discount,
      CASE WHEN hash(id, 'other') % 4 = 0 THEN 'free' ELSE plan END AS plan,
      CASE WHEN hash(id, 'new') % 10 = 0 THEN 'XK' ELSE country END AS country)
    FROM (${drawn(2 * rows)}) WHERE id >= printf('u%010d', ${rows})`;
  await writeRows(later, paths.current, format, folder);
}
