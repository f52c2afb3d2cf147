"""The examples run and print what they promise."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "python" / "first_deal.py"
README = ROOT / "README.md"


@pytest.mark.skipif(not EXAMPLE.exists(), reason="the examples are not here")
def test_the_first_deal(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    expected = EXAMPLE.parents[1] / "expected.txt"
    assert capsys.readouterr().out == expected.read_text(encoding="utf-8")


@pytest.mark.skipif(not README.exists(), reason="the readme is not here")
def test_the_python_of_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for code in README.read_text(encoding="utf-8").split("```python\n")[1:]:
        exec(compile(code.split("```")[0], str(README), "exec"), names)
    assert capsys.readouterr().out == "东方重工集团 C-000001\n['东方重工集团'] grade A\n{'account': 1, 'contact': 1}\n"
