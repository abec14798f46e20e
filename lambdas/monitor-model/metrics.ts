import { STATUS_VALUE } from '../../domain/monitoring/open-metrics.ts';
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
 * dimension `Monitor`. No dimension per model unless asked for: thirteen metrics cost the same for one model and for
 * 10,000, while `perModel` adds four to six for each.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function windowMetrics(report: MonitorReport, at: Date, perModel = false): string {
  const name = STATUS_METRIC[report.status];
  const lines: object[] = [line(at, [[]], { [name]: 1, MonitoredRows: report.rows }, {})];
  for (const { monitor, status } of report.outcomes) {
    if (status === 'alarm') lines.push(line(at, [['Monitor']], { MonitorAlarms: 1 }, { Monitor: monitor }));
  }
  if (perModel) lines.push(line(at, [['Model']], ofModel(report), { Model: report.model }));
  return lines.map((each) => `${JSON.stringify(each)}\n`).join('');
}

function ofModel({ status: worst, rows, labelCoverage, findings }: MonitorReport): Record<string, number> {
  const whole = findings.filter(
    ({ segment, status, value }) => !segment && status !== 'insufficient_data' && value !== undefined,
  );
  const values = (monitor: string) =>
    whole.filter((finding) => finding.monitor === monitor).map(({ value }) => value as number);
  const [quality] = values('quality');
  const [estimated] = values('estimated-quality');
  const drift = values('feature-drift');
  return {
    WindowStatus: STATUS_VALUE[worst],
    WindowRows: rows,
    LabelCoverage: labelCoverage,
    ...(drift.length > 0 && { LargestDrift: Math.max(...drift) }),
    ...(quality !== undefined && { Quality: quality }),
    ...(estimated !== undefined && { EstimatedQuality: estimated }),
  };
}

const COUNTS = /^Monitor|Rows$/;

function line(at: Date, Dimensions: string[][], metrics: Record<string, number>, values: Record<string, string>) {
  const Metrics = Object.keys(metrics).map((Name) => ({ Name, Unit: COUNTS.test(Name) ? 'Count' : 'None' }));
  const _aws = { Timestamp: at.getTime(), CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions, Metrics }] };
  return { _aws, ...values, ...metrics };
}
