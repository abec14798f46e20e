import * as z from 'zod';
import { ArtifactRef } from '../artifacts.ts';
import { JobRecord, ModelVersion } from '../registry/entities.ts';
import { TASKS } from '../spec/model-spec.ts';

/** `plan.json` of a run: what prepare-training made and every later step starts from. Keys lie in the lake bucket. */
export const TrainingPlan = z.object({
  model: z.string(),
  runId: z.string(),
  specVersion: z.number().int(),
  datasetVersions: z.array(z.number().int()).min(1),
  task: z.enum(TASKS),
  algorithm: z.enum(['xgboost', 'container']),
  features: z.array(z.string()).min(1),
  /** Of the task, in label order; empty for regression. */
  classes: z.array(z.string()),
  rows: z.object({
    train: z.number().int(),
    validation: z.number().int(),
    holdout: z.number().int(),
    /** Left out: the target is missing, not finite or not among the classes. */
    unlabelled: z.number().int(),
    /** Left out: older than the window. */
    outsideWindow: z.number().int(),
  }),
  /** Oldest row that was taken, if the window counts back in time. */
  from: z.iso.datetime({ precision: 3 }).optional(),
  keys: z.object({
    /** S3 prefixes with one `part-0.csv` each: SageMaker channels. */
    train: z.string(),
    validation: z.string(),
    holdout: z.string(),
    /** Label and features of the holdout, numbers only. */
    holdoutCsv: z.string(),
    /** `holdout/features.csv`: the holdout without its label, input of a transform job. */
    holdoutFeaturesCsv: z.string(),
    /** The holdout's raw columns and `__label`, same order as the CSV. */
    holdoutRows: z.string(),
  }),
  featurizer: ArtifactRef,
  /** DraftBaseline: features and label, without the prediction. */
  baseline: ArtifactRef,
});
export type TrainingPlan = z.infer<typeof TrainingPlan>;

/** What start-job's task is resumed with. */
export const JobOutcome = z.object({
  name: z.string(),
  kind: JobRecord.shape.kind,
  status: z.literal('Completed'),
  /** `s3://…/model.tar.gz` of a training job or of a tuning job's best one. */
  modelDataUrl: z.string().optional(),
  /** S3 prefix a transform job wrote to. */
  outputUrl: z.string().optional(),
  trainingSeconds: z.number().optional(),
  billableSeconds: z.number().optional(),
  /** Of a transform job, times its instances. */
  instanceSeconds: z.number().optional(),
  /** The training job behind the model: of a tuning job the best one. */
  trainingJobName: z.string().optional(),
  /** What that job ran with; of a tuning job with the values it found. */
  hyperparameters: z.record(z.string(), z.string()).optional(),
});
export type JobOutcome = z.infer<typeof JobOutcome>;

/** `candidate.json` of a run: what evaluate-model stored and register-model makes a model version of. */
export const Candidate = z.object({
  model: z.string(),
  runId: z.string(),
  passed: z.boolean(),
  decisionId: z.string(),
  metrics: z.record(z.string(), z.number()),
  artifacts: ModelVersion.shape.artifacts,
  trainingJobName: z.string(),
  hyperparameters: z.record(z.string(), z.string()).optional(),
});
export type Candidate = z.infer<typeof Candidate>;

/** Names of the working files in `runs/<model>/<runId>/`. */
export const RUN_FILES = {
  plan: 'plan.json',
  featurizer: 'featurizer.json',
  baseline: 'baseline.json',
  evaluation: 'evaluation.json',
  candidate: 'candidate.json',
} as const;
