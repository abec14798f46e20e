import { ListRulesCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import type { Platform } from './platform.ts';
import { until } from './wait.ts';

/** What is looked at every few minutes is looked at now, and again until `done`: the function of a schedule is called. */
export async function beat(platform: Platform, functionName: string, done: () => Promise<boolean>): Promise<void> {
  const url = await scheduled(platform, functionName);
  await until(
    `${functionName} to have done its work`,
    async () => {
      if (await done()) return true;
      await invoke(platform, url, { source: 'aws.events', detail: {} });
      return undefined;
    },
    { seconds: 60 * platform.patience },
  );
}

/** Calls the function of a schedule by hand. @throws Error unless it returns */
export async function call(platform: Platform, functionName: string, event: object): Promise<unknown> {
  const { error, answer } = await invoke(platform, await scheduled(platform, functionName), event);
  if (error) throw new Error(`${functionName} failed: ${JSON.stringify(answer)}`);
  return answer;
}

/** Where the function that a schedule calls is invoked. */
async function scheduled({ events, region, endpoint }: Platform, functionName: string): Promise<string> {
  const { Rules = [] } = await events.send(new ListRulesCommand({}));
  const targets = await Promise.all(
    Rules.filter(({ ScheduleExpression }) => ScheduleExpression).map(({ Name }) =>
      events.send(new ListTargetsByRuleCommand({ Rule: Name })),
    ),
  );
  const arn = targets.flatMap(({ Targets = [] }) => Targets).find(({ Arn }) => Arn?.includes(functionName))?.Arn;
  if (!arn) throw new Error(`no schedule calls ${functionName}`);
  const base = endpoint ?? `https://lambda.${region}.amazonaws.com`;
  return `${base}/2015-03-31/functions/${encodeURIComponent(arn.split(':').at(-1) ?? '')}/invocations`;
}

async function invoke(platform: Platform, url: string, event: object): Promise<{ error: boolean; answer: unknown }> {
  const lambda = await platform.signed('lambda');
  const response = await lambda.fetch(url, { method: 'POST', body: JSON.stringify(event) });
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
  return { error: response.headers.has('x-amz-function-error'), answer: await response.json() };
}
