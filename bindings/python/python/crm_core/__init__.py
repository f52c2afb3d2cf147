"""A CRM engine for industrial manufacturers that other software embeds."""

from . import exchange, forecast, matching, pricing, value
from ._native import *  # noqa: F403
from ._native import engine_version
from .exceptions import *  # noqa: F403
from .filters import *  # noqa: F403
from .paging import *  # noqa: F403
from .types import *  # noqa: F403

__version__: str = engine_version()
