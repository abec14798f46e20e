"""Checks the rules of bench/lib/validate-specs.ts with pandas, as people do: read, one vectorised expression a rule, profile, bad rows to a file.

Reads {path, folder, edges, countries, plans} as JSON; prints what it took, and what it found, as JSON.
Cells have the type of their column or the reader fails: unlike Millrace it cannot count those that have not.
"""

import os
import sys

import numpy as np
import pandas as pd

from lib.measured import measured

try:
    import pyarrow  # noqa: F401  pandas writes Parquet with it

    FORMAT = "parquet"
except ImportError:
    FORMAT = "csv"

INTEGERS = ["age", "visits"]
NUMBERS = ["duration", "score", "latitude", "longitude", "balance", "amount", "fee", "discount", "total"]
CATEGORIES = ["country", "plan", "device", "city", "channel", "segment"]
NULLABLE = ["duration", "discount", "segment"]
RANGES = {
    "age": (0, 120),
    "visits": (0, None),
    "duration": (0, None),
    "score": (0, 1),
    "latitude": (-90, 90),
    "longitude": (-180, 180),
}


def read(path):
    types = {name: "int64" for name in INTEGERS} | {name: "float64" for name in NUMBERS}
    types |= {name: "str" for name in ["id", *CATEGORIES]} | {"active": "bool"}
    return pd.read_csv(path, dtype=types, parse_dates=["seen_at"], keep_default_na=False, na_values=[""])


def broken_rules(rows, task):
    """True for the rows that break each rule; a missing cell keeps every rule but its own."""
    rules = {f"null-not-allowed:{name}": rows[name].isna() for name in rows.columns if name not in NULLABLE}
    for name, (least, most) in RANGES.items():
        cells = rows[name]
        below = cells < least
        rules[f"out-of-range:{name}"] = below if most is None else below | (cells > most)
    for name, allowed in (("country", task["countries"]), ("plan", task["plans"])):
        rules[f"value-not-allowed:{name}"] = rows[name].notna() & ~rows[name].isin(allowed)
    rules["pattern-mismatch:device"] = ~rows["device"].str.fullmatch(r"[A-Z]{2}-[0-9]{3}", na=True)
    length = rows["city"].str.len()
    rules["too-short:city"] = length < 3
    rules["too-long:city"] = length > 24
    rules["fee-within-amount"] = rows["fee"] > rows["amount"]
    rules["total-adds-up"] = (rows["total"] - rows["amount"] - rows["fee"] + rows["discount"]).abs() >= 0.02
    discounted = rows["discount"].notna() & (rows["discount"] != 0)
    rules["free-is-not-discounted"] = (rows["plan"] == "free") & discounted
    timed = rows["duration"].notna() & (rows["duration"] != 0)
    rules["no-visit-no-time"] = (rows["visits"] <= 0) & timed
    return rules


def profile(rows, edges):
    columns = {}
    for name in [*INTEGERS, *NUMBERS]:
        cells = rows[name]
        finite = cells[np.isfinite(cells)]
        figures = {"count": len(finite), "nulls": int(cells.isna().sum()), "min": finite.min(), "max": finite.max()}
        figures |= {"mean": finite.mean(), "variance": finite.var(ddof=0)}
        at = np.searchsorted(edges[name], finite, side="left")
        columns[name] = figures | {"bins": np.bincount(at, minlength=len(edges[name]) + 1)}
    for name in CATEGORIES:
        columns[name] = {"nulls": int(rows[name].isna().sum()), "values": rows[name].value_counts()}
    for name in ["id", "active", "seen_at"]:
        columns[name] = {"nulls": int(rows[name].isna().sum())}
    return columns


def check(task):
    rows = read(task["path"])
    rules = broken_rules(rows, task)
    bad = np.logical_or.reduce([broken.to_numpy() for broken in rules.values()])
    aside = rows[bad].astype("str")
    ids = np.array(list(rules))
    flags = np.column_stack([broken.to_numpy()[bad] for broken in rules.values()])
    aside["reasons"] = [",".join(ids[row]) for row in flags]
    path = os.path.join(task["folder"], f"quarantine.{FORMAT}")
    aside.to_parquet(path) if FORMAT == "parquet" else aside.to_csv(path)
    os.remove(path)
    columns = profile(rows[~bad], task["edges"])
    counts = {id: int(broken.sum()) for id, broken in rules.items()}
    return {
        "versions": f"pandas {pd.__version__}, Python {sys.version.split()[0]}, bad rows as {FORMAT}",
        "total": len(rows),
        "quarantined": int(bad.sum()),
        "rules": {id: n for id, n in counts.items() if n > 0},
        "nulls": {name: column["nulls"] for name, column in columns.items()},
        "bins": {name: column["bins"].tolist() for name, column in columns.items() if "bins" in column},
    }


measured(check)
