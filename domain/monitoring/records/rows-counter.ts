import { type ProfiledColumn, referenceColumns } from '../../profiles/columns.ts';
import type { MomentSums } from '../../profiles/moments.ts';
import { ProfileAccumulator } from '../../profiles/profile-accumulator.ts';
import type { Baseline } from '../baseline.ts';
import { BROKEN_RULES, type BrokenCells, type RowsRecord, type Segment } from '../window-record.ts';

export type BrokenRule = BrokenCells['rule'];

/** Profile and broken cells of the rows of one version, or of one segment of them. */
export class RowsCounter {
  readonly segment: Segment | undefined;
  readonly #columns: readonly ProfiledColumn[];
  readonly #profile: ProfileAccumulator;
  /** By column and rule. */
  readonly #broken = new Map<string, number>();

  /** @param before what is known already, with the moments of its columns before they were rounded */
  constructor(
    columns: readonly ProfiledColumn[],
    segment?: Segment,
    before?: { readonly rows: RowsRecord; readonly moments: readonly MomentSums[] },
  ) {
    this.segment = segment;
    this.#columns = columns;
    this.#profile = new ProfileAccumulator(
      columns,
      before && { profile: before.rows.profile, moments: before.moments },
    );
    for (const { column, rule, rows } of before?.rows.broken ?? []) this.#broken.set(brokenKey(column, rule), rows);
  }

  /** @param row one value per column */
  add(row: readonly unknown[], weight: number): void {
    this.#profile.addRow(row, weight);
  }

  addBroken(column: string, rule: BrokenRule, weight: number): void {
    const key = brokenKey(column, rule);
    this.#broken.set(key, (this.#broken.get(key) ?? 0) + weight);
  }

  moments(): readonly MomentSums[] {
    return this.#profile.state().moments;
  }

  counts(): Pick<RowsRecord, 'segment' | 'profile' | 'broken'> {
    const broken = this.#columns.flatMap(({ name: column }) =>
      BROKEN_RULES.flatMap((rule) => {
        const rows = this.#broken.get(brokenKey(column, rule));
        return rows === undefined ? [] : [{ column, rule, rows }];
      }),
    );
    return { ...(this.segment && { segment: this.segment }), profile: this.#profile.profile(), broken };
  }
}

const brokenKey = (column: string, rule: BrokenRule): string => `${rule} ${column}`;

/** Features and prediction of a baseline, over its bins. */
export const countedColumns = ({ features, prediction }: Baseline, redacted: ReadonlySet<string>): ProfiledColumn[] =>
  referenceColumns([...features, prediction]).map((column, i) =>
    i < features.length && redacted.has(column.name) ? { ...column, uncounted: true } : column,
  );
