import { ListRulesCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import type { Platform } from './platform.ts';
import { until } from './wait.ts';

/** What is looked at every few minutes is looked at now, and again until `done`: the function of a schedule is called. */
export async function beat(platform: Platform, functionName: string, done: () => Promise<boolean>): Promise<void> {
  const { events, region, endpoint = `https://lambda.${region}.amazonaws.com` } = platform;
  const { Rules = [] } = await events.send(new ListRulesCommand({}));
  const targets = await Promise.all(
    Rules.filter(({ ScheduleExpression }) => ScheduleExpression).map(({ Name }) =>
      events.send(new ListTargetsByRuleCommand({ Rule: Name })),
    ),
  );
  const arn = targets.flatMap(({ Targets = [] }) => Targets).find(({ Arn }) => Arn?.includes(functionName))?.Arn;
  if (!arn) throw new Error(`no schedule calls ${functionName}`);
  const lambda = await platform.signed('lambda');
  const url = `${endpoint}/2015-03-31/functions/${encodeURIComponent(arn.split(':').at(-1) ?? '')}/invocations`;
  await until(
    `${functionName} to have done its work`,
    async () => {
      if (await done()) return true;
      const body = JSON.stringify({ source: 'aws.events', detail: {} });
      const { status } = await lambda.fetch(url, { method: 'POST', body });
      if (status !== 200) throw new Error(`${functionName} answered ${status}`);
      return undefined;
    },
    { seconds: 60 * platform.patience },
  );
}
