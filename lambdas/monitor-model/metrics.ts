import type { MonitorReport } from '../../domain/monitoring/report.ts';

const NAMESPACE = 'Millrace';
const STATUS_METRIC = {
  ok: 'MonitorWindowsOk',
  warn: 'MonitorWindowsWarn',
  alarm: 'MonitorWindowsAlarm',
  insufficient_data: 'MonitorWindowsInsufficientData',
} satisfies Record<MonitorReport['status'], string>;

/**
 * One line in embedded metric format: a count under the window's status, and one per monitor that is in alarm, under the
 * dimension `Monitor`. No dimension per model: twelve metrics cost the same for one model and for 10,000.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function windowMetrics(report: MonitorReport, at: Date): string {
  const name = STATUS_METRIC[report.status];
  const lines: object[] = [line(at, [[]], { [name]: 1, MonitoredRows: report.rows }, {})];
  for (const { monitor, status } of report.outcomes) {
    if (status === 'alarm') lines.push(line(at, [['Monitor']], { MonitorAlarms: 1 }, { Monitor: monitor }));
  }
  return lines.map((each) => `${JSON.stringify(each)}\n`).join('');
}

function line(at: Date, Dimensions: string[][], metrics: Record<string, number>, values: Record<string, string>) {
  const Metrics = Object.keys(metrics).map((Name) => ({ Name, Unit: 'Count' }));
  const _aws = { Timestamp: at.getTime(), CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions, Metrics }] };
  return { _aws, ...values, ...metrics };
}
