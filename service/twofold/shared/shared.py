"""What is shared: by the processes of one machine in a mapped file, by those of several machines in Redis."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from twofold.shared.versions import Versions

__all__ = ["Shared"]


class Shared(Protocol):
    """What the processes that serve one database know together, and nobody else changes.

    None always means that it is not known: whoever asked goes to the database then. No method raises because the place
    is lost.
    """

    spans_machines: bool
    """Whether processes of other machines know it, too."""

    @property
    def versions(self) -> Versions:
        """Those of what is kept of the database's answers."""
        ...

    async def answers(self) -> bool:
        """Returns whether the place can be reached, so that others hear of what changes."""
        ...

    async def written(self) -> int | None:
        """Returns a position in the primary's log up to which it has all that was acknowledged to anybody."""
        ...

    async def wrote(self, position: int) -> bool:
        """Says that everything up to a position is going to be acknowledged; False: it may be that nobody hears it."""
        ...

    async def learn(self, ask: Callable[[], Awaitable[int]]) -> None:
        """Makes `written` known where nobody knows it, from what `ask` then says: the primary's position."""
        ...

    async def unlearn(self) -> None:
        """Makes `written` unknown to all."""
        ...

    async def get(self, name: str) -> bytes | None:
        """Returns what any process has put there, if it is still there."""
        ...

    async def put(self, name: str, value: bytes, ttl_s: int) -> None:
        """Puts something there for others, for so many seconds at most; it may go before, and on one machine at once.

        Put only what whoever gets it can check.
        """
        ...

    async def close(self) -> None:
        """Lets go of the place."""
        ...
