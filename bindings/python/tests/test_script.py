"""One script of commands and questions for all languages: the bytes must be those that Rust gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

from crm_core import Command, Crm, CrmError, Outcome, Session, SetupOptions

FOLDER = Path(__file__).resolve().parents[2] / "conformance"
SCRIPT = (FOLDER / "script.jsonl").read_text(encoding="utf-8").splitlines()
EXPECTED = (FOLDER / "expected.jsonl").read_text(encoding="utf-8").splitlines()


@contextmanager
def replayed() -> Iterator[Session]:
    with Crm.open_replayable(7, datetime(2026, 3, 2, 1, tzinfo=timezone.utc)) as crm:
        crm.setup(SetupOptions("main", "华东精密机械", "CNY", "Asia/Shanghai", "admin"))
        yield crm.session("main", "admin")


def test_python_gives_the_expected_bytes() -> None:
    assert len(SCRIPT) == len(EXPECTED) > 30
    with replayed() as session:
        for place, (request, answer) in enumerate(zip(SCRIPT, EXPECTED, strict=True), start=1):
            assert session.answer_json(request) == answer, f"line {place} of the script"


def typed(session: Session, kind: str, given: Any, op_id: UUID | None) -> Outcome:
    """The same as the line says, with values of Python instead of text."""
    if isinstance(given, list):
        commands = [Command.from_json(json.dumps(command)) for command in given]
        return session.execute_all(commands, op_id) if kind == "execute" else session.preview_all(commands)
    command = Command.from_json(json.dumps(given))
    return session.execute(command, op_id) if kind == "execute" else session.preview(command)


def test_typed_commands_give_the_same_bytes() -> None:
    commands = 0
    with replayed() as session:
        for place, (request, answer) in enumerate(zip(SCRIPT, EXPECTED, strict=True), start=1):
            parts = json.loads(request)
            op_id = UUID(parts.pop("op_id")) if "execute" in parts and "op_id" in parts else None
            if len(parts) != 1 or "query" in parts:
                session.answer_json(request)
                continue
            ((kind, given),) = parts.items()
            commands += 1
            expected = json.loads(answer)
            try:
                outcome = typed(session, kind, given, op_id)
            except CrmError as error:
                problems = [json.loads(problem.to_json()) for problem in error.problems]
                assert {"error": {"kind": error.kind, "problems": problems}} == expected, f"line {place} of the script"
            else:
                assert {"ok": json.loads(outcome.to_json())} == expected, f"line {place} of the script"
    assert commands > 60
