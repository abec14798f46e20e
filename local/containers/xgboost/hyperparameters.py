"""The hyperparameters of SageMaker's built-in XGBoost: types, ranges and rules, checked before anything is read."""

import ast
import math

from metrics import MAXIMIZE, MINIMIZE
from platform_contract import UserError

ALIASES = {"learning_rate": "eta", "min_split_loss": "gamma", "reg_lambda": "lambda", "reg_alpha": "alpha"}

OBJECTIVES = (
    "binary:logistic binary:logitraw binary:hinge multi:softmax multi:softprob reg:squarederror reg:linear "
    "reg:logistic reg:gamma reg:tweedie reg:squaredlogerror reg:pseudohubererror reg:absoluteerror count:poisson "
    "rank:pairwise rank:ndcg rank:map survival:aft survival:cox"
).split()
UPDATERS = (
    "grow_colmaker distcol grow_histmaker grow_local_histmaker grow_quantile_histmaker grow_skmaker sync refresh "
    "prune shotgun coord_descent"
).split()
GROWERS = {"grow_colmaker", "distcol", "grow_histmaker", "grow_local_histmaker", "grow_quantile_histmaker"}
METRICS_WITH_THRESHOLD = ("error", "ndcg", "map")


class Interval:
    """A numeric range; `open_low` and `open_high` leave the ends out."""

    def __init__(self, kind, low=-math.inf, high=math.inf, open_low=False, open_high=False):
        self.kind, self.low, self.high, self.open_low, self.open_high = kind, low, high, open_low, open_high

    def parse(self, text):
        value = self.kind(text)
        if not math.isfinite(value):
            raise ValueError(text)
        return value

    def allows(self, value):
        above = value > self.low if self.open_low else value >= self.low
        below = value < self.high if self.open_high else value <= self.high
        return above and below

    def __str__(self):
        left = "(" if self.open_low or self.low == -math.inf else "["
        right = ")" if self.open_high or self.high == math.inf else "]"
        return f"{left}{_number(self.low)}, {_number(self.high)}{right}"


class Choice:
    """One word out of a list."""

    def __init__(self, words):
        self.words = words.split() if isinstance(words, str) else list(words)

    def parse(self, text):
        return text

    def allows(self, value):
        return value in self.words

    def __str__(self):
        return str(self.words)


class Literal:
    """A Python literal of numbers: a tuple, or a list of lists; `depth` counts the nesting."""

    def __init__(self, depth, allowed, text):
        self.depth, self.allowed, self.text = depth, allowed, text

    def parse(self, text):
        try:
            value = ast.literal_eval(text)
        except SyntaxError as error:
            raise ValueError(text) from error
        if not isinstance(value, (list, tuple)):
            raise ValueError(text)
        return value

    def allows(self, value, depth=None):
        depth = self.depth if depth is None else depth
        if depth == 0:
            return isinstance(value, int) and self.allowed(value)
        return isinstance(value, (list, tuple)) and all(self.allows(element, depth - 1) for element in value)

    def __str__(self):
        return self.text


class Words:
    """A comma-separated list."""

    def __init__(self, allowed, text):
        self.allowed, self.text = allowed, text

    def parse(self, text):
        return [word.strip() for word in text.split(",")]

    def allows(self, value):
        return all(self.allowed(word) for word in value)

    def __str__(self):
        return self.text


def _number(value):
    return {math.inf: "+inf", -math.inf: "-inf"}.get(value, value)


def _metric(name):
    base, at, threshold = name.partition("@")
    if not at:
        return name in MAXIMIZE or name in MINIMIZE
    if base not in METRICS_WITH_THRESHOLD:
        raise UserError(
            f"Metric '{name}' is not supported. Parameter 'eval_metric' with customized threshold should be one of "
            "these options: 'error', 'ndcg', 'map'."
        )
    try:
        float(threshold)
    except ValueError:
        raise UserError(f"Threshold value 't' in '{base}@t' expects float input.") from None
    return True


def _tuning_metrics():
    return [f"{channel}:{metric}" for channel in ("train", "validation") for metric in MAXIMIZE + MINIMIZE]


AT_LEAST_0 = Interval(float, 0)
SHARE = Interval(float, 0, 1, open_low=True)
UNIT = Interval(float, 0, 1)
BIT = Interval(int, 0, 1)
COUNT = Interval(int, 1)
WHOLE = Interval(int, 0)
FLAG = Choice("true false")

