"""An engine with a tenant for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from crm_core import Crm, Session
from helpers import START, set_up


@pytest.fixture
def crm() -> Iterator[Crm]:
    """An engine in memory."""
    with Crm.open_in_memory() as crm:
        yield crm


@pytest.fixture
def session(crm: Crm) -> Session:
    """The session of the first user, on a day that stands still."""
    return set_up(crm).at(START)
