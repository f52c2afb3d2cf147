# %% [markdown]
# # Forecasts of a sales list
# A maker of pumps sells thirty products. What will be sold in the next twelve months, and how sure is that?
# Run it as a script (`python forecast_notebook.py FOLDER` writes the pictures there), or cell by cell in an editor that knows
# `# %%`. No database is needed: `pip install crm-core[plot]`.

# %%
from __future__ import annotations

import datetime
import math
import random
import sys
import tempfile
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from crm_core import ErrorCode, InsufficientHistoryError, Problem, forecast, plots

PICTURES = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="forecast-"))
START = datetime.date(2020, 1, 1)
MONTHS = 78


# %% [markdown]
# ## The data
# Seventy-eight months, made up with a fixed seed: pumps with a trend and a season, valves that hardly move, spare parts that
# are not asked for in most months. In a month without a figure the product was out of stock: that is missing, and not zero.


# %%
def pump(chance: random.Random, month: int, size: float) -> float:
    season = 1 + 0.28 * math.sin(math.tau * (month % 12 - 2) / 12) + (0.18 if month % 12 == 11 else 0.0)
    return round(size * (1 + 0.009 * month) * season * chance.lognormvariate(0, 0.07))


def valve(chance: random.Random, month: int, size: float) -> float:
    return max(0, round(size + 0.15 * size * math.sin(month / 9) + chance.gauss(0, 0.08 * size)))


def spare_part(chance: random.Random, month: int, size: float) -> float:
    return chance.randint(1, 6) if chance.random() < 0.3 else 0


def sales() -> dict[str, list[float | None]]:
    chance = random.Random(20260701)
    products: dict[str, list[float | None]] = {}
    for kind, make in (("pump", pump), ("valve", valve), ("part", spare_part)):
        for number in range(1, 11):
            size = chance.uniform(60, 400)
            products[f"{kind} {number:02}"] = [make(chance, month, size) for month in range(MONTHS)]
    products["valve 03"][40:43] = [None, None, None]
    return products


history = sales()
print(f"{len(history)} products, {MONTHS} months")

# %% [markdown]
# ## One product
# `forecast` takes whatever holds figures: a list, an array, a column of a data frame.

# %%
found = forecast.forecast(history["pump 01"], horizon=12, key="pump 01")
print(found.key, "by", found.model.split("(")[0])
print("the first month:", round(found.mean[0]), "between", round(found.lower[80][0]), "and", round(found.upper[80][0]))

ax = plots.fan(history["pump 01"], found, start=START, history=48, title="Pump 01: next twelve months", unit="pieces per month")
plots.save(ax, PICTURES / "fan.png")

# %% [markdown]
# What is behind it: a trend, a season, and a rest without a pattern.

# %%
axes = plots.components(history["pump 01"], start=START, title="Pump 01 taken apart", unit="pieces")
plots.save(axes, PICTURES / "components.png")

# %% [markdown]
# ## All products
# Products of one kind lend each other what one alone is too short for. A table goes to pandas, polars or duckdb as it is.

# %%
kinds = {key: key.split()[0] for key in history}
forecasts = forecast.forecast_many(history, horizon=12, groups=kinds, threads=2)
table = forecast.to_table(forecasts)
print(f"{table.num_rows} rows: {', '.join(table.column_names)}")

# %% [markdown]
# ## Which model is the best?
# Six origins, a year ahead of each, and a model of our own beside those of the engine: the same month of the two last years,
# averaged.


# %%
def two_years(y: list[float], horizon: int) -> list[float]:
    """The mean of the same month one and two years before."""
    if len(y) < 24:
        raise InsufficientHistoryError([Problem(ErrorCode.INSUFFICIENT_HISTORY, "two years are needed")])
    return [(y[-12 + step % 12] + y[-24 + step % 12]) / 2 for step in range(horizon)]


trial = forecast.backtest(
    history,
    horizon=12,
    models=["auto", "dot", "ets", "seasonal_naive", two_years],
    origins=6,
    step=3,
    levels=(80,),
    threads=2,
)
print(f"{trial.num_rows} rows, {len(trial.problems)} problems")
best = min(trial.accuracy.to_pylist(), key=lambda row: float(row["rmsse"]))
print("the best by RMSSE:", best["model"])

ax = plots.accuracy(trial, measure="rmsse", title="Thirty products, six origins, twelve months ahead")
plots.save(ax, PICTURES / "accuracy.png")

ax = plots.backtest(
    trial,
    history["pump 01"],
    key="pump 01",
    models=["auto", "seasonal_naive"],
    start=START,
    title="Pump 01: what was said, and what came",
    unit="pieces per month",
)
plots.save(ax, PICTURES / "backtest.png")

# %% [markdown]
# A spare part is not asked for in most months; its forecast is a rate, and the interval begins at nothing.

# %%
part = next(one for one in forecasts if one.key == "part 01")
ax = plots.fan(history["part 01"], part, start=START, history=36, title="Part 01: demand now and then", unit="pieces per month")
plots.save(ax, PICTURES / "intermittent.png")
print("pictures:", ", ".join(sorted(path.name for path in PICTURES.glob("*.png"))))
