"""What several tests need."""

from __future__ import annotations

import datetime as dt

from crm_core import Crm, Session, SetupOptions

START = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.timezone.utc)
"""The instant at which the sessions of the tests stand still."""


def set_up(crm: Crm, tenant: str = "main") -> Session:
    """A tenant and the session of its first user."""
    crm.setup(SetupOptions(tenant, "华东精密机械", "CNY", "Asia/Shanghai", "admin"))
    return crm.session(tenant, "admin")
