import type { Deployment } from './deploy.ts';
import { LocalPlatformError } from './errors.ts';
import type { LocalPlatform } from './state.ts';

const NEEDED = [
  ...['LandingBucketName', 'LakeBucketName', 'CaptureBucketName'],
  ...['TableName', 'EventBusName', 'ApiId', 'ApiStage'],
] as const;
type Needed = Record<(typeof NEEDED)[number], string>;

/** Turns the outputs of the deployed stack into the record that the rest of Millrace reads. */
export function describePlatform(
  deployment: Pick<Deployment, 'endpoint' | 'stacks'>,
  account: { readonly region: string; readonly accountId: string; readonly startedAt: string },
): LocalPlatform {
  const { endpoint, stacks } = deployment;
  const ranked = Object.entries(stacks)
    .map(([name, outputs]) => ({ name, outputs, missing: NEEDED.filter((output) => !(output in outputs)) }))
    .sort((a, b) => a.missing.length - b.missing.length);
  const [stack] = ranked;
  if (!stack) throw new LocalPlatformError('the deployed app has no stack with outputs');
  if (stack.missing.length > 0) {
    throw new LocalPlatformError(`the stack ${stack.name} lacks the outputs ${stack.missing.join(', ')}`);
  }
  const outputs = stack.outputs as Needed & Record<string, string>;
  return {
    endpoint,
    region: account.region,
    accountId: account.accountId,
    stackName: stack.name,
    buckets: { landing: outputs.LandingBucketName, lake: outputs.LakeBucketName, capture: outputs.CaptureBucketName },
    table: outputs.TableName,
    eventBus: outputs.EventBusName,
    apiUrl: `${endpoint}/restapis/${outputs.ApiId}/${outputs.ApiStage}/_user_request_`,
    ...(outputs.ConsolePath
      ? { consoleUrl: `${endpoint}/restapis/${outputs.ApiId}/${outputs.ApiStage}/_user_request_${outputs.ConsolePath}` }
      : {}),
    outputs,
    startedAt: account.startedAt,
  };
}
