import { Token } from 'aws-cdk-lib';
import { type IApiKey, Period, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';

/** A caller whose predictions are metered and limited apart from others', by the key it sends as `x-api-key`. */
export interface ApiConsumer {
  /** Letters, digits and hyphens. */
  readonly name: string;
  /** Requests a second. */
  readonly rateLimit: number;
  /** Requests at once. */
  readonly burstLimit: number;
  /** Requests a UTC day. @default no limit */
  readonly quotaPerDay?: number;
}

/** What an account may have of usage plans in a region. */
const MAX_CONSUMERS = 300;

/** A usage plan and a key for each consumer: metering and limits, which API Gateway applies as well as it can; never a proof of identity. */
export class ApiConsumers extends Construct {
  /** By name of the consumer; `aws apigateway get-api-key --include-value` shows a key's value. */
  readonly keys: Readonly<Record<string, IApiKey>>;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly api: RestApi; readonly consumers: readonly ApiConsumer[] },
  ) {
    super(scope, id);
    const { api, consumers } = props;
    this.check(consumers);
    const keys: Record<string, IApiKey> = {};
    for (const { name, rateLimit, burstLimit, quotaPerDay } of consumers) {
      const key = api.addApiKey(`Consumer-${name}`, { description: `Millrace: consumer ${name}` });
      const plan = api.addUsagePlan(`Plan-${name}`, {
        description: `Millrace: consumer ${name}`,
        throttle: { rateLimit, burstLimit },
        ...(quotaPerDay === undefined ? {} : { quota: { limit: quotaPerDay, period: Period.DAY } }),
        apiStages: [{ api, stage: api.deploymentStage }],
      });
      plan.addApiKey(key);
      keys[name] = key;
    }
    this.keys = keys;
  }

  private check(consumers: readonly ApiConsumer[]): void {
    const fail = (what: string, allowed: string, seen: unknown): never => {
      throw new Error(`${this.node.path}: ${what} must be ${allowed}, got ${seen}`);
    };
    if (consumers.length > MAX_CONSUMERS) fail('consumers', `at most ${MAX_CONSUMERS}`, consumers.length);
    const names = consumers.map(({ name }) => name);
    for (const [index, { name, ...limits }] of consumers.entries()) {
      if (!/^[A-Za-z0-9-]{1,64}$/.test(name)) fail('a consumer’s name', 'letters, digits and hyphens, 1 to 64', name);
      if (names.indexOf(name) < index) fail('each consumer’s name', 'given once', name);
      for (const [limit, value] of Object.entries(limits)) {
        if (value === undefined || Token.isUnresolved(value)) continue;
        const whole = limit !== 'rateLimit';
        if (!(value > 0) || !Number.isFinite(value) || (whole && !Number.isInteger(value))) {
          fail(`${limit} of consumer ${name}`, whole ? 'a whole number from 1' : 'a number above 0', value);
        }
      }
    }
  }
}
