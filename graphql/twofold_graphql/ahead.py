"""Coroutines that graphql-core makes ahead of their turn, and lets go of when a refusal makes them needless.

It makes those of all fields of all rows of a level, and begins them in the event loop's next round. Where a refusal
elsewhere in the document comes before that round, it cancels their tasks but closes none of them, and Python warns of
each. With rows that are kept, both often come in one round.
"""

from __future__ import annotations

from collections.abc import Awaitable
from inspect import CORO_CREATED, getcoroutinestate
from types import CoroutineType
from typing import Any, TypeGuard

from graphql.pyutils import is_awaitable

__all__ = ["Ahead"]


class Ahead:
    """The coroutines of one execution."""

    def __init__(self) -> None:
        self._made: list[CoroutineType[Any, Any, Any]] = []

    def is_awaitable(self, value: object) -> TypeGuard[Awaitable[Any]]:
        """Returns whether a value is to be awaited; the executor asks this of each one before it keeps it."""
        if isinstance(value, CoroutineType):
            self._made.append(value)
            return True
        return is_awaitable(value)

    def close(self) -> None:
        """Closes those that never began; to be called when the execution is over."""
        for each in self._made:
            if getcoroutinestate(each) == CORO_CREATED:
                each.close()
