"""Doubts: who has written without being able to tell Redis says so in the database, which every writer must have.

Otherwise a write that Redis does not hear of could be acknowledged while another process, which Redis answers, takes
rows from before it. Three rules close that, whatever hangs, and for however long:

1. A process believes what Redis says only while its last look at the table began less than BELIEVED_S ago and found it
   empty. It looks again every LOOK_S.
2. A write that could not be told is acknowledged only when a doubt has been in the table for longer than that. So the
   first of an outage waits; those after it do not.
3. A doubt ends after the version of the whole was changed in Redis: by the process that had it, or, once its time is
   over because that process is gone, by any other.

Times are measured by the monotonic clock of each process, or all by the database's: no two clocks are compared.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any, NamedTuple, TypeVar

from twofold.cache.agreement import Agreement
from twofold.cache.doubt_statements import Run, doubt_statements
from twofold.cache.looks import BELIEVED_S, FIRST_LOOK_S, WAIT_S, Asked, Looks
from twofold.cache.written import known_rows
from twofold.outages import was_refused
from twofold.shared import Shared
from twofold.shared.on_redis import OnRedis
from twofold.shared.versions import Mark

__all__ = ["BELIEVED_S", "LASTS_S", "WAIT_S", "Doubts", "Run", "doubts_of"]

log = logging.getLogger("twofold.cache")

T = TypeVar("T")

TABLE = "cache_doubts"
LOOK_S = 0.4
LASTS_S = 30
"""How long a doubt lasts of which nobody says that it goes on."""
SURE_S = LASTS_S / 2
"""For how long a process relies on a doubt of its own, without having said again that it goes on."""
SAY_AGAIN_S = 5.0
MAX_LEFT = 100
"""Marks that are closed when an outage ends, whose writes may have been any number."""


class Said(NamedTuple):
    """A doubt that is in the table now."""

    name: str
    begun_s: float
    """When it was not there yet."""
    whose: str | None
    """The database in which it is."""


class Doubts:
    """Those of a process, and what it knows of those of others."""

    def __init__(self, database: Asked, shared: OnRedis, prefix: str = "") -> None:
        self._database = database
        self._versions = shared.versions
        shared.versions.belief = self
        shared.link.whose = self.whose
        self._table = f"{prefix}{TABLE}"
        self._statements = doubt_statements(database.dialect, self._table, LASTS_S)
        self._looks = Looks(database, self._statements)
        self._agreement = Agreement(self._looks, shared.versions, self._statements, self._run)
        self._task: asyncio.Task[None] | None = None
        self._acting: asyncio.Task[None] | None = None
        self._is_closed = False
        self._first = asyncio.Event()
        self._state = ""
        # -- of this process:
        self._ids: set[str] = set()
        self._left: deque[Mark] = deque(maxlen=MAX_LEFT)
        """What may come to be open in Redis yet, if it only hung: the latest, for the others it ends by itself."""
        self._since_s: float | None = None
        """Since when there is one that writes can rely on."""
        self._said_to: str | None = None
        """The database in which it is."""
        self._sure_until_s = 0.0
        self._said_s = 0.0
        self._under_way = 0
        self._begun = 0
        """Writes that could not be told: now, and ever."""
        self._not_before_s = 0.0

    # -- what readers ask -------------------------------------------------------------------------------------------

    async def life(self) -> str | None:
        """Returns in which life Redis may be believed; see `Belief`."""
        if not self._looks.is_fresh:
            self._begin()
            if not self._first.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._first.wait(), FIRST_LOOK_S)
            if not self._looks.is_fresh:
                return None
        return None if self._looks.found or self._ids else self._looks.counting

    async def counts(self, life: str) -> bool:
        """Returns whether what Redis was told in a life counts; see `Belief`."""
        if not self._looks.is_fresh:
            self._begin()
            await self._looks.look_now()
        return self._looks.is_missing or (self._looks.is_fresh and self._looks.counting == life)

    async def whose(self) -> str | None:
        """Returns which database it was when that could last be seen; None: nobody has yet."""
        self._begin()
        if self._looks.whose is None:
            await self._looks.first()
        return self._looks.whose

    @property
    def state(self) -> str:
        """`kept`, or why what is kept is gone round: for operators."""
        if self._versions.is_lost:
            return "bypassed: Redis does not answer"
        if self._looks.found or self._ids:
            return "bypassed: a process has doubts"
        if self._looks.found is None and self._first.is_set():
            return "bypassed: the doubts cannot be read"
        if self._looks.counting is None and self._first.is_set():
            return "bypassed: it is being agreed which Redis counts"
        return "kept"

    # -- what writers do --------------------------------------------------------------------------------------------

    async def untold(self, mark: Mark, take_effect: Callable[[], Awaitable[T]], run: Run | None, lease_s: float) -> T:
        """Runs what makes a write take effect that Redis was not told of; a doubt takes effect together with it."""
        self._left.append(mark)
        with self._counted():
            said = None
            if not await self._has_cover() and not await self._nobody_believes():
                said = await self._say(run)
            try:
                done = await take_effect()
            except BaseException as error:
                if not was_refused(error):  # it may take effect yet, and is not over before that
                    self._not_before_s = max(self._not_before_s, monotonic() + lease_s)
                elif said is not None and run is not None:
                    self._ids.discard(said.name)  # it was undone together with the write
                raise
            if said is not None:
                self._rely(said)
            await self._cover(run)
            return done

    async def unsettled(self, mark: Mark, run: Run | None) -> None:
        """Returns once a write may be acknowledged of which Redis was not told that it has taken effect."""
        self._left.append(mark)
        with self._counted():
            await self._cover(run)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """Counts a write; while there is one, no doubt ends."""
        self._begin()
        self._begun += 1
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    async def _has_cover(self) -> bool:
        """Whether there is a doubt to rely on, in the database as it was seen just now."""
        if self._since_s is not None and not self._looks.is_fresh:
            await self._looks.look_now()
        return self._is_covered()

    def _is_covered(self) -> bool:
        is_here = self._looks.is_fresh and self._said_to == self._looks.whose
        return self._since_s is not None and monotonic() < self._sure_until_s and is_here

    async def _nobody_believes(self) -> bool:
        """Whether the table is not there, so that nobody can have found it empty."""
        if self._looks.found is None:
            await self._looks.look_now()
        return self._looks.is_missing

    async def _cover(self, run: Run | None) -> None:
        """Returns once a doubt has been in the table for long enough that nobody believes any more."""
        if not await self._has_cover():
            if await self._nobody_believes():
                return
            self._rely(await self._say(run))
        assert self._since_s is not None  # noqa: S101  # it is covered now, and no doubt ends before this write
        await asyncio.sleep(max(0.0, self._since_s + WAIT_S - monotonic()))

    async def _say(self, run: Run | None) -> Said:
        """Says a doubt of its own for each write that needs one: they would wait for each other for one's row."""
        said = Said(secrets.token_hex(16), monotonic(), self._looks.whose)
        self._ids.add(said.name)  # from here on, it may be there
        await (run or self._run)(self._statements.say, [said.name])
        return said

    def _rely(self, said: Said) -> None:
        """Relies on a doubt that is in the table now."""
        if not self._is_covered():
            self._since_s, self._said_s, self._said_to = monotonic(), said.begun_s, said.whose
            self._sure_until_s = said.begun_s + SURE_S
        self._tell_state()

    async def _run(self, sql: str, parameters: list[Any]) -> Sequence[Any]:
        with known_rows({self._table: ()}):  # nothing that is kept depends on it
            return await self._database.fetch(sql, parameters)

    # -- what is done beside ----------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Begins to look, in a context that is nobody's: not in the transaction of who happens to ask first."""
        if not self._is_closed and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._go_on(), context=contextvars.Context())

    async def close(self) -> None:
        """Stops looking. A doubt that cannot be ended now, others end when its time is over."""
        self._is_closed = True
        for task in (self._task, self._acting):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        if self._ids:
            with suppress(Exception):
                await self._recover()

    async def _go_on(self) -> None:
        while True:
            begun_s = monotonic()
            await self._looks.look()
            self._tell_state()
            if self._acting is None or self._acting.done():  # a look waits for nothing of that
                self._acting = asyncio.create_task(self._act())
            await asyncio.sleep(begun_s + LOOK_S - monotonic())

    async def _act(self) -> None:
        try:
            await self._agreement.agree()
            if self._ids and not await self._recover() and monotonic() - self._said_s > SAY_AGAIN_S:
                await self._say_again()
            over = [name for name, is_over in self._looks.found or () if is_over and name not in self._ids]
            if over and await self._agreement.renews():
                for name in over:
                    await self._run(self._statements.end_if_over, [name])
        except Exception as error:
            log.warning("a doubt in what is kept cannot be noted: %s: %s", type(error).__name__, error)
        finally:
            self._first.set()
            self._tell_state()

    async def _say_again(self) -> None:
        begun_s, whose = monotonic(), self._looks.whose
        was_sure = self._is_covered()
        for name in [*self._ids]:
            await self._run(self._statements.say, [name])
        self._said_s, self._sure_until_s, self._said_to = begun_s, begun_s + SURE_S, whose
        if not was_sure:  # somebody else may have ended them
            self._since_s = monotonic()

    async def _recover(self) -> bool:
        """Ends the doubts of this process, if Redis answers; returns whether that is done."""
        begun = self._begun
        if self._under_way or monotonic() < self._not_before_s:
            return False
        if not await self._agreement.renews():
            return False
        for mark in [*self._left]:
            await self._versions.close(mark)
        if self._under_way or self._begun != begun:
            return False  # what was written meanwhile may be older than the new version of the whole
        self._left.clear()
        self._since_s = None  # from here on, nobody relies on them
        for name in [*self._ids]:
            await self._run(self._statements.end, [name])
            self._ids.discard(name)
        return True

    def _tell_state(self) -> None:
        """Tells operators of a change, once."""
        state = self.state
        if state != self._state:
            if state != "kept" or self._state:
                log.warning("answers in Redis are %s", state)
            self._state = state


def doubts_of(database: Asked, shared: Shared, prefix: str) -> Doubts | None:
    """Returns the doubts of a process in what others may hear of without it; None where that cannot be.

    `prefix` is what the names of the engine's tables begin with.
    """
    return Doubts(database, shared, prefix) if isinstance(shared, OnRedis) else None
