const NAMESPACE = 'Millrace';

/**
 * Counts in embedded metric format, over all models. What is 0 is left out: a metric costs for the hours it is written in.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function count(
  counts: Readonly<Record<string, number>>,
  at: Date,
  write: (line: string) => void = (line) => process.stdout.write(line),
): void {
  const counted = Object.fromEntries(Object.entries(counts).filter(([, value]) => value > 0));
  const Metrics = Object.keys(counted).map((Name) => ({ Name, Unit: 'Count' }));
  if (Metrics.length === 0) return;
  const CloudWatchMetrics = [{ Namespace: NAMESPACE, Dimensions: [[]], Metrics }];
  write(`${JSON.stringify({ _aws: { Timestamp: at.getTime(), CloudWatchMetrics }, ...counted })}\n`);
}
