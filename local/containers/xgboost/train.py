"""Trains as SageMaker's built-in XGBoost image does: `python train.py`, folders below MILLRACE_ML_ROOT."""

import os
import re
import signal
import sys

from hyperparameters import validate
from metrics import MAXIMIZE, custom_metric, is_custom
from platform_contract import AlgorithmError, PlatformError, UserError, die_with_parent, path, read_config, write_failure

MODEL_NAME = "xgboost-model"
CHECKPOINTS_KEPT = 5
# hyperparameters of the run, not of XGBoost
RUN_PARAMETERS = (
    "num_round early_stopping_rounds csv_weights save_model_on_termination _tuning_objective_metric eval_metric "
    "use_dask_gpu_training"
).split()
# parts of XGBoost's messages for what the caller can avoid
USER_ERRORS = (
    "label must be in [0,1] for logistic regression",
    "label must be in [0, num_class)",
    "feature_names mismatch",
    "Check failed: preds.size() == info.labels",
    "Check failed: !auc_error AUC: the dataset only contains pos or neg samples",
    "base_score must be in (0,1)",
    "PoissonRegression: label must be nonnegative",
    "TweedieRegression: label must be nonnegative",
    "Parameter reg_lambda should be greater equal to 0",
)
terminated = False


def main():
    values = validate(read_config("hyperparameters"))
    if values.get("save_model_on_termination") == "true":
        signal.signal(signal.SIGTERM, on_sigterm)
    train, validation = load_channels(values)
    booster = run(values, train, validation)
    if booster is not None:
        save(booster, path("model", MODEL_NAME))


def on_sigterm(_signal, _frame):
    global terminated
    terminated = True


def load_channels(values):
    from channels import content_type, load

    channels = read_config("inputdataconfig")
    if "train" not in channels:
        raise UserError("Missing required channel: train")
    unknown = sorted(set(channels) - {"train", "validation", "code"})
    if unknown:
        raise UserError(f"Extraneous channel found: {unknown[0]}")
    kind = content_type(channels["train"].get("ContentType"))
    train = load("train", kind, values.get("csv_weights", 0))
    if train is None:
        raise UserError(f"No data in training channel path {path('input', 'data', 'train')}")
    print(f"Train matrix has {train.num_row()} rows and {train.num_col()} columns", flush=True)
    if "validation" not in channels:
        return train, None
    validation = load("validation", kind)
    if validation is None:
        raise UserError(f"No data in validation channel path {path('input', 'data', 'validation')}")
    print(f"Validation matrix has {validation.num_row()} rows", flush=True)
    return train, validation


def run(values, train, validation):
    """:returns: the booster, or None if training was stopped before its first round ended"""
    import xgboost

    objective = values.get("objective", "reg:squarederror")
    tuned = values.get("_tuning_objective_metric", "").partition(":")[2]
    asked = values.get("eval_metric", [])
    names = sorted({*asked, tuned}) if tuned else asked
    parameters = {name: value for name, value in values.items() if name not in RUN_PARAMETERS}
    parameters.setdefault("nthread", 1)
    if "updater" in parameters:
        parameters["updater"] = ",".join(parameters["updater"])
    built_in = [name for name in names if not is_custom(name)]
    own = [name for name in names if is_custom(name)]
    if built_in:
        parameters["eval_metric"] = built_in
    elif own:
        parameters["disable_default_eval_metric"] = True
    checkpoints = read_config("checkpointconfig", {}).get("LocalPath")
    resumed, done = load_checkpoint(xgboost, checkpoints)
    callbacks = [Monitor(done)]
    if checkpoints:
        callbacks.append(Checkpoint(checkpoints, done))
    early = early_stopping(xgboost, values, tuned or (asked[-1] if asked else None), validation)
    evaluations = [(train, "train")] + ([(validation, "validation")] if validation is not None else [])
    try:
        booster = xgboost.train(
            parameters,
            train,
            num_boost_round=max(0, values["num_round"] - done),
            evals=evaluations,
            custom_metric=custom_metric(own, objective),
            callbacks=[in_order(xgboost, callbacks, early)],
            xgb_model=resumed,
            verbose_eval=False,
        )
    except xgboost.core.XGBoostError as error:
        message = str(error).partition("Stack trace:")[0].strip()
        if any(part in message for part in USER_ERRORS):
            raise UserError(message) from error
        raise AlgorithmError(f"XGB train call failed with exception:\n {message}") from error
    return booster if booster.num_boosted_rounds() > 0 else None