TABLE = {
    "num_round": COUNT,
    "early_stopping_rounds": COUNT,
    "seed": Interval(int, -(2**31), 2**31 - 1, open_low=True, open_high=True),
    "nthread": COUNT,
    "verbosity": Interval(int, 0, 3),
    "csv_weights": BIT,
    "save_model_on_termination": FLAG,
    "_kfold": Interval(int, 2),
    "_num_cv_round": COUNT,
    "_tuning_objective_metric": Choice(_tuning_metrics()),
    "use_dask_gpu_training": FLAG,
    "booster": Choice("gbtree gblinear dart"),
    "tree_method": Choice("auto exact approx hist gpu_hist"),
    "grow_policy": Choice("depthwise lossguide"),
    "process_type": Choice("default update"),
    "updater": Words(lambda word: word in UPDATERS, str(UPDATERS)),
    "dsplit": Choice("row col"),
    "refresh_leaf": BIT,
    "predictor": Choice("auto cpu_predictor gpu_predictor"),
    "num_parallel_tree": COUNT,
    "sampling_method": Choice("uniform gradient_based"),
    "deterministic_histogram": FLAG,
    "sketch_eps": Interval(float, 0, 1, open_low=True, open_high=True),
    "prob_buffer_row": Interval(float, 1, open_low=True),
    "eta": UNIT,
    "gamma": AT_LEAST_0,
    "max_depth": WHOLE,
    "min_child_weight": AT_LEAST_0,
    "max_delta_step": AT_LEAST_0,
    "subsample": SHARE,
    "colsample_bytree": SHARE,
    "colsample_bylevel": SHARE,
    "colsample_bynode": SHARE,
    "lambda": AT_LEAST_0,
    "alpha": AT_LEAST_0,
    "scale_pos_weight": Interval(float, 0, open_low=True),
    "max_leaves": WHOLE,
    "max_bin": WHOLE,
    "monotone_constraints": Literal(1, lambda value: value in (-1, 0, 1), "[-1, 0, 1]"),
    "interaction_constraints": Literal(2, lambda value: value >= 0, "[0, +inf)"),
    "sample_type": Choice("uniform weighted"),
    "normalize_type": Choice("tree forest"),
    "rate_drop": UNIT,
    "one_drop": BIT,
    "skip_drop": UNIT,
    "lambda_bias": UNIT,
    "objective": Choice(OBJECTIVES),
    "num_class": Interval(int, 2),
    "base_score": AT_LEAST_0,
    "tweedie_variance_power": Interval(float, 1, 2, open_low=True, open_high=True),
    "aft_loss_distribution": Choice("normal logistic extreme"),
    "aft_loss_distribution_scale": AT_LEAST_0,
    "eval_metric": Words(_metric, str(MAXIMIZE + MINIMIZE)),
}


def validate(given):
    """Parses string hyperparameters.

    :returns: canonical names with typed values
    :raises UserError: naming the first hyperparameter that is missing, unknown, unparsable, out of range or unfit
    """
    given = {ALIASES.get(name, name): value for name, value in given.items()}
    if "num_round" not in given:
        raise UserError("Missing required hyperparameter: num_round")
    values = {}
    for name, text in given.items():
        if name not in TABLE:
            raise UserError(f"Extraneous hyperparameter found: {name}")
        try:
            values[name] = TABLE[name].parse(text)
        except ValueError:
            raise UserError(f"Hyperparameter {name}: could not parse value") from None
    for name, value in values.items():
        if not TABLE[name].allows(value):
            raise UserError(f"Hyperparameter {name}: {value} is not in {TABLE[name]}")
    _check_together(values)
    return values


def _check_together(values):
    objective = values.get("objective", "reg:squarederror")
    if objective.startswith("multi:") and "num_class" not in values:
        raise UserError("Require input for parameter 'num_class' for multi-classification")
    metrics = values.get("eval_metric", [])
    if "auc" in metrics and not objective.startswith(("binary:", "rank:")):
        raise UserError("Metric 'auc' can only be applied for classification and ranking problems.")
    if "aft-nloglik" in metrics and objective != "survival:aft":
        raise UserError("Metric 'aft-nloglik' can only be applied for 'survival:aft' objective.")
    _check_trees(values)
    for name in ("_kfold", "_num_cv_round"):
        if name in values:
            raise UserError(f"Hyperparameter {name} is not supported by the local XGBoost")
    if values.get("use_dask_gpu_training") == "true" or values.get("tree_method") == "gpu_hist":
        raise UserError("Training on a GPU is not supported by the local XGBoost")


def _check_trees(values):
    method = values.get("tree_method")
    if "monotone_constraints" in values and method not in ("exact", "hist"):
        raise UserError("monotone_constraints can be used only when tree_method is 'exact' or 'hist'.")
    if "interaction_constraints" in values and method not in ("exact", "hist", "approx"):
        raise UserError("interaction_constraints can be used only when tree_method is 'exact', 'hist' or 'approx'.")
    updaters = values.get("updater", [])
    linear = {"shotgun", "coord_descent"}
    if values.get("booster") == "gblinear":
        if updaters and (len(updaters) != 1 or updaters[0] not in linear):
            raise UserError("Linear updater should be one of these options: 'shotgun', 'coord_descent'.")
    elif values.get("process_type") == "update":
        if not set(updaters) <= {"refresh", "prune"}:
            raise UserError("process_type 'update' can only be used with updater 'refresh' and 'prune'")
    elif linear & set(updaters) or len(GROWERS & set(updaters)) > 1:
        raise UserError("Tree updater should be tree updaters with at most one that grows trees")
