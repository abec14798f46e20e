import * as z from 'zod';
import { Duration } from '../duration.ts';
import { ColumnName } from './column-name.ts';

/** A tuning range: numbers between two bounds, or a list of choices. */
export const TuningRange = z.union([
  z.strictObject({ min: z.number(), max: z.number(), scale: z.enum(['linear', 'logarithmic']).default('linear') }),
  z.strictObject({
    values: z
      .array(z.union([z.string(), z.number()]))
      .min(1)
      .max(30),
  }),
]);

const Hyperparameters = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

export const XgboostTraining = z.strictObject({
  version: z.enum(['3.0-5', '1.7-1']).default('3.0-5'),
  hyperparameters: Hyperparameters,
});

export const ContainerTraining = z.strictObject({
  /** ECR image that follows SageMaker's training and inference container contract. */
  image: z.string().min(1).max(255),
  hyperparameters: Hyperparameters.default({}),
  /** Command the local platform runs in place of the image, with `train` or `serve` appended. */
  localCommand: z.array(z.string()).min(1).optional(),
});

export const TuningSpec = z.strictObject({
  strategy: z.enum(['Bayesian', 'Random']).default('Bayesian'),
  maxJobs: z.number().int().min(1).max(100).default(10),
  maxParallelJobs: z.number().int().min(1).max(10).default(2),
  objective: z.strictObject({ metric: z.string(), goal: z.enum(['Maximize', 'Minimize']) }),
  ranges: z.record(z.string(), TuningRange),
});

export const TrainingSpec = z.strictObject({
  algorithm: z.enum(['xgboost', 'container']).default('xgboost'),
  xgboost: XgboostTraining.optional(),
  container: ContainerTraining.optional(),
  /** Model inputs in order; by default every column without another role. */
  features: z.array(ColumnName).min(1).optional(),
  instance: z
    .string()
    .regex(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/, 'a SageMaker instance type such as ml.m5.large')
    .default('ml.m5.large'),
  volumeGb: z.number().int().min(1).max(16_384).default(10),
  /** Managed spot training; falls back to on-demand when no capacity came in time. */
  spot: z.boolean().default(true),
  tuning: TuningSpec.optional(),
  /** Which accepted data to train on, counted back from the newest row (needs `data.timestamp`) or in data sets. */
  window: z
    .union([
      z.literal('all'),
      z.strictObject({ last: Duration }),
      z.strictObject({ datasets: z.number().int().min(1) }),
    ])
    .default('all'),
  split: z
    .strictObject({
      validation: z.number().min(0.01).max(0.5).default(0.15),
      holdout: z.number().min(0.01).max(0.5).default(0.15),
    })
    .default({ validation: 0.15, holdout: 0.15 }),
  trigger: z
    .strictObject({
      /** Start once at least this many rows were accepted since the last run. */
      newData: z
        .union([z.literal(false), z.strictObject({ minRows: z.number().int().min(1).default(1) })])
        .default({ minRows: 1 }),
      /** Wait this long for further uploads before starting; at most 15 minutes. */
      debounce: Duration.default('60s'),
    })
    .default({ newData: { minRows: 1 }, debounce: '60s' }),
  maxRuntime: Duration.default('1h'),
  maxCostUsd: z.number().positive().default(10),
});
export type TrainingSpec = z.infer<typeof TrainingSpec>;
