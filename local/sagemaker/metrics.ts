import { XGBOOST_METRICS } from '../../domain/spec/xgboost-hyperparameters.ts';

/** A metric of a training job: the first group of `regex` in a log line is its value. */
export interface MetricDefinition {
  readonly Name: string;
  readonly Regex: string;
}

export interface FinalMetric {
  readonly MetricName: string;
  readonly Value: number;
  /** Epoch seconds. */
  readonly Timestamp: number;
}

/** The definitions that come with the built-in XGBoost image; a request cannot override them. */
export const XGBOOST_METRIC_DEFINITIONS: readonly MetricDefinition[] = ['train', 'validation'].flatMap((channel) =>
  [...XGBOOST_METRICS.keys()].map((metric) => ({
    Name: `${channel}:${metric}`,
    Regex: `.*\\[[0-9]+\\].*#011${channel}-${metric}:(\\S+)`,
  })),
);

/** Collects the last value of each metric from log lines. */
export class MetricCollector {
  readonly #patterns: ReadonlyArray<{ readonly name: string; readonly regex: RegExp }>;
  readonly #last = new Map<string, FinalMetric>();

  constructor(definitions: readonly MetricDefinition[]) {
    this.#patterns = definitions.map(({ Name, Regex }) => ({ name: Name, regex: new RegExp(Regex) }));
  }

  /** Definitions are written for plain lines or for CloudWatch's, which show a tab as `#011`: both forms are tried. */
  take(line: string, epochSeconds: number): void {
    const forms = line.includes('\t') ? [line, line.replaceAll('\t', '#011')] : [line];
    for (const { name, regex } of this.#patterns) {
      for (const form of forms) {
        const value = Number.parseFloat(regex.exec(form)?.[1] ?? '');
        if (Number.isNaN(value)) continue;
        this.#last.set(name, { MetricName: name, Value: value, Timestamp: epochSeconds });
        break;
      }
    }
  }

  get final(): FinalMetric[] {
    return [...this.#last.values()];
  }
}

/** @returns the first definition whose regular expression does not compile */
export function invalidDefinition(definitions: readonly MetricDefinition[]): MetricDefinition | undefined {
  return definitions.find(({ Regex }) => {
    try {
      new RegExp(Regex);
      return false;
    } catch {
      return true;
    }
  });
}
