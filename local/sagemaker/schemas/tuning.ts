import * as z from 'zod';
import { listInput } from '../listing.ts';
import { environment, HyperParameters, Tags, TuningJobName } from './common.ts';
import { AlgorithmSpecification, TrainingFields, TrainingJobStatus } from './training.ts';

const NumericText = z.string().regex(/^-?\d+(\.\d+)?([eE][-+]?\d+)?$/);
const NumericRange = z.strictObject({
  Name: z.string().min(1).max(256),
  MinValue: NumericText,
  MaxValue: NumericText,
  ScalingType: z.enum(['Auto', 'Linear', 'Logarithmic', 'ReverseLogarithmic']).optional(),
});
const CategoricalRange = z.strictObject({
  Name: z.string().min(1).max(256),
  Values: z.array(z.string().max(256)).min(1).max(30),
});

export const ParameterRanges = z.strictObject({
  IntegerParameterRanges: z.array(NumericRange).max(30).optional(),
  ContinuousParameterRanges: z.array(NumericRange).max(30).optional(),
  CategoricalParameterRanges: z.array(CategoricalRange).max(30).optional(),
});
export type ParameterRanges = z.output<typeof ParameterRanges>;
export type NumericRange = z.output<typeof NumericRange>;

const TuningJobConfig = z.strictObject({
  Strategy: z.enum(['Bayesian', 'Random', 'Grid']),
  HyperParameterTuningJobObjective: z.strictObject({
    Type: z.enum(['Maximize', 'Minimize']),
    MetricName: z.string().min(1).max(255),
  }),
  ResourceLimits: z.strictObject({
    MaxNumberOfTrainingJobs: z.number().int().min(1).max(1000).optional(),
    MaxParallelTrainingJobs: z.number().int().min(1).max(100),
  }),
  ParameterRanges,
  TrainingJobEarlyStoppingType: z.literal('Off').optional(),
  RandomSeed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .optional(),
});

export const CreateHyperParameterTuningJobRequest = z.strictObject({
  HyperParameterTuningJobName: TuningJobName,
  HyperParameterTuningJobConfig: TuningJobConfig,
  TrainingJobDefinition: z.strictObject({
    StaticHyperParameters: HyperParameters,
    AlgorithmSpecification: AlgorithmSpecification.omit({ EnableSageMakerMetricsTimeSeries: true }),
    ...TrainingFields,
    Environment: environment(512, 48),
  }),
  Tags,
});
export type CreateHyperParameterTuningJobRequest = z.output<typeof CreateHyperParameterTuningJobRequest>;

export const TuningJobNameRequest = z.strictObject({ HyperParameterTuningJobName: TuningJobName });

const Status = z.enum(['Completed', 'InProgress', 'Failed', 'Stopped', 'Stopping', 'Deleting']);
export type TuningJobStatus = z.output<typeof Status>;
export const ListHyperParameterTuningJobsRequest = listInput(['Name', 'Status', 'CreationTime'], Status);

export const ListTrainingJobsForTuningRequest = z.strictObject({
  HyperParameterTuningJobName: TuningJobName,
  NextToken: z.string().optional(),
  MaxResults: z.number().int().min(1).max(100).optional(),
  StatusEquals: TrainingJobStatus.optional(),
  SortBy: z.enum(['Name', 'CreationTime', 'Status', 'FinalObjectiveMetricValue']).optional(),
  SortOrder: z.enum(['Ascending', 'Descending']).optional(),
});
