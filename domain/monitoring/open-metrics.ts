import type { MonitorWindow } from '../registry/entities.ts';

/** Of the text that `openMetrics` gives. @see https://prometheus.io/docs/specs/om/open_metrics_spec/ */
export const OPEN_METRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** Numbers rise with how bad it is, so that `max` and `> 1` mean what they seem to. */
export const STATUS_VALUE: Readonly<Record<MonitorWindow['status'], number>> = {
  insufficient_data: -1,
  ok: 0,
  warn: 1,
  alarm: 2,
};

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly unit?: string;
  readonly samples: (window: MonitorWindow) => readonly Sample[];
}

const one = (value: number): Sample[] => [{ labels: {}, value }];
const seconds = (instant: string): number => Date.parse(instant) / 1_000;
const STATUSES = 'insufficient data -1, ok 0, warn 1, alarm 2';

const FAMILIES: readonly Family[] = [
  {
    name: 'millrace_window_status',
    help: `Status of the newest window: ${STATUSES}`,
    samples: ({ status }) => one(STATUS_VALUE[status]),
  },
  {
    name: 'millrace_monitor_status',
    help: `Status of each monitor in the newest window: ${STATUSES}`,
    samples: ({ outcomes }) =>
      outcomes.map(({ monitor, status }) => ({ labels: { monitor }, value: STATUS_VALUE[status] })),
  },
  {
    name: 'millrace_window_start_seconds',
    help: 'Start of the newest window, Unix time',
    unit: 'seconds',
    samples: ({ windowStart }) => one(seconds(windowStart)),
  },
  {
    name: 'millrace_window_end_seconds',
    help: 'End of the newest window, Unix time',
    unit: 'seconds',
    samples: ({ windowEnd }) => one(seconds(windowEnd)),
  },
  { name: 'millrace_window_rows', help: 'Predictions in the newest window', samples: ({ rows }) => one(rows) },
  {
    name: 'millrace_window_revision',
    help: 'How often the figures of the newest window were issued',
    samples: ({ revision }) => one(revision),
  },
  {
    name: 'millrace_label_coverage_ratio',
    help: 'Share of the rows of the newest window that have a label',
    unit: 'ratio',
    samples: ({ labelCoverage }) => one(labelCoverage),
  },
  {
    name: 'millrace_figure',
    help: 'Live quality, estimated quality and largest drift of the newest window',
    samples: ({ figures }) => Object.entries(figures).map(([figure, value]) => ({ labels: { figure }, value })),
  },
];

/** The newest window of each model as gauges in OpenMetrics text, for Prometheus. */
export function openMetrics(windows: readonly MonitorWindow[]): string {
  const families = FAMILIES.map(({ name, help, unit, samples }) => {
    const lines = windows.flatMap((window) =>
      samples(window).map(({ labels, value }) => {
        const all = { model: window.model, version: String(window.version), ...labels };
        const text = Object.entries(all).map(([key, text]) => `${key}="${escaped(text)}"`);
        return `${name}{${text.join(',')}} ${value}`;
      }),
    );
    return [`# TYPE ${name} gauge`, ...(unit ? [`# UNIT ${name} ${unit}`] : []), `# HELP ${name} ${help}`, ...lines];
  });
  return `${families.flat().join('\n')}\n# EOF\n`;
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
