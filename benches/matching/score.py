"""The engine's search for duplicates on a file, beside splink on the same file.

    python score.py FILE [--hide] [--threads N] [--no-peer]

Each side runs in a process of its own, so that its memory is its own. The truth in the file (`entity`, `family`) is
taken out before the engine sees a record. With `--hide` both sides learn from the tax identifiers and then find the
duplicates without them; the row "shipped" is the engine with the weights that it ships, without having seen any.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import figures

TRUTH = ("entity", "family")
ROWS = ["precision", "recall", "f1", "exact", "siblings", "duplicate precision", "duplicate recall", "wall s", "cpu s", "peak MB"]


def _bare(records: list[figures.Record], hide: bool) -> list[figures.Record]:
    left_out = {*TRUTH, *(["tax_id"] if hide else [])}
    return [{name: value for name, value in record.items() if name not in left_out and value is not None} for record in records]


def _people(records: list[figures.Record]) -> bool:
    return any(record.get("given_name") or record.get("family_name") for record in records)


def _decided(result: Any, records: list[figures.Record]) -> dict[str, float]:
    """How many of the pairs that the engine calls duplicates are, and of those that are how many it calls so."""
    truth = {record["id"]: record["entity"] for record in records}
    called = [pair for pair in result.pairs if str(pair.decision).rpartition(".")[2].casefold() == "duplicate"]
    right = sum(truth[pair.id_a] == truth[pair.id_b] for pair in called)
    true = figures.pairs_in(Counter(truth.values()).values())
    return {"duplicate precision": right / len(called) if called else 1.0, "duplicate recall": right / true if true else 1.0}


def measure(records: list[figures.Record], hide: bool = False, shipped: bool = False, threads: int = 1) -> dict[str, float]:
    """The figures of the engine."""
    from crm_core import matching

    kind = "person" if _people(records) else "organisation"
    rows = _bare(records, hide and shipped)
    clock = figures.Clock()
    model = None
    if hide and not shipped:
        model = matching.dedupe(rows, kind=kind, threads=threads).model
        rows = _bare(records, True)
    result = matching.dedupe(rows, kind=kind, model=model, threads=threads)
    spent = clock.read()
    return figures.of_records([list(cluster) for cluster in result.clusters], records) | spent | _decided(result, records)


def _run(program: str, *arguments: str) -> dict[str, float]:
    """The figures that another process prints."""
    place = Path(__file__).with_name(program)
    done = subprocess.run([sys.executable, str(place), *arguments, "--json"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{program}: {done.stderr}")
    figures_printed: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures_printed


def table(sides: dict[str, dict[str, float]]) -> None:
    """One column for each side; the last tells the engine over the strong peer."""
    ours, theirs = sides.get("crm-core"), sides.get("splink, strong")
    print(f"{'':<22}" + "".join(f"{name:>18}" for name in sides) + (f"{'ratio':>10}" if ours and theirs else ""))
    for row in ROWS:
        line = f"{row:<22}"
        for side in sides.values():
            value = side.get(row)
            line += f"{'-':>18}" if value is None else f"{value:>18.4f}" if value <= 1 and not row.endswith((" s", "MB")) else f"{value:>18.1f}"
        if ours and theirs and row in ours and theirs.get(row):
            line += f"{ours[row] / theirs[row]:>10.3f}"
        print(line)


def main() -> None:
    """Runs what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--hide", action="store_true", help="find the duplicates without tax identifiers")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--no-peer", action="store_true", help="the engine alone")
    parser.add_argument("--shipped", action="store_true", help="with --json: only the weights that are shipped")
    parser.add_argument("--json", action="store_true", help="print the figures of the engine as JSON")
    arguments = parser.parse_args()
    if arguments.json:
        records = figures.read(arguments.file)
        print(json.dumps(measure(records, arguments.hide, arguments.shipped, arguments.threads)))
        return
    given = [arguments.file, "--threads", str(arguments.threads), *(["--hide"] if arguments.hide else [])]
    sides: dict[str, dict[str, float]] = {}
    if not arguments.no_peer:
        sides["splink, plain"] = _run("peer.py", *given, "--setup", "plain")
        sides["splink, strong"] = _run("peer.py", *given)
        if not _people(figures.read(arguments.file)):
            sides["splink, our parts"] = _run("peer.py", *given, "--engine-parts")
    if arguments.hide:
        sides["shipped"] = _run("score.py", *given, "--shipped")
    sides["crm-core"] = _run("score.py", *given)
    print(f"\n{arguments.file}{', tax ids hidden' if arguments.hide else ''}, {arguments.threads} thread(s)")
    table(sides)


if __name__ == "__main__":
    main()