def early_stopping(xgboost, values, metric, validation):
    """Needs a validation channel and a metric; the saved model then holds only the best rounds."""
    rounds = values.get("early_stopping_rounds")
    if not rounds or not metric or validation is None:
        return None
    return xgboost.callback.EarlyStopping(
        rounds=rounds,
        metric_name=metric,
        data_name="validation",
        maximize=metric.partition("@")[0] in MAXIMIZE,
        save_best=values.get("booster") != "gblinear",
    )


class Monitor:
    """Prints `[round]<tab>channel-metric:value` and ends training after a SIGTERM."""

    def __init__(self, offset):
        self.offset = offset

    def after_iteration(self, _model, epoch, log):
        scores = [f"\t{data}-{name}:{values[-1]:.5f}" for data, metrics in log.items() for name, values in metrics.items()]
        print(f"[{epoch + self.offset}]{''.join(scores)}", flush=True)
        return terminated


class Checkpoint:
    """Saves every round as `xgboost-checkpoint.<n>` and keeps the last few."""

    def __init__(self, folder, offset):
        self.folder, self.offset = folder, offset
        os.makedirs(folder, exist_ok=True)

    def after_iteration(self, model, epoch, _log):
        number = epoch + self.offset
        save(model, os.path.join(self.folder, f"xgboost-checkpoint.{number}"))
        old = os.path.join(self.folder, f"xgboost-checkpoint.{number - CHECKPOINTS_KEPT}")
        if os.path.exists(old):
            os.remove(old)
        return False


def in_order(xgboost, callbacks, early):
    """One callback out of several: XGBoost keeps a set of them, and the first that stops silences the rest."""

    class InOrder(xgboost.callback.TrainingCallback):
        def before_training(self, model):
            return early.before_training(model) if early else model

        def after_iteration(self, model, epoch, evals_log):
            ends = [callback.after_iteration(model, epoch, evals_log) for callback in callbacks]
            return (early.after_iteration(model, epoch, evals_log) if early else False) or any(ends)

        def after_training(self, model):
            return early.after_training(model) if early else model

    return InOrder()


def load_checkpoint(xgboost, folder):
    """:returns: the model of the last checkpoint and how many rounds it has done"""
    names = os.listdir(folder) if folder and os.path.isdir(folder) else []
    numbers = [int(match[1]) for match in (re.fullmatch(r"xgboost-checkpoint\.(\d+)", name) for name in names) if match]
    if not numbers:
        return None, 0
    model = xgboost.Booster()
    model.load_model(os.path.join(folder, f"xgboost-checkpoint.{max(numbers)}"))
    print(f"Resuming from iteration {max(numbers) + 1}", flush=True)
    return model, max(numbers) + 1


def save(booster, target):
    """Writes UBJSON under a name without extension, in one step."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    scratch = f"{path('tmp')}/model-{os.getpid()}.ubj"
    os.makedirs(path("tmp"), exist_ok=True)
    booster.save_model(scratch)
    os.replace(scratch, target)


if __name__ == "__main__":
    die_with_parent()
    try:
        main()
    except (UserError, AlgorithmError, PlatformError) as error:
        write_failure(error)
        sys.exit(1)
    except Exception as error:
        write_failure(AlgorithmError(f"{error} (caused by {type(error).__name__})"))
        raise
