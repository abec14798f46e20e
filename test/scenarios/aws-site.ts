import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { SFNClient } from '@aws-sdk/client-sfn';
import { outputsOf, type Site } from './platform.ts';

/** SageMaker takes minutes where the stand-in takes seconds. */
const AWS_PATIENCE = 20;

/**
 * A stack in AWS, reached with the credentials and the region of the environment or profile.
 * @param file what `cdk deploy --outputs-file` wrote
 */
export async function awsSite(file: string): Promise<Site> {
  const stacks = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>;
  const [outputs = {}] = Object.values(stacks);
  const { config } = new SFNClient();
  const apiUrl = (outputs.ApiUrl ?? '').replace(/\/+$/, '');
  return {
    outputs: outputsOf(outputs),
    apiUrl,
    region: await config.region(),
    credentials: () => config.credentials(),
    cli: { cwd: tmpdir(), env: { ...(process.env as Record<string, string>), MILLRACE_API_URL: apiUrl } },
    patience: AWS_PATIENCE,
  };
}
