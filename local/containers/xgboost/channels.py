"""Reads the `train` and `validation` channels with XGBoost's own text parsers, as the built-in image does."""

import csv
import os
import shutil

import xgboost

from platform_contract import UserError, path

CSV, LIBSVM = "csv", "libsvm"
CONTENT_TYPES = {"csv": CSV, "text/csv": CSV, "libsvm": LIBSVM, "text/libsvm": LIBSVM, "text/x-libsvm": LIBSVM}
MAX_FOLDER_DEPTH = 3


def content_type(configured):
    """`text/libsvm` is the default; a `label_size` other than 1 is refused."""
    name, *parameters = [part.strip() for part in (configured or LIBSVM).lower().split(";")]
    if name not in CONTENT_TYPES:
        raise UserError(f"{configured} is not an accepted ContentType: {', '.join(CONTENT_TYPES)}.")
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "label_size" and value.strip() != "1":
            raise UserError(f"{configured} is not an accepted csv ContentType. label_size must be equal to 1")
    return CONTENT_TYPES[name]


def data_files(channel):
    """Non-empty files of a channel in name order; names that start with a dot or an underscore are not data."""
    root = path("input", "data", channel)
    found = []
    for folder, folders, files in os.walk(root):
        folders.sort()
        depth = os.path.relpath(folder, root).count(os.sep) + (folder != root)
        if depth > MAX_FOLDER_DEPTH:
            raise UserError(f"Folder depth exceed the limit: {MAX_FOLDER_DEPTH}.")
        for name in sorted(files):
            file = os.path.join(folder, name)
            if not name.startswith((".", "_")) and os.path.getsize(file) > 0:
                found.append(file)
    return found


def load(channel, kind, csv_weights=0):
    """
    :returns: a DMatrix, or None for a channel without data
    :raises UserError: if the data is not what the content type says
    """
    files = data_files(channel)
    if not files:
        return None
    query = f"format={kind}"
    if kind == CSV:
        query += f"&label_column=0&delimiter={_delimiter(files[0])}"
        if csv_weights == 1:
            query += "&weight_column=1"
    else:
        _check_libsvm(files[0])
    try:
        return xgboost.DMatrix(f"{_plain_names(channel, files)}?{query}", nthread=1)
    except xgboost.core.XGBoostError as error:
        raise UserError(f"Failed to load {kind} data with exception:\n{error}") from error


def _plain_names(channel, files):
    """XGBoost reads `?`, `#` and `;` in a path as its own syntax: links with plain names keep them out."""
    folder = path("tmp", channel)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    os.chdir(path())
    links = []
    for number, file in enumerate(files):
        link = os.path.join("tmp", channel, f"{number:06}")
        os.symlink(os.path.abspath(file), link)
        links.append(link)
    return ";".join(links)


def _first_line(file):
    with open(file, encoding="utf-8", errors="ignore") as lines:
        return lines.readline()


def _delimiter(file):
    line = _first_line(file)
    try:
        return csv.Sniffer().sniff(line).delimiter
    except csv.Error as error:
        raise UserError(f"Could not determine delimiter on line {line[:50]}:\n{error}") from error


def _check_libsvm(file):
    line = _first_line(file).strip()
    label, *features = line.split(" ")
    try:
        for number in label.split(":"):
            float(number)
        for feature in features:
            index, value = feature.split(":")
            int(index), float(value)
    except ValueError:
        raise UserError(
            f"First line '{line[:50]}...' of file '{os.path.basename(file)}' is not 'LIBSVM' format. "
            "Please ensure the file is in 'LIBSVM' format."
        ) from None
