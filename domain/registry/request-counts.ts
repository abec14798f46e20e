import * as z from 'zod';

/** Requests a version answered during a rollout. */
export const VersionCounts = z.object({
  version: z.number().int(),
  requests: z.number().int(),
  errors: z.number().int(),
  latencyMsSum: z.number(),
});
export type VersionCounts = z.infer<typeof VersionCounts>;

const Bins = z.array(z.number()).default([]);

export const Compared = z.object({
  requests: z.number().int(),
  rows: z.number().int(),
  /** Of the rows, those decided otherwise. */
  disagreeing: z.number().int(),
  /** Requests of which a row chosen by chance was decided otherwise. */
  sampled: z.number().int(),
  /** Sum over rows of the absolute difference. */
  differenceSum: z.number(),
  /** Requests per decade of the largest difference among their rows: domain/rollout/comparison.ts. */
  differences: z.array(z.number()),
});
export type Compared = z.infer<typeof Compared>;

/** Of them, those that were routed by one revision of the traffic item: at shares that are known. */
export const RequestCounts = VersionCounts.extend({
  rev: z.number().int(),
  /** Requests per bin of domain/rollout/bins.ts; one that failed counts with the time until it did. */
  latencies: Bins,
  /** Requests that were answered, per bin of the prediction of one of their rows. */
  predictions: Bins,
  /** Copies that a shadow answered, beside what the champion had answered. */
  compared: Compared.optional(),
  /** Requests that are labelled, per bin of the mean loss of their rows: shared out between the two bins beside it. */
  losses: Bins,
});
export type RequestCounts = z.infer<typeof RequestCounts>;
