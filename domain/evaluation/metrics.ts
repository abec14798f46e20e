import {
  averagePrecisionOfGroups,
  binaryConfusion,
  brierScore,
  classFigures,
  confusionFigures,
  groupByScore,
  logLoss,
  multiclassLogLoss,
  regressionFigures,
  rocAucOfGroups,
  tallyClasses,
} from '../../stats/quality/index.ts';
import { type Metrics, predictedClasses, type Scored } from './scored.ts';

/**
 * The metrics that METRICS of the spec names for the task. Where scikit-learn has the metric, the value is the same,
 * except that what is undefined is NaN here and not 0.
 */
export function metricsOf(scored: Scored): Metrics {
  switch (scored.task) {
    case 'binary':
      return binaryMetrics(scored);
    case 'multiclass':
      return multiclassMetrics(scored);
    case 'regression':
      return regressionMetrics(scored);
  }
}

/** What can be written down and compared: JSON knows no NaN. */
export function definedMetrics(metrics: Metrics): Metrics {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}

function binaryMetrics({ labels, predictions, threshold }: Scored): Metrics {
  const { accuracy, precision, recall, f1 } = confusionFigures(binaryConfusion(labels, predictions, threshold));
  const groups = groupByScore(labels, predictions);
  return {
    auc: rocAucOfGroups(groups),
    average_precision: averagePrecisionOfGroups(groups),
    accuracy,
    precision,
    recall,
    f1,
    log_loss: logLoss(labels, predictions),
    brier: brierScore(labels, predictions),
  };
}

function multiclassMetrics(scored: Scored): Metrics {
  const { labels, predictions, width } = scored;
  const predicted = predictedClasses(scored);
  const classes = predicted.reduce((most, guess, i) => Math.max(most, guess + 1, (labels[i] as number) + 1), 0);
  const { accuracy, macro } = classFigures(tallyClasses(labels, predicted, classes));
  return {
    accuracy,
    f1_macro: macro.f1,
    // labels alone say nothing about probabilities
    log_loss: width === 1 ? Number.NaN : multiclassLogLoss(labels, predictions, width),
  };
}

function regressionMetrics({ labels, predictions }: Scored): Metrics {
  const { rmse, mae, r2, mape } = regressionFigures(labels, predictions);
  return { rmse, mae, r2, mape };
}
