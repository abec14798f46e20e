import * as z from 'zod';
import { Duration } from '../duration.ts';

/** What a candidate is held against at each step. */
const limits = {
  /** Requests the candidate must have answered before a step counts as watched. */
  minRequests: z.number().int().min(0).default(0),
  maxErrorRate: z.number().min(0).max(1).default(0.01),
  /** Mean latency of the candidate, milliseconds. */
  maxLatencyMs: z.number().positive().default(1_000),
};
/** How long each step is watched. */
const bake = Duration.default('5m');

export const RolloutStrategy = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('all-at-once') }),
  z.strictObject({
    type: z.literal('canary'),
    /** Share of traffic at each step before all of it, rising. */
    steps: z.array(z.number().gt(0).lt(1)).min(1).max(10),
    bake,
    ...limits,
  }),
  z.strictObject({
    type: z.literal('linear'),
    /** Share of traffic that each step adds. */
    increment: z.number().min(0.01).max(0.5).default(0.1),
    bake,
    ...limits,
  }),
  z.strictObject({
    type: z.literal('shadow'),
    /** Of the requests, those that the candidate gets a copy of. It never answers. */
    share: z.number().gt(0).max(1).default(1),
    bake,
    /** What becomes of a candidate that came through: it waits for a person, or is promoted. */
    onPass: z.enum(['hold', 'promote']).default('hold'),
    ...limits,
  }),
  z.strictObject({
    type: z.literal('ab'),
    /** Of the traffic, by routing key. */
    share: z.number().gt(0).lt(1).default(0.5),
    /** Without a decision by then the champion stays. */
    duration: Duration.default('7d'),
    ...limits,
  }),
]);
export type RolloutStrategy = z.infer<typeof RolloutStrategy>;

/** How what a candidate does is told from chance, over the whole of a rollout. */
export const JudgingSpec = z.strictObject({
  /** Chance that a candidate which is good enough is rolled back; the tests share it. */
  alpha: z.number().gt(0).max(0.5).default(0.05),
  errors: z
    .strictObject({
      /** By how much the candidate's error rate may exceed the champion's. */
      margin: z.number().min(0).lt(1).default(0.005),
    })
    .prefault({}),
  latency: z
    .strictObject({
      /** By what share of the champion's typical (geometric mean) latency the candidate's may be longer. */
      margin: z.number().min(0).max(1_000).default(0.5),
    })
    .prefault({}),
  predictions: z
    .strictObject({
      /**
       * How far predictions may be from the champion's on average, as a share of their range; of a class, by how much more or
       * less often it may be predicted.
       */
      margin: z.number().gt(0).lt(1).default(0.25),
    })
    .prefault({}),
  /** Of a shadow, answer by answer: off unless it is there. */
  agreement: z
    .strictObject({
      /** Of the requests, those where the two may decide otherwise. */
      maxDisagreement: z.number().gt(0).lt(1),
      /** Predictions of a regression that are no further apart agree; in their unit. */
      tolerance: z.number().min(0).default(0),
    })
    .optional(),
  /** Off unless it is there: predictions are kept until their labels come, which is one more write per request. */
  quality: z
    .strictObject({
      /** By how much the candidate's mean loss, in [0, 1], may exceed the champion's. */
      margin: z.number().min(0).lt(1).default(0.02),
      /** Requests of the candidate that must be labelled before it is promoted. */
      minLabels: z.number().int().min(0).max(1_000_000).default(0),
    })
    .optional(),
});
export type JudgingSpec = z.infer<typeof JudgingSpec>;
