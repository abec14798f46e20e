import * as z from 'zod';
import { Duration } from '../duration.ts';
import { ColumnName } from './column-name.ts';
import { DRIFT_METHODS } from './monitoring.ts';

/** `error`: rows are set aside, a failed check rejects the data set. `warn`: it is said, and nothing else happens. */
export const Severity = z.enum(['error', 'warn']);
export type Severity = z.infer<typeof Severity>;

/** As written into quarantined rows: `out-of-range:age`, `arrival-after-departure`. */
export const RuleId = z
  .string()
  .min(1)
  .max(200)
  .refine((id) => !/[\p{Cc}]/u.test(id), 'must not contain control characters');

const description = z.string().max(500).optional();
const Share = z.number().min(0).max(1);

/**
 * A rule over the cells of one row. With `expression` it is a rule of its own; without, `id` names a rule that a column
 * makes (`out-of-range:age`) and the other fields change it.
 */
export const RowRule = z.strictObject({
  id: RuleId,
  /** Must not be false. A row it has no answer for, because a cell is missing, keeps it. */
  expression: z.string().min(1).max(4_000).optional(),
  /** Rows the rule is about. @default every row */
  when: z.string().min(1).max(4_000).optional(),
  severity: Severity.default('error'),
  /** Least share of the rows it is about that must keep it; fewer reject the data set (`error`) or warn. */
  mostly: Share.optional(),
  /** Most rows that may break it. */
  maxRows: z.number().int().min(0).optional(),
  description,
});
export type RowRule = z.infer<typeof RowRule>;

const check = {
  /** @default the type, and the column if there is one: `null-share:age` */
  id: RuleId.optional(),
  severity: Severity.default('error'),
  description,
};

/** How a figure is compared with the same figure of earlier accepted versions. */
const history = {
  /** Accepted versions looked back at. */
  versions: z.number().int().min(1).max(100).default(10),
  /** With fewer the status is `insufficient-history`, which neither passes nor fails. */
  minVersions: z.number().int().min(1).max(100).default(3),
  strategy: z
    .discriminatedUnion('type', [
      /** Change against the mean of the versions, as shares of it. */
      z.strictObject({
        type: z.literal('relative'),
        maxDecrease: z.number().min(0).max(1).default(0.5),
        maxIncrease: z.number().min(0).default(1),
      }),
      /** Mean plus or minus so many standard deviations (n − 1). */
      z.strictObject({ type: z.literal('deviation'), sigmas: z.number().positive().default(3) }),
      /** Median plus or minus so many median absolute deviations, each 1.4826 of them a standard deviation. */
      z.strictObject({ type: z.literal('median'), sigmas: z.number().positive().default(4) }),
      /** From the smallest to the largest seen, widened by a share of their distance. */
      z.strictObject({ type: z.literal('range'), margin: z.number().min(0).default(0.25) }),
    ])
    .prefault({ type: 'relative' }),
};

/** Figures of a column that are compared with history. */
export const STATISTICS = ['mean', 'stddev', 'min', 'max', 'nullShare'] as const;

/** A rule over the data set as a whole. */
export const Check = z.discriminatedUnion('type', [
  /** Accepted rows. */
  z.strictObject({
    type: z.literal('row-count'),
    ...check,
    min: z.number().int().min(0).optional(),
    max: z.number().int().min(0).optional(),
  }),
  /** Age of the newest `data.timestamp` when the file came. */
  z.strictObject({ type: z.literal('freshness'), ...check, maxAge: Duration }),
  /** Rows equal to an earlier one in every column of the spec. */
  z.strictObject({ type: z.literal('duplicate-rows'), ...check, maxShare: Share.default(0) }),
  /** Missing cells of a nullable column; also made by a column's `maxNullShare`. */
  z.strictObject({ type: z.literal('null-share'), ...check, column: ColumnName, max: Share }),
  /** Cells that are none of the column's `values`; also made by its `maxUnseenShare`. */
  z.strictObject({ type: z.literal('unseen-share'), ...check, column: ColumnName, max: Share }),
  /** Accepted rows against history. */
  z.strictObject({ type: z.literal('volume'), ...check, ...history }),
  z.strictObject({
    type: z.literal('statistic'),
    ...check,
    column: ColumnName,
    statistic: z.enum(STATISTICS),
    ...history,
  }),
  /** Distribution of features against the baseline of the champion; without one the status is `unavailable`. */
  z.strictObject({
    type: z.literal('drift'),
    ...check,
    /** @default every feature */
    columns: z.array(ColumnName).min(1).optional(),
    method: z.enum(DRIFT_METHODS).default('psi'),
    threshold: z.number().positive().default(0.25),
    minRows: z.number().int().min(1).default(200),
  }),
  /** Share of each class among labelled rows. */
  z.strictObject({ type: z.literal('label-balance'), ...check, minShare: Share, maxShare: Share.optional() }),
  /** A feature that alone tells the label: |2 AUC − 1|, correlation or share of explained variance above this. */
  z.strictObject({ type: z.literal('leakage'), ...check, threshold: z.number().min(0).max(1).default(0.99) }),
  /** Rows whose `data.id` the champion was judged on. */
  z.strictObject({ type: z.literal('holdout-overlap'), ...check, maxShare: Share.default(0) }),
]);
export type Check = z.infer<typeof Check>;
export type CheckType = Check['type'];
