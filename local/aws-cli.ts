import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LocalSetupError } from './errors.ts';
import type { LocalPlatform } from './state.ts';

/** @throws LocalSetupError if there is no AWS CLI on the PATH */
export function findAwsCli(env: NodeJS.ProcessEnv): string {
  for (const folder of (env.PATH ?? '').split(delimiter).filter((part) => part !== '')) {
    const candidate = join(folder, 'aws');
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // look in the next folder
    }
  }
  throw new LocalSetupError(
    'there is no AWS CLI on the PATH: install it (https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html, or pip install awscli)',
  );
}

/**
 * The AWS CLI pointed at the local platform: the endpoint is an argument, as older releases ignore AWS_ENDPOINT_URL, and
 * no key, profile or setting of the user's is left with which it could reach the real AWS.
 */
export function awsInvocation(
  local: Pick<LocalPlatform, 'endpoint' | 'region'>,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): { args: string[]; env: NodeJS.ProcessEnv } {
  const nothing = join(import.meta.dirname, 'no-aws-config');
  return {
    args: ['--endpoint-url', local.endpoint, ...args],
    env: {
      ...Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_'))),
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: local.region,
      AWS_DEFAULT_REGION: local.region,
      AWS_ENDPOINT_URL: local.endpoint,
      AWS_CONFIG_FILE: nothing,
      AWS_SHARED_CREDENTIALS_FILE: nothing,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
    },
  };
}
