import * as z from 'zod';
import { DataSpec } from './columns.ts';
import { DeploymentSpec } from './deployment.ts';
import { EvaluationSpec } from './evaluation.ts';
import { MonitoringSpec } from './monitoring.ts';
import { TrainingSpec } from './training.ts';

/** At most 32 characters, so that every job, endpoint and execution name built from it fits SageMaker's 63. */
export const ModelName = z
  .string()
  .max(32)
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'lower-case letters, digits and single hyphens, starting with a letter')
  .refine(
    (name) => !['specs', 'spec-problems', 'batch-inputs'].includes(name),
    'specs, spec-problems and batch-inputs are folders of the landing bucket',
  );

export const TASKS = ['binary', 'multiclass', 'regression'] as const;

export const ModelSpec = z.strictObject({
  apiVersion: z.literal('millrace/v1'),
  name: ModelName,
  description: z.string().max(1_000).default(''),
  task: z.enum(TASKS),
  /** Class labels in order, as they appear in the target column; binary: [negative, positive]. */
  classes: z.array(z.string()).min(2).max(1_000).optional(),
  data: DataSpec,
  training: TrainingSpec,
  evaluation: EvaluationSpec,
  deployment: DeploymentSpec.prefault({}),
  monitoring: MonitoringSpec.prefault({}),
});
export type ModelSpec = z.infer<typeof ModelSpec>;

/** The model's input columns in order: `training.features`, or every column without another role. */
export function featureNames(spec: ModelSpec): string[] {
  if (spec.training.features) return spec.training.features;
  const { target, id, timestamp, protected: hidden, ignored } = spec.data;
  const taken = new Set([target, id, timestamp, ...hidden, ...ignored]);
  return spec.data.columns.map((column) => column.name).filter((name) => !taken.has(name));
}
