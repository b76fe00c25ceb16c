"""Authlib is synchronous and the database is not: a greenlet between them, in the same task and transaction.

SQLAlchemy's way (https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html): synchronous code that needs to wait
hands the awaitable to the coroutine that runs it, and goes on with the result. Threads would lose the transaction.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from greenlet import getcurrent, greenlet

__all__ = ["bridged", "wait"]

T = TypeVar("T")


async def bridged(function: Callable[[], T]) -> T:
    """Returns what a synchronous function returns, within which `wait` can be called."""
    child = greenlet(function)
    child.gr_context = getcurrent().gr_context
    passed: Any = child.switch()
    while not child.dead:
        try:
            result = await passed
        except BaseException as error:  # also a cancellation is for the function to see
            passed = child.throw(error)
        else:
            passed = child.switch(result)
    done: T = passed
    return done


def wait(awaitable: Awaitable[T]) -> T:
    """Returns the result of an awaitable, in a function that `bridged` runs."""
    parent = getcurrent().parent
    assert parent is not None, "wait is for functions that `bridged` runs"  # noqa: S101
    result: T = parent.switch(awaitable)
    return result
