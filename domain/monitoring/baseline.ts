import * as z from 'zod';
import { ColumnProfile } from '../profiles/profile.ts';

/** `baseline.json` as prepare-training leaves it: there are no predictions yet. */
export const DraftBaseline = z.object({
  version: z.literal(1),
  /** Of the training split. */
  rows: z.number().int().nonnegative(),
  /** One per feature, in feature order, over the fixed bins and categories that live windows are counted over. */
  features: z.array(ColumnProfile),
  /** The target on the training split: a category of class labels, or numeric for regression. */
  label: ColumnProfile,
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
});
export type Baseline = z.infer<typeof Baseline>;
