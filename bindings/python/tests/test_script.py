"""One script of commands and questions for all languages: the bytes must be those that Rust gives."""

from datetime import datetime, timezone
from pathlib import Path

from crm_core import Crm, SetupOptions

FOLDER = Path(__file__).resolve().parents[2] / "conformance"


def test_python_gives_the_expected_bytes() -> None:
    script = (FOLDER / "script.jsonl").read_text(encoding="utf-8").splitlines()
    expected = (FOLDER / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(script) == len(expected) > 30
    with Crm.open_replayable(7, datetime(2026, 3, 2, 1, tzinfo=timezone.utc)) as crm:
        crm.setup(SetupOptions("main", "华东精密机械", "CNY", "Asia/Shanghai", "admin"))
        session = crm.session("main", "admin")
        for place, (request, answer) in enumerate(zip(script, expected, strict=True), start=1):
            assert session.answer_json(request) == answer, f"line {place} of the script"
