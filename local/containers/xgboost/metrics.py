"""Metric names of the built-in image, and those it computes itself because XGBoost does not know them."""

import numpy

MAXIMIZE = (
    "accuracy auc aucpr balanced_accuracy f1 f1_binary f1_macro map ndcg precision precision_macro precision_micro "
    "r2 recall recall_macro recall_micro"
).split()
MINIMIZE = (
    "aft-nloglik cox-nloglik error gamma-deviance gamma-nloglik interval-regression-accuracy logloss mae mape merror "
    "mlogloss mphe mse poisson-nloglik rmse rmsle tweedie-nloglik"
).split()


def _ratio(numerator, denominator):
    return numpy.divide(numerator, denominator, out=numpy.zeros_like(numerator, dtype=float), where=denominator > 0)


class _Counts:
    """Hits, predictions and labels per class."""

    def __init__(self, labels, predicted):
        classes = numpy.unique(numpy.concatenate([labels, predicted]))
        self.hits = numpy.array([numpy.sum((labels == c) & (predicted == c)) for c in classes], dtype=float)
        self.predicted = numpy.array([numpy.sum(predicted == c) for c in classes], dtype=float)
        self.labels = numpy.array([numpy.sum(labels == c) for c in classes], dtype=float)
        self.positive = numpy.flatnonzero(classes == 1)

    def precision(self):
        return _ratio(self.hits, self.predicted)

    def recall(self):
        return _ratio(self.hits, self.labels)

    def f1(self):
        return _ratio(2 * self.hits, self.predicted + self.labels)

    def binary(self, values):
        return values[self.positive[0]] if self.positive.size else 0.0


CLASSIFICATION = {
    "accuracy": lambda c: c.hits.sum() / c.labels.sum(),
    "balanced_accuracy": lambda c: c.recall()[c.labels > 0].mean(),
    "f1": lambda c: c.f1().mean(),
    "f1_binary": lambda c: c.binary(c.f1()),
    "f1_macro": lambda c: c.f1().mean(),
    "precision": lambda c: c.binary(c.precision()),
    "precision_macro": lambda c: c.precision().mean(),
    "precision_micro": lambda c: c.hits.sum() / c.predicted.sum(),
    "recall": lambda c: c.binary(c.recall()),
    "recall_macro": lambda c: c.recall().mean(),
    "recall_micro": lambda c: c.hits.sum() / c.labels.sum(),
}
REGRESSION = {
    "mse": lambda labels, predictions: numpy.mean((labels - predictions) ** 2),
    "r2": lambda labels, predictions: 1
    - numpy.sum((labels - predictions) ** 2) / numpy.sum((labels - labels.mean()) ** 2),
}


def is_custom(metric):
    return metric in CLASSIFICATION or metric in REGRESSION


def custom_metric(names, objective):
    """A function for `xgboost.train(custom_metric=...)` that computes these metrics, or None if there are none."""
    if not names:
        return None

    def evaluate(predictions, matrix):
        labels = matrix.get_label()
        if predictions.ndim > 1 and predictions.shape[1] > 1:
            predicted = predictions.argmax(axis=1)
        elif objective == "multi:softmax":
            predicted = predictions.ravel()
        else:
            predicted = (predictions.ravel() > 0.5).astype(int)
        counts = _Counts(labels, predicted)
        return [
            (name, float(CLASSIFICATION[name](counts) if name in CLASSIFICATION else REGRESSION[name](labels, predictions)))
            for name in names
        ]

    return evaluate
