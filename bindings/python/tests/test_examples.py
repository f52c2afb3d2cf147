"""The examples run and print what they promise."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "python" / "first_deal.py"
NOTEBOOK = ROOT / "examples" / "python" / "forecast_notebook.py"
README = ROOT / "README.md"


@pytest.mark.skipif(not EXAMPLE.exists(), reason="the examples are not here")
def test_the_first_deal(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    expected = EXAMPLE.parents[1] / "expected.txt"
    assert capsys.readouterr().out == expected.read_text(encoding="utf-8")


@pytest.mark.skipif(not NOTEBOOK.exists(), reason="the examples are not here")
def test_the_notebook_of_forecasts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [str(NOTEBOOK), str(tmp_path)])
    runpy.run_path(str(NOTEBOOK), run_name="__main__")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "30 products, 78 months"
    assert lines[1].startswith("pump 01 by ")
    assert "360 rows: key, step, model, mean, lower_80, upper_80, lower_95, upper_95" in lines
    # 30 products, 5 models, 6 origins, 12 months.
    assert "10800 rows, 0 problems" in lines
    assert lines[-1] == "pictures: accuracy.png, backtest.png, components.png, fan.png, intermittent.png"
    for path in tmp_path.glob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG"), path.name
        assert path.stat().st_size > 15_000, path.name


@pytest.mark.skipif(not README.exists(), reason="the readme is not here")
def test_the_python_of_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for code in README.read_text(encoding="utf-8").split("```python\n")[1:]:
        exec(compile(code.split("```")[0], str(README), "exec"), names)
    assert capsys.readouterr().out == "东方重工集团 C-000001\n['东方重工集团'] grade A\n{'account': 1, 'contact': 1}\n"
