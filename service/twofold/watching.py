"""Watching what is written: while a write takes effect, nobody keeps or takes answers that depend on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import suppress
from typing import Any, ClassVar, TypeVar

from tortoise import Model

from twofold.cache.doubts import Doubts, Run
from twofold.cache.tags import any_row, changed_rows, same_name, unknown_rows
from twofold.cache.ties import Ties, ties_of
from twofold.cache.written import tags_written
from twofold.outages import was_refused
from twofold.shared import Versions

__all__ = ["Effects", "Watch", "Watched"]

T = TypeVar("T")


class Effects:
    """What a transaction has written so far; None: nobody knows what."""

    def __init__(self) -> None:
        self.tags: set[int] | None = set()
        self.is_over = False
        """Whether a script has committed them: what comes after takes effect by itself."""

    def add(self, tags: frozenset[int] | None) -> None:
        """Adds what a statement changes. A savepoint that is undone takes nothing back."""
        if tags is None:
            self.tags = None
        elif self.tags is not None:
            self.tags |= tags


class Watch:
    """Opens the tags of what is written before it takes effect, and closes them after; see `shared.Versions`.

    `lease_s` is more than a statement may take, a COMMIT among them.
    """

    def __init__(self, versions: Versions, lease_s: float) -> None:
        self._versions = versions
        self._lease_s = lease_s
        self._ties = Ties()
        self._relevant: Collection[str] | None = None
        self.doubts: Doubts | None = None
        """Where a write says that it could not be told; None: that cannot be."""

    def know(self, models: Iterable[type[Model]]) -> None:
        """Learns from the models which rows go together with others."""
        self._ties = ties_of(models)

    @property
    def tables(self) -> frozenset[str]:
        """The names of all tables that the models know, as `same_name` gives them."""
        return self._ties.tables

    def only(self, relevant: Iterable[str]) -> None:
        """Learns that nobody reads what is kept of other tables than these; before, any may be read."""
        self._relevant = frozenset(map(same_name, relevant))

    def effects_of(self, sql: str) -> frozenset[int] | None:
        """Returns the tags that a statement changes; None: all there are."""
        return tags_written(sql, self._ties, self._relevant)

    async def during(
        self, tags: Collection[int] | None, take_effect: Callable[[], Awaitable[T]], run: Run | None = None
    ) -> T:
        """Runs what makes a write take effect: a COMMIT, or a statement outside of transactions.

        Where it cannot be known whether it will yet, as when the connection is lost, the tags stay open. `run` runs
        statements in the transaction, and those after the COMMIT on its connection.
        """
        if tags is not None and not tags:
            return await take_effect()
        mark = await self._versions.open(tags, self._lease_s)
        if self.doubts is not None and not mark.is_told:
            return await self.doubts.untold(mark, take_effect, run, self._lease_s)
        try:
            done = await take_effect()
        except Exception as error:
            if was_refused(error):
                await self._versions.close(mark)
            raise
        if not await self._versions.close(mark) and self.doubts is not None:
            await self.doubts.unsettled(mark, run)
        return done

    async def forget(self, tables: Iterable[str]) -> None:
        """Makes what is kept of some tables, and of those whose rows go with theirs, be asked again."""
        named = {same_name(each) for each in tables}
        reached = {*named, *(each for table in named for each in self._ties.beside.get(table, ()))}
        reached |= {*self._ties.views, *(each for table in reached for each in self._ties.shown.get(table, ()))}
        tags = {tag for table in reached for tag in (any_row(table), changed_rows(table), unknown_rows(table))}
        await self.during(tags, _nothing)

    async def forget_all(self) -> None:
        """Makes all that is kept be asked again: somebody else has written."""
        await self.during(None, _nothing)


async def _nothing() -> None:
    """What somebody else has written has taken effect already."""


class Watched:
    """A connection of Tortoise's, or a transaction, whose statements are watched; goes before Tortoise's class."""

    watch: Watch | None = None
    effects: Effects | None = None
    """Of a transaction; without, each statement takes effect by itself."""
    commits_scripts: ClassVar[bool] = False
    """Whether a script commits what the transaction did before it, as SQLite's driver does."""

    async def execute_insert(self, query: str, values: list[Any]) -> Any:
        """Runs an INSERT."""
        return await self._watched(query, lambda: super(Watched, self).execute_insert(query, values))  # type: ignore[misc]

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """Runs a statement for each row of values."""
        return await self._watched(query, lambda: super(Watched, self).execute_many(query, values))  # type: ignore[misc]

    async def execute_query(self, query: str, values: list[Any] | None = None) -> Any:
        """Runs a statement; returns how many rows there are, and the rows."""
        return await self._watched(query, lambda: super(Watched, self).execute_query(query, values))  # type: ignore[misc]

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> Any:
        """Runs a statement; returns the rows."""
        return await self._watched(query, lambda: super(Watched, self).execute_query_dict(query, values))  # type: ignore[misc]

    async def execute_script(self, query: str) -> None:
        """Runs several statements."""

        async def run() -> None:
            await super(Watched, self).execute_script(query)  # type: ignore[misc]

        if self.watch is None or self.effects is None or not self.commits_scripts:
            return await self._watched(query, run)
        self.effects.add(self.watch.effects_of(query))
        self.effects.is_over = True
        return await self.watch.during(self.effects.tags, run)

    async def watched(self, query: str, run: Callable[[], Awaitable[T]]) -> T:
        """Runs a statement that is not run by the methods above."""
        return await self._watched(query, run)

    async def committed(self, commit: Callable[[], Awaitable[None]]) -> None:
        """Runs the COMMIT of a transaction."""
        if self.watch is None or self.effects is None:
            await commit()
        else:
            await self.watch.during(self.effects.tags, commit, self._run_beside)

    async def _run_beside(self, query: str, values: list[Any]) -> Any:
        """Runs a statement of the cache's own before or after the COMMIT."""
        try:
            return await super().execute_query(query, values)  # type: ignore[misc]
        except BaseException:
            if not self._finalized:  # type: ignore[attr-defined]  # PostgreSQL would say nothing at the COMMIT
                with suppress(Exception):
                    await self.rollback()  # type: ignore[attr-defined]
            raise

    async def _watched(self, query: str, run: Callable[[], Awaitable[T]]) -> T:
        if self.watch is None:
            return await run()
        tags = self.watch.effects_of(query)
        if self.effects is None or self.effects.is_over:
            return await self.watch.during(tags, run)
        self.effects.add(tags)
        return await run()
