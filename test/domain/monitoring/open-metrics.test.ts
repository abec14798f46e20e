import { describe, expect, it } from 'vitest';
import { OPEN_METRICS_TYPE, openMetrics } from '../../../domain/monitoring/open-metrics.ts';
import { MONITOR_STATUSES } from '../../../domain/registry/entities.ts';
import { aMonitorWindow } from '../../fixtures/registry.ts';

const WINDOW = aMonitorWindow({
  status: 'alarm',
  rows: 1_500,
  revision: 3,
  labelCoverage: 0.25,
  outcomes: [
    { monitor: 'feature-drift', status: 'alarm', breached: true },
    { monitor: 'quality', status: 'insufficient_data', breached: false },
  ],
  figures: { auc: 0.81, largest_drift: 0.000_000_12 },
});

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
/** The specification's `sample`, of gauges: no timestamp, no exemplar. */
const SAMPLE = new RegExp(`^(${NAME})(\\{${LABEL}(?:,${LABEL})*\\}) (-?[0-9]+(?:\\.[0-9]*)?(?:e[+-]?[0-9]+)?)$`);
const METADATA = new RegExp(`^# (TYPE|UNIT|HELP) (${NAME}) (.+)$`);

interface Family {
  name: string;
  metadata: string[];
  unit?: string;
  series: string[];
}

/** Reads text strictly by the ABNF of OpenMetrics 1.0; throws where a line is none of it. */
function read(text: string): Family[] {
  expect(text.endsWith('\n# EOF\n')).toBe(true);
  const families: Family[] = [];
  for (const line of text.slice(0, -'# EOF\n'.length).split('\n').slice(0, -1)) {
    const [, kind, name = '', value = ''] = METADATA.exec(line) ?? [];
    const current = families.at(-1);
    if (kind === 'TYPE') families.push({ name, metadata: [kind], series: [] });
    else if (kind && current) {
      expect(name).toBe(current.name);
      current.metadata.push(kind);
      if (kind === 'UNIT') current.unit = value;
    } else {
      const sample = SAMPLE.exec(line);
      if (!sample) throw new Error(`no line of OpenMetrics: ${line}`);
      expect(sample[1]).toBe(current?.name);
      current?.series.push(sample[2] as string);
    }
  }
  return families;
}

describe('OpenMetrics text', () => {
  it('gives each figure of a window one line', () => {
    const lines = openMetrics([WINDOW]).split('\n');
    for (const line of [
      'millrace_window_status{model="churn",version="1"} 2',
      'millrace_monitor_status{model="churn",version="1",monitor="feature-drift"} 2',
      'millrace_monitor_status{model="churn",version="1",monitor="quality"} -1',
      'millrace_window_start_seconds{model="churn",version="1"} 1772409600',
      'millrace_window_end_seconds{model="churn",version="1"} 1772496000',
      'millrace_window_rows{model="churn",version="1"} 1500',
      'millrace_window_revision{model="churn",version="1"} 3',
      'millrace_label_coverage_ratio{model="churn",version="1"} 0.25',
      'millrace_figure{model="churn",version="1",figure="auc"} 0.81',
      'millrace_figure{model="churn",version="1",figure="largest_drift"} 1.2e-7',
    ]) {
      expect(lines).toContain(line);
    }
  });

  it('is what the specification says: TYPE, UNIT, HELP, then samples of one family, and EOF', () => {
    const families = read(openMetrics([WINDOW, { ...WINDOW, model: 'wine' }]));
    for (const { name, metadata, unit, series } of families) {
      expect(metadata).toEqual(unit ? ['TYPE', 'UNIT', 'HELP'] : ['TYPE', 'HELP']);
      if (unit) expect(name.endsWith(`_${unit}`)).toBe(true);
      // suffixes of other types would be read as theirs
      expect(name).not.toMatch(/_(total|created|count|sum|bucket|info)$/);
      expect(series.length).toBeGreaterThanOrEqual(2);
      expect(new Set(series).size).toBe(series.length);
    }
    expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
  });

  it('names the unit of every family that has one', () => {
    const units = read(openMetrics([])).filter(({ name }) => /_(seconds|ratio|bytes)$/.test(name));
    expect(units.map(({ unit }) => unit)).toEqual(['seconds', 'seconds', 'ratio']);
  });

  it('describes its families where no model is monitored yet', () => {
    const families = read(openMetrics([]));
    expect(families.length).toBeGreaterThan(5);
    expect(families.every(({ series }) => series.length === 0)).toBe(true);
  });

  it('escapes what would end a label', () => {
    const text = openMetrics([{ ...WINDOW, model: 'a\\b"c\nd', figures: { 'é "x"': 1 } }]);
    expect(text).toContain('millrace_window_rows{model="a\\\\b\\"c\\nd",version="1"} 1500');
    expect(text).toContain('figure="é \\"x\\""} 1');
    expect(() => read(text)).not.toThrow();
  });

  for (const [status, value] of Object.entries({ insufficient_data: -1, ok: 0, warn: 1, alarm: 2 })) {
    it(`writes ${status} as ${value}`, () => {
      expect(MONITOR_STATUSES).toContain(status);
      const text = openMetrics([{ ...WINDOW, status: status as (typeof MONITOR_STATUSES)[number] }]);
      expect(text).toContain(`millrace_window_status{model="churn",version="1"} ${value}\n`);
    });
  }

  it('says its version and encoding', () => {
    expect(OPEN_METRICS_TYPE).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
  });
});
