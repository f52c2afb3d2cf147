"""An engine with a tenant for every test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from crm_core import Crm, Session, SetupOptions

START = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.timezone.utc)


def set_up(crm: Crm, tenant: str = "main") -> Session:
    """A tenant and the session of its first user."""
    crm.setup(SetupOptions(tenant, "华东精密机械", "CNY", "Asia/Shanghai", "admin"))
    return crm.session(tenant, "admin")


@pytest.fixture
def crm() -> Iterator[Crm]:
    """An engine in memory."""
    with Crm.open_in_memory() as crm:
        yield crm


@pytest.fixture
def session(crm: Crm) -> Session:
    """The session of the first user, on a day that stands still."""
    return set_up(crm).at(START)
