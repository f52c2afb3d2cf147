"""Everything that a question finds, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from ._native import JournalEntry, Query, Session

__all__ = ["Page", "changes", "records"]

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Page(Protocol[R_co]):
    """A page of records, such as ``AccountPage``."""

    @property
    def items(self) -> Sequence[R_co]:
        """The records."""

    @property
    def next_cursor(self) -> str | None:
        """Where the next page starts."""


def records(ask: Callable[[Query], Page[R]], query: Query | None = None) -> Iterator[R]:
    """Every record that a query finds, in its order: ``records(session.customers.accounts, Query(limit=500))``.

    The next page is asked for when the one before was read, and shows what stands then; ``limit`` is the size of a page.

    Raises what ``ask`` raises.
    """
    following = Query() if query is None else query
    while True:
        page = ask(following)
        yield from page.items
        if page.next_cursor is None:
            return
        following = following.replace(cursor=page.next_cursor)


def changes(session: Session, cursor: int = 0) -> Iterator[JournalEntry]:
    """Every entry of the journal behind a cursor that the reader may see, oldest first.

    Raises what ``Session.changes_since`` raises.
    """
    while True:
        page = session.changes_since(cursor)
        yield from page.entries
        if not page.has_more:
            return
        cursor = page.next_cursor
