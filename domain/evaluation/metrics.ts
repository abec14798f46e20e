import { auc, averagePrecision } from './ranking.ts';
import { logOf, type Metrics, mean, predictedClasses, type Scored } from './scored.ts';

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

/** Rows of each outcome at the threshold. */
export function confusion(scored: Scored): { tp: number; fp: number; fn: number; tn: number } {
  const counts = { tp: 0, fp: 0, fn: 0, tn: 0 };
  const predicted = predictedClasses(scored);
  for (let i = 0; i < predicted.length; i++) {
    const positive = scored.labels[i] === 1;
    if (predicted[i] === 1) counts[positive ? 'tp' : 'fp'] += 1;
    else counts[positive ? 'fn' : 'tn'] += 1;
  }
  return counts;
}

function binaryMetrics(scored: Scored): Metrics {
  const { labels, predictions } = scored;
  const { tp, fp, fn, tn } = confusion(scored);
  return {
    auc: auc(labels, predictions),
    average_precision: averagePrecision(labels, predictions),
    accuracy: (tp + tn) / labels.length,
    precision: tp / (tp + fp),
    recall: tp / (tp + fn),
    f1: (2 * tp) / (2 * tp + fp + fn),
    log_loss: mean(labels.length, (i) => {
      const probability = predictions[i] as number;
      return -logOf(labels[i] === 1 ? probability : 1 - probability);
    }),
    brier: mean(labels.length, (i) => ((predictions[i] as number) - (labels[i] as number)) ** 2),
  };
}

function multiclassMetrics(scored: Scored): Metrics {
  const { labels, predictions, width } = scored;
  const predicted = predictedClasses(scored);
  const probability = (i: number) => predictions[i * width + (labels[i] as number)] as number;
  return {
    accuracy: mean(labels.length, (i) => Number(predicted[i] === labels[i])),
    f1_macro: macroF1(labels, predicted),
    // labels alone say nothing about probabilities
    log_loss: width === 1 ? Number.NaN : mean(labels.length, (i) => -logOf(probability(i))),
  };
}

/** Unweighted mean of each class's F1, over the classes that occur in the labels or in the predictions. */
function macroF1(labels: Float64Array, predicted: Int32Array): number {
  const hits = new Map<number, number>();
  const seen = new Map<number, number>();
  const count = (counts: Map<number, number>, key: number) => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (let i = 0; i < labels.length; i++) {
    const [label, guess] = [labels[i] as number, predicted[i] as number];
    count(seen, label);
    count(seen, guess);
    if (label === guess) count(hits, label);
  }
  const scores = [...seen].map(([key, both]) => (2 * (hits.get(key) ?? 0)) / both);
  return mean(scores.length, (i) => scores[i] as number);
}

function regressionMetrics({ labels, predictions }: Scored): Metrics {
  const error = (i: number) => (labels[i] as number) - (predictions[i] as number);
  const centre = mean(labels.length, (i) => labels[i] as number);
  const squared = mean(labels.length, (i) => error(i) ** 2);
  const variance = mean(labels.length, (i) => ((labels[i] as number) - centre) ** 2);
  return {
    rmse: Math.sqrt(squared),
    mae: mean(labels.length, (i) => Math.abs(error(i))),
    r2: variance > 0 ? 1 - squared / variance : Number.NaN,
    // a share, not a percentage; a label of 0 makes it huge, as in scikit-learn
    mape: mean(labels.length, (i) => Math.abs(error(i)) / Math.max(Math.abs(labels[i] as number), Number.EPSILON)),
  };
}
