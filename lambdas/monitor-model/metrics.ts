import type { MonitorReport } from '../../domain/monitoring/report.ts';

const NAMESPACE = 'Millrace';
const STATUS_METRIC = {
  ok: 'MonitorWindowsOk',
  warn: 'MonitorWindowsWarn',
  alarm: 'MonitorWindowsAlarm',
  insufficient_data: 'MonitorWindowsInsufficientData',
} satisfies Record<MonitorReport['status'], string>;

/**
 * One line in embedded metric format: a count under the window's status and, where PSI is the distance, the largest one.
 * No dimension per model: five metrics cost the same for one model and for 10,000.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function windowMetrics({ status, drift }: MonitorReport, at: Date): string {
  const effects = [...drift.features, drift.prediction].flatMap(({ method, effect }) =>
    method === 'psi' && effect !== undefined ? [effect] : [],
  );
  const name = STATUS_METRIC[status];
  const psi = effects.length > 0;
  const Metrics = [{ Name: name, Unit: 'Count' }, ...(psi ? [{ Name: 'MaxPsi', Unit: 'None' }] : [])];
  const _aws = { Timestamp: at.getTime(), CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [[]], Metrics }] };
  return `${JSON.stringify({ _aws, [name]: 1, ...(psi && { MaxPsi: Math.max(...effects) }) })}\n`;
}
