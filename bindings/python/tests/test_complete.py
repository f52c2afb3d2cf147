"""The package shows everything of the engine."""

from __future__ import annotations

import re
from pathlib import Path

import crm_core
import pytest
from crm_core import _native, exchange, pricing, value

ROOT = Path(__file__).parents[3]
SOURCES = ROOT / "crm-core" / "src"
DEFINITION = re.compile(r"^(value_struct|value_enum|value_union|entity)! \{.*?^\}", re.MULTILINE | re.DOTALL)
PYCLASS = re.compile(r"pyo3::pyclass\([^\n]*\n(?:#\[[^\n]*\n)*pub (?:enum|struct) (\w+)")
NAME = re.compile(r"^    pub (?:enum|struct) (\w+)(?:\(\"\w+\", (\w+),)?", re.MULTILINE)


def defined() -> set[str]:
    """The names of all value types in the sources of the engine."""
    names: set[str] = set()
    for path in SOURCES.rglob("*.rs"):
        if "tests" in path.name or "testkit" in path.parts or path.name == "macros.rs":
            continue
        text = path.read_text(encoding="utf-8")
        names.update(PYCLASS.findall(text))
        for definition in DEFINITION.finditer(text):
            name = NAME.search(definition.group())
            assert name, definition.group()[:200]
            names.update(part for part in name.groups() if part)
    return names


@pytest.mark.skipif(not SOURCES.exists(), reason="the sources of the engine are not here")
def test_every_value_type_is_shown() -> None:
    names = defined()
    assert {"Account", "AccountPage", "Filter", "Command", "Problem", "Rounding", "Quote", "StageCategory"} <= names
    assert len(names) > 140
    assert sorted(names - set(_native.__all__)) == []


def test_everything_has_a_docstring_and_a_home() -> None:
    for name in _native.__all__:
        shown = getattr(crm_core, name)
        assert shown.__doc__, name
        if isinstance(shown, type):
            assert shown.__module__ == "crm_core"
            for attribute, member in vars(shown).items():
                if not attribute.startswith("_") and not isinstance(member, (shown, type)):
                    assert member.__doc__, f"{name}.{attribute}"


def test_the_small_modules_are_part_of_the_whole() -> None:
    for module in (value, exchange, pricing):
        for name in module.__all__:
            assert getattr(crm_core, name) is getattr(module, name)
