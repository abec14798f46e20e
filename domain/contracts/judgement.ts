import * as z from 'zod';
import { Profile } from '../profiles/profile.ts';
import { Instant, Reason, VERDICTS } from '../registry/entities.ts';
import { Severity } from '../spec/contract.ts';

const Count = z.number().int().nonnegative();

/** What became of one rule over rows. Every rule of the contract is there, kept or broken. */
export const RuleOutcome = z.object({
  /** `out-of-range:age`, or the id a spec gives it; of a line that cannot be read, its code: `too-few-cells`. */
  id: z.string(),
  code: z.string(),
  column: z.string().optional(),
  message: z.string(),
  severity: Severity,
  /** Rows the rule is about, as the spec says it. */
  when: z.string().optional(),
  /** Rows that break it. */
  rows: Count,
  /** Rows it is about; absent without `when`: all of them. */
  about: Count.optional(),
  mostly: z.number().optional(),
  maxRows: Count.optional(),
  /** `tolerated`: broken within its tolerance. Rows that break an `error` rule are set aside in either case. */
  status: z.enum(['kept', 'tolerated', 'broken']),
  /** Cells that broke it; none of protected columns. */
  examples: z.array(z.string()),
});
export type RuleOutcome = z.infer<typeof RuleOutcome>;

/** `insufficient-history`, `insufficient-data` and `unavailable` neither pass nor fail, and are always said. */
export const CHECK_STATUSES = ['passed', 'failed', 'insufficient-history', 'insufficient-data', 'unavailable'] as const;

export const CheckOutcome = z.object({
  id: z.string(),
  type: z.string(),
  column: z.string().optional(),
  severity: Severity,
  status: z.enum(CHECK_STATUSES),
  /** The figure that was judged, in the unit the message names. */
  value: z.number().optional(),
  /** Least and largest value allowed. */
  min: z.number().optional(),
  max: z.number().optional(),
  /** A sentence with the figure and what is allowed. */
  message: z.string(),
});
export type CheckOutcome = z.infer<typeof CheckOutcome>;

/** How the file was read. */
export const SourceFacts = z.object({
  format: z.enum(['csv', 'jsonl', 'parquet']),
  compression: z.enum(['none', 'gzip', 'zstd']),
  /** Of CSV. */
  delimiter: z.string().optional(),
  quote: z.string().optional(),
  header: z.boolean().optional(),
  /** Columns the spec does not name, at most 100. */
  extraColumns: z.array(z.string()),
  /** Nullable columns that are absent. */
  missingColumns: z.array(z.string()),
  reordered: z.boolean(),
});
export type SourceFacts = z.infer<typeof SourceFacts>;

/**
 * What the bytes are worth under a contract. It depends on the bytes, the spec and the `ValidationContext`, on nothing
 * else: a function and a laptop come to the same.
 */
export const Judgement = z.object({
  verdict: z.enum(VERDICTS),
  /** Why rows or all of it were refused. */
  reasons: z.array(Reason),
  warnings: z.array(Reason),
  rows: z.object({ total: Count, accepted: Count, quarantined: Count }),
  source: SourceFacts.optional(),
  rules: z.array(RuleOutcome),
  checks: z.array(CheckOutcome),
  /** Of the rows that are not set aside, whatever the verdict; absent if no row could be read. */
  profile: Profile.optional(),
  /** Smallest and largest value of the timestamp column among them. */
  timeRange: z.object({ from: Instant, to: Instant }).optional(),
});
export type Judgement = z.infer<typeof Judgement>;
