import * as z from 'zod';
import { ColumnProfile } from '../profiles/profile.ts';
import { LiveCounts } from './live-counts.ts';
import { GroupCounts, Segment } from './window-record.ts';

/** Rows of the training split with one value of a column of spec.monitoring.segments. */
const DraftSegment = Segment.extend({
  rows: z.number().int().nonnegative(),
  /** Over the same bins as the whole. */
  features: z.array(ColumnProfile),
});

/** `baseline.json` as prepare-training leaves it: there are no predictions yet. */
export const DraftBaseline = z.object({
  version: z.literal(1),
  /** Of the training split. */
  rows: z.number().int().nonnegative(),
  /** One per feature, in feature order, over the fixed bins and categories that live windows are counted over. */
  features: z.array(ColumnProfile),
  /** The target on the training split: a category of class labels, or numeric for regression. */
  label: ColumnProfile,
  segments: z.array(DraftSegment).default([]),
});
export type DraftBaseline = z.infer<typeof DraftBaseline>;

/** What live windows of a model version are compared with. `referenceColumns` of its profiles says what to count. */
export const Baseline = DraftBaseline.extend({
  /** Of the holdout, which the prediction's profile is about. */
  holdoutRows: z.number().int().nonnegative(),
  /**
   * Named `prediction`: the positive class's probability (binary), the likeliest label (multiclass, a category) or the
   * predicted number (regression).
   */
  prediction: ColumnProfile,
  /** One per feature, summing to 1: its share of the model's total gain. Absent where the model does not tell. */
  importances: z.array(z.number().nonnegative()).optional(),
  /** Labels and scores of the holdout. Versions from before it have none: their quality has nothing to be held against. */
  live: LiveCounts.optional(),
  /** Of the holdout, for the columns of spec.monitoring.bias. */
  groups: z.array(GroupCounts).default([]),
  segments: z
    .array(
      DraftSegment.extend({
        holdoutRows: z.number().int().nonnegative(),
        prediction: ColumnProfile,
        live: LiveCounts.optional(),
      }),
    )
    .default([]),
});
export type Baseline = z.infer<typeof Baseline>;
