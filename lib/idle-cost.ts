import prices from './prices.json' with { type: 'json' };

export interface CostLine {
  /** Resource type, or the resource that runs by itself. */
  readonly what: string;
  readonly count: number;
  readonly usdPerMonth: number;
  readonly why: string;
}

interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: templates are untyped JSON
  readonly Properties?: any;
}

export interface CloudFormationTemplate {
  readonly Resources?: Readonly<Record<string, Resource>>;
}

/** Billed by use alone, or not at all. Storage starts at nothing and is not counted. */
const FREE_AT_REST: ReadonlySet<string> = new Set([
  'AWS::ApiGateway::Account',
  'AWS::ApiGateway::ApiKey',
  'AWS::ApiGateway::Authorizer',
  'AWS::ApiGateway::Deployment',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::ApiGateway::Method',
  'AWS::ApiGateway::RequestValidator',
  'AWS::ApiGateway::Resource',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Stage',
  'AWS::ApiGateway::UsagePlan',
  'AWS::ApiGateway::UsagePlanKey',
  'AWS::DynamoDB::Table',
  'AWS::EC2::SecurityGroup',
  'AWS::Events::EventBus',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::KMS::Alias',
  'AWS::KinesisFirehose::DeliveryStream',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::Logs::LogStream',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  'AWS::StepFunctions::StateMachine',
]);

const HOURS = 730;
const UNIT_HOURS: Readonly<Record<string, number>> = { minute: 1 / 60, hour: 1, day: 24 };
/** An invocation that finds nothing to do, assumed generously: time, and START, END, REPORT and one line in the log. */
const IDLE_INVOCATION = { seconds: 1, gigabytes: 0.25, logBytes: 1_000 };
/** Lambda keeps five pollers on a quiet queue, each asking for 20 seconds at a time. */
const IDLE_POLLS_PER_MONTH = 5 * (3_600 / 20) * HOURS;

/**
 * What the platform costs in a month in which nothing happens, from its template.
 * @throws Error naming every resource type without a known price: such a type may be billed by the hour
 */
export function idleCost(template: CloudFormationTemplate): CostLine[] {
  const resources = Object.entries(template.Resources ?? {});
  const unknown = new Set(resources.map(([, { Type }]) => Type).filter((type) => !isPriced(type)));
  if (unknown.size > 0) throw new Error(`no idle price is known for ${[...unknown].sort().join(', ')}`);

  const ofType = (type: string) => resources.filter(([, resource]) => resource.Type === type);
  const alarmMetrics = ofType('AWS::CloudWatch::Alarm').reduce((sum, [, alarm]) => sum + metricsOf(alarm), 0);
  const dashboards = ofType('AWS::CloudWatch::Dashboard').length;
  const lines: CostLine[] = [
    { what: 'alarms', count: alarmMetrics, usdPerMonth: alarmMetrics * prices.alarmMetricMonth, why: 'per metric' },
    {
      what: 'dashboards',
      count: dashboards,
      usdPerMonth: Math.max(0, dashboards - prices.freeDashboards) * prices.dashboardMonth,
      why: `${prices.freeDashboards} are free in an account`,
    },
    perPiece('KMS keys', ofType('AWS::KMS::Key').length, prices.kmsKeyMonth),
    perPiece('secrets', ofType('AWS::SecretsManager::Secret').length, prices.secretMonth),
  ];
  const mappings = ofType('AWS::Lambda::EventSourceMapping').length;
  lines.push({
    what: 'queue polling',
    count: mappings * IDLE_POLLS_PER_MONTH,
    usdPerMonth: mappings * IDLE_POLLS_PER_MONTH * prices.sqsRequest,
    why: `requests by Lambda for ${mappings} queues`,
  });
  for (const [id, rule] of ofType('AWS::Events::Rule')) {
    const schedule: unknown = rule.Properties?.ScheduleExpression;
    if (typeof schedule === 'string') lines.push(scheduled(id, schedule));
  }
  return lines.filter(({ count }) => count > 0);
}

export const totalUsd = (lines: readonly CostLine[]): number => lines.reduce((sum, line) => sum + line.usdPerMonth, 0);

export function costTable(lines: readonly CostLine[]): string {
  const row = (what: string, count: string, usd: string, why: string) =>
    `${what.padEnd(44)}${count.padStart(12)}${usd.padStart(10)}  ${why}`;
  return [
    `Idle cost a month, ${prices.region} list prices of ${prices.date}, modelled from the template`,
    row('what', 'count', 'USD', ''),
    ...lines.map(({ what, count, usdPerMonth, why }) => row(what, String(count), usdPerMonth.toFixed(3), why)),
    row('total', '', totalUsd(lines).toFixed(3), ''),
  ].join('\n');
}

const PRICED: ReadonlySet<string> = new Set([
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Events::Rule',
  'AWS::KMS::Key',
  'AWS::Lambda::EventSourceMapping',
  'AWS::SecretsManager::Secret',
]);

const isPriced = (type: string): boolean => FREE_AT_REST.has(type) || PRICED.has(type);

/** An alarm over an expression is billed for every metric in it. */
function metricsOf(alarm: Resource): number {
  const queries: unknown[] = alarm.Properties?.Metrics ?? [];
  return Math.max(1, queries.filter((query) => (query as { MetricStat?: unknown }).MetricStat !== undefined).length);
}

const perPiece = (what: string, count: number, price: number): CostLine => ({
  what,
  count,
  usdPerMonth: count * price,
  why: 'each',
});

function scheduled(id: string, expression: string): CostLine {
  const [, every = '', unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const hours = UNIT_HOURS[unit];
  if (!hours) throw new Error(`${id}: only rate(…) schedules can be priced, got ${expression}`);
  const count = HOURS / (Number(every) * hours);
  const each =
    prices.lambdaRequest +
    IDLE_INVOCATION.seconds * IDLE_INVOCATION.gigabytes * prices.lambdaArm64GbSecond +
    (IDLE_INVOCATION.logBytes / 1e9) * prices.logGigabyte;
  return { what: id, count: Math.round(count), usdPerMonth: count * each, why: `${expression}, invocations` };
}
