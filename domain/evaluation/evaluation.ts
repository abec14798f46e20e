import * as z from 'zod';
import { FAIRNESS_METRICS, Gate } from '../spec/evaluation.ts';
import { TASKS } from '../spec/model-spec.ts';

const Metrics = z.record(z.string(), z.number());

/** Rows with one value of a column. Figures that are undefined on them are absent. */
export const Slice = z.object({
  column: z.string(),
  /** null = missing. Of a protected column a digest: the same in every report, but not the value in clear. */
  value: z.string().nullable(),
  rows: z.number().int(),
  metrics: Metrics,
});
export type Slice = z.infer<typeof Slice>;

export const FairnessReport = z.object({
  column: z.string(),
  minRows: z.number().int(),
  metrics: z.partialRecord(z.enum(FAIRNESS_METRICS), z.number()),
  groups: z.array(
    z.object({
      value: z.string().nullable(),
      rows: z.number().int(),
      selectionRate: z.number(),
      truePositiveRate: z.number().optional(),
    }),
  ),
  /** Groups below `minRows`, left out. */
  smallGroups: z.number().int(),
});
export type FairnessReport = z.infer<typeof FairnessReport>;

/** How one model does on the holdout. */
export const Judgement = z.object({
  rows: z.number().int(),
  metrics: Metrics,
  slices: z.array(Slice),
  fairness: z.array(FairnessReport),
});
export type Judgement = z.infer<typeof Judgement>;

export const GateOutcome = z.object({
  gate: Gate,
  passed: z.boolean(),
  /** The figure that decided: of a slice gate the worst one. Absent if there is none. */
  value: z.number().optional(),
  reason: z.string(),
});
export type GateOutcome = z.infer<typeof GateOutcome>;

/** What is known of the model that serves now. */
export const ChampionJudgement = z.object({
  version: z.number().int(),
  /** `same-rows`: scored on this holdout. `recorded`: its own figures, on its own holdout. `none`: see `problem`. */
  basis: z.enum(['same-rows', 'recorded', 'none']),
  metrics: Metrics,
  problem: z.string().optional(),
});
export type ChampionJudgement = z.infer<typeof ChampionJudgement>;

/** `evaluation.json` of a model version. */
export const Evaluation = z.object({
  version: z.literal(1),
  model: z.string(),
  runId: z.string(),
  task: z.enum(TASKS),
  threshold: z.number(),
  candidate: Judgement,
  champion: ChampionJudgement.optional(),
  gates: z.array(GateOutcome),
  passed: z.boolean(),
});
export type Evaluation = z.infer<typeof Evaluation>;
