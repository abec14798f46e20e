import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type * as z from 'zod';
import type { ScheduleDeps } from '../../domain/batch/schedule.ts';
import type { BatchStarterEnv } from '../runtime/env.ts';
import { lakeFiles } from './lake-files.ts';
import { s3BatchInputs } from './s3-batch-inputs.ts';
import { sfnExecutions } from './sfn-executions.ts';

/** What starting a batch needs besides the registry. */
export function batchStarter(
  s3: S3Client,
  sfn: SFNClient,
  env: z.infer<typeof BatchStarterEnv>,
): ScheduleDeps['batches'] {
  const files = lakeFiles(s3, env.LAKE_BUCKET_NAME);
  const buckets = env.BATCH_INPUT_BUCKETS.split(',').filter((name) => name !== '');
  return {
    start: sfnExecutions(sfn, env.BATCH_STATE_MACHINE_ARN).start,
    places: { landingBucket: env.LANDING_BUCKET_NAME, buckets },
    list: s3BatchInputs(s3).list,
    writeJson: files.writeJson,
    findJson: files.findJson,
  };
}
