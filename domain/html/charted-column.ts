import type { ColumnProfile } from '../profiles/profile.ts';

/** A column to draw, beside an earlier or reference one. */
export interface ChartedColumn {
  readonly now: ColumnProfile;
  readonly before?: ColumnProfile;
  /** Both were counted over the same bins. */
  readonly sameBins: boolean;
}

/** What a chart calls that other column. */
export interface Beside {
  /** `version 12` */
  readonly name: string;
  /** One word of it: `before`. */
  readonly word: string;
}
