"""Compares two files with pandas and scipy, as people do: read both, then every metric column by column.

Reads {reference, current, format, numbers, categories, times} as JSON; prints what it took, and what it found, as JSON.
"""

import sys

import numpy as np
import pandas as pd
import scipy
from scipy import stats
from scipy.spatial.distance import jensenshannon

from lib.measured import measured


def read(path, task):
    if task["format"] == "parquet":
        return pd.read_parquet(path)
    return pd.read_csv(path, parse_dates=task["times"])


def psi(p, q):
    p, q = np.clip(p, 1e-4, None), np.clip(q, 1e-4, None)
    return float(np.sum((q - p) * np.log(q / p)))


def of_numbers(before, now):
    before, now = before.dropna().to_numpy(float), now.dropna().to_numpy(float)
    edges = np.unique(np.quantile(before, np.linspace(0, 1, 11)))
    edges[0], edges[-1] = -np.inf, np.inf
    p = np.histogram(before, edges)[0] / len(before)
    q = np.histogram(now, edges)[0] / len(now)
    return {
        "psi": psi(p, q),
        "jensenShannon": float(jensenshannon(p, q, 2)),
        "lInfinity": float(np.max(np.abs(p - q))),
        "kolmogorovSmirnov": float(stats.ks_2samp(before, now).statistic),
        "wasserstein": float(stats.wasserstein_distance(before, now)),
        "means": [float(before.mean()), float(now.mean())],
    }


def of_categories(before, now):
    counts = pd.DataFrame({"p": before.value_counts(), "q": now.value_counts()}).fillna(0)
    p, q = counts["p"] / counts["p"].sum(), counts["q"] / counts["q"].sum()
    return {
        "psi": psi(p.to_numpy(), q.to_numpy()),
        "jensenShannon": float(jensenshannon(p, q, 2)),
        "lInfinity": float((p - q).abs().max()),
        "totalVariation": float((p - q).abs().sum() / 2),
        "chiSquared": float(stats.chi2_contingency(counts.T, correction=False).statistic),
    }


def compare(task):
    before, now = read(task["reference"], task), read(task["current"], task)
    columns = {name: of_numbers(before[name], now[name]) for name in task["numbers"]}
    columns |= {name: of_categories(before[name], now[name]) for name in task["categories"]}
    for name in before.columns:
        columns.setdefault(name, {})["missing"] = [float(before[name].isna().mean()), float(now[name].isna().mean())]
    return {
        "versions": f"pandas {pd.__version__}, scipy {scipy.__version__}, Python {sys.version.split()[0]}",
        "rows": [len(before), len(now)],
        "columns": columns,
    }


measured(compare)
