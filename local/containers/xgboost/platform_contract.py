"""What both programs share of the container contract: folders, failure classes and the life line to the platform."""

import json
import os
import sys
import threading

ML_ROOT = os.environ.get("MILLRACE_ML_ROOT", "/opt/ml")


class UserError(Exception):
    """The caller can avoid it."""


class AlgorithmError(Exception):
    """A bug, or a failure nobody foresaw."""


class PlatformError(Exception):
    """The environment is not as the contract says."""


def path(*parts):
    return os.path.join(ML_ROOT, *parts)


def read_config(name, default=None):
    """One of the JSON documents below input/config."""
    file = path("input", "config", name + ".json")
    if not os.path.exists(file):
        if default is not None:
            return default
        raise PlatformError(f"{file} is missing")
    with open(file, encoding="utf-8") as config:
        return json.load(config)


def write_failure(error):
    """Writes the failure file; SageMaker shows its first 1,024 characters as FailureReason."""
    text = f"{type(error).__name__}: {error}"
    print(text, file=sys.stderr, flush=True)
    os.makedirs(path("output"), exist_ok=True)
    with open(path("output", "failure"), "w", encoding="utf-8") as failure:
        failure.write(text)


def die_with_parent():
    """Ends this process when standard input, a pipe from the platform, is closed."""

    def watch():
        while os.read(0, 4096):
            pass
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
