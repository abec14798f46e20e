"""Turns predictions into the answers of the built-in image."""

import json
import math

CLASSIFICATION_FIELDS = ("predicted_label", "labels", "probability", "probabilities", "raw_score", "raw_scores")
# SAGEMAKER_INFERENCE_OUTPUT: not every objective has each field
FIELDS = {
    "binary:logistic": CLASSIFICATION_FIELDS,
    "binary:logitraw": ("predicted_label", "labels", "raw_score", "raw_scores"),
    "binary:hinge": ("predicted_label", "labels", "raw_score", "raw_scores"),
    "multi:softmax": ("predicted_label", "labels", "raw_score"),
    "multi:softprob": CLASSIFICATION_FIELDS,
}


def objective_of(booster):
    """:returns: the objective, the number of classes and whether the booster is linear"""
    learner = json.loads(booster.save_config())["learner"]
    classes = int(learner["learner_model_param"]["num_class"])
    return learner["objective"]["name"], classes, learner["gradient_booster"]["name"] == "gblinear"


def select(predictions, objective, fields):
    """:returns: one dict per row; a field that the objective does not have is NaN"""
    if objective.startswith(("reg:", "count:", "rank:", "survival:")):
        allowed = ("predicted_score",)
    else:
        allowed = FIELDS.get(objective, ())
    return [{field: _field(field, row, objective) if field in allowed else math.nan for field in fields} for row in predictions.tolist()]


def _field(field, row, objective):
    if field == "predicted_score":
        return row
    scores = row if isinstance(row, list) else [1 - row, row]
    if objective == "binary:logitraw":
        label, scores = int(row > 0), [-row, row]
    elif objective == "binary:hinge":
        label, scores = int(row), [1 - row, row]
    elif objective == "multi:softmax":
        return {"predicted_label": int(row), "raw_score": row}.get(field, math.nan)
    else:
        label = int(scores.index(max(scores)) if isinstance(row, list) else row > 0.5)
    if field == "predicted_label":
        return label
    if field == "labels":
        return list(range(len(scores)))
    if field in ("probabilities", "raw_scores"):
        return scores
    return scores[label] if isinstance(row, list) else row


def encode(predictions, records, fields, kind, batch):
    """The body of an answer; `records` are the selected fields, or None for plain scores."""
    if records is None and kind == "text/csv":
        values = [str(value) for value in predictions.tolist()]
        return "\n".join(values) + "\n" if batch else ",".join(values)
    rows = records if records is not None else [{"score": value} for value in predictions.tolist()]
    if kind == "application/json":
        return json.dumps({"predictions": rows})
    if kind == "application/jsonlines":
        return "".join(json.dumps(row) + "\n" for row in rows)
    lines = [",".join(_cell(row[field]) for field in fields) for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value):
    return f'"{value}"' if isinstance(value, list) else str(value)
