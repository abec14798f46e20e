import * as z from 'zod';
import { parseInput } from '../runtime/input.ts';
import { type ResumeJobDeps, resumeByName, resumeOverdue } from './resume-job.ts';

/** SageMaker's state-change events name the thing in one of these fields; the schedule's event has none. */
const Wake = z.object({
  source: z.string(),
  detail: z
    .object({
      TrainingJobName: z.string(),
      HyperParameterTuningJobName: z.string(),
      TransformJobName: z.string(),
      EndpointName: z.string(),
    })
    .partial(),
});

export const makeHandler =
  (deps: ResumeJobDeps) =>
  async (event: unknown): Promise<void> => {
    const { source, detail } = parseInput(Wake, event);
    if (source !== 'aws.sagemaker') return resumeOverdue(deps);
    const name =
      detail.TrainingJobName ?? detail.HyperParameterTuningJobName ?? detail.TransformJobName ?? detail.EndpointName;
    if (name) await resumeByName(name, deps);
  };
