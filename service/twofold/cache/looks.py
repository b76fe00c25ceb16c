"""Looks at the table of doubts: what a process knows of those of all, which Redis counts, and which database it is."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from hashlib import blake2b
from time import monotonic
from typing import Any, Literal, NamedTuple, Protocol

import asyncpg

from twofold.cache.doubt_statements import AGREED, DoubtStatements

__all__ = ["BELIEVED_S", "FIRST_LOOK_S", "WAIT_S", "Agreed", "Asked", "Looks"]

BELIEVED_S = 1.0
WAIT_S = BELIEVED_S + 0.1
FIRST_LOOK_S = 0.5


class Asked(Protocol):
    """The database, as far as it is needed here."""

    dialect: Literal["sqlite", "postgres"]

    async def look(self, sql: str) -> Sequence[Any]:
        """Returns the rows of a small statement that must not wait for others."""
        ...

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> Sequence[Any]:
        """Returns the rows of a statement."""
        ...


class Agreed(NamedTuple):
    """Which Redis counts, by its life; where `since_ms` is not 0, it is to, since then."""

    life: str
    since_ms: int
    age_ms: int


class Looks:
    """What a process saw when it last looked."""

    def __init__(self, database: Asked, statements: DoubtStatements) -> None:
        self._database = database
        self._statement, self._other = statements.look, statements.look_unprivileged
        self._begun_s = float("-inf")
        self._has_looked = asyncio.Event()
        self.whose: str | None = None
        """Which database it was when a look last succeeded; None: none has yet. Another one may be there by now."""
        self.found: Collection[tuple[str, bool]] | None = None
        """The ids in the table, and whether their time is over; None: the table could not be read."""
        self.agreed: Agreed | None = None
        self.is_missing = False

    @property
    def is_fresh(self) -> bool:
        """Whether it may be believed yet."""
        return monotonic() - self._begun_s < BELIEVED_S

    @property
    def counting(self) -> str | None:
        """The life in which Redis counts; None while that is being agreed."""
        return self.agreed.life if self.agreed is not None and not self.agreed.since_ms else None

    async def look(self) -> None:
        """Looks."""
        begun_s = monotonic()
        try:
            async with asyncio.timeout(BELIEVED_S):  # after that, nobody may believe it any more
                rows = await self._rows()
        except Exception as error:  # whatever it is, nothing is known
            self.found, self.agreed, self.is_missing = None, None, _is_missing(error)
            self._begun_s = float("-inf")
        else:
            self.found = [(str(row[0]), row[3] >= 0) for row in rows if row[0] not in (None, AGREED)]
            self.agreed = next((Agreed(row[2], row[1], row[3]) for row in rows if row[0] == AGREED), None)
            self.whose = blake2b(str(rows[0][4]).encode(), digest_size=8).hexdigest()
            self._begun_s, self.is_missing = begun_s, False
        finally:
            self._has_looked.set()

    async def look_now(self) -> None:
        """Looks, unless that takes long: its connection may be the one that waits for this."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.look(), FIRST_LOOK_S)

    async def first(self) -> None:
        """Returns once a look is over, whatever came of it, or soon."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._has_looked.wait(), FIRST_LOOK_S)

    async def _rows(self) -> Sequence[Any]:
        try:
            return await self._database.look(self._statement)
        except (asyncpg.InsufficientPrivilegeError, asyncpg.UndefinedFunctionError):
            rows = await self._database.look(self._other)
            self._statement = self._other
            return rows


def _is_missing(error: Exception) -> bool:
    """Whether it says that there is no such table: the migration that makes it has not been run."""
    return isinstance(error, asyncpg.UndefinedTableError) or "no such table" in str(error)
