/** Figures over all models: a dimension per model would cost a custom metric each. */
export type MetricName =
  | 'PredictedRows'
  | 'InferLatencyMs'
  | 'CaptureFailed'
  | 'CaptureSkipped'
  | 'CountFailed'
  | 'RolloutFallback'
  | 'ShadowFailed'
  | 'ShadowSkipped'
  | 'StaleTraffic';

const NAMESPACE = 'Millrace';
const UNITS: Record<MetricName, string> = {
  PredictedRows: 'Count',
  InferLatencyMs: 'Milliseconds',
  CaptureFailed: 'Count',
  CaptureSkipped: 'Count',
  CountFailed: 'Count',
  RolloutFallback: 'Count',
  ShadowFailed: 'Count',
  ShadowSkipped: 'Count',
  StaleTraffic: 'Count',
};
/** What EMF takes per metric and line. */
const MAX_VALUES = 100;
const MAX_AGE_MS = 10_000;
/** Written at once: an alarm looks at them. */
const URGENT: ReadonlySet<MetricName> = new Set([
  'CaptureFailed',
  'CaptureSkipped',
  'CountFailed',
  'RolloutFallback',
  'ShadowFailed',
  'ShadowSkipped',
  'StaleTraffic',
]);

/**
 * Embedded metric format, buffered: a line per request would cost more than the request. What a function instance has
 * buffered when it is taken down is lost; exact request counts are API Gateway's.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function emfMetrics(write: (line: string) => void, now: () => Date) {
  let values: Partial<Record<MetricName, number[]>> = {};
  let oldestMs: number | undefined;

  function flush(): void {
    const names = Object.keys(values) as MetricName[];
    if (names.length === 0) return;
    const metrics = names.map((name) => ({ Name: name, Unit: UNITS[name] }));
    const aws = {
      Timestamp: now().getTime(),
      CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [[]], Metrics: metrics }],
    };
    write(`${JSON.stringify({ _aws: aws, ...values })}\n`);
    values = {};
    oldestMs = undefined;
  }

  return {
    add(name: MetricName, value: number): void {
      const list = values[name] ?? [];
      values[name] = list;
      list.push(value);
      oldestMs ??= now().getTime();
      if (list.length === MAX_VALUES) flush();
    },
    /** At the end of each request. */
    settle(): void {
      const urgent = Object.keys(values).some((name) => URGENT.has(name as MetricName));
      if (urgent || (oldestMs !== undefined && now().getTime() - oldestMs >= MAX_AGE_MS)) flush();
    },
  };
}
export type Metrics = ReturnType<typeof emfMetrics>;
