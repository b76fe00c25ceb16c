"""What the cache oracle does to a process from outside: pauses where it is dangerous, a death, and planted faults.

Nothing of the service knows of this: objects are wrapped, and functions replaced in this process alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from hashlib import blake2b
from random import Random
from typing import Any, Self
from unittest.mock import patch

from twofold import recorder, watching
from twofold.cache import answers, rows
from twofold.cache.basis import Basis
from twofold.cache.depends import tags_of_row, tags_of_sources
from twofold.cache.store import Found, MemoryStore, Store
from twofold.cache.tags import any_row, changed_rows, unknown_rows
from twofold.cache.ties import Ties
from twofold.cache.written import tags_written
from twofold.engine import Engine
from twofold.policy import Policy
from twofold.shared import Mark, Seen, Versions
from twofold.shared.layout import SIZE
from twofold.shared.mapped_versions import MappedVersions
from twofold.shared.memory import SharedMemory
from twofold.sql import Statement
from twofold.sql.sources import Source
from twofold.tables import Table

__all__ = ["FAULTS", "Pauses", "Planted"]

LONGEST_S = 0.03
READERS, WRITERS, ANSWERS = 0.4, 0.8, 0.05
"""How probable a pause is between two steps."""


class Around:
    """Versions that somebody else keeps."""

    def __init__(self, inner: Versions) -> None:
        self.inner = inner

    async def seen(self, tags: tuple[int, ...]) -> Seen | None:
        """Asks whoever keeps them."""
        return await self.inner.seen(tags)

    async def open(self, tags: Collection[int] | None, lease_s: float) -> Mark:
        """Tells whoever keeps them."""
        return await self.inner.open(tags, lease_s)

    async def close(self, mark: Mark) -> bool:
        """Tells whoever keeps them."""
        return await self.inner.close(mark)


# -- pauses and death ------------------------------------------------------------------------------------------------


class Pauses:
    """Pauses by chance between the steps of reads and writes, and kills the process between two when told to."""

    def __init__(self, draw: Random, die: Callable[[], None]) -> None:
        self.dies_at: str | None = None
        """`open`, `commit` or `close`: before which step of the next write the process dies."""
        self._draw = draw
        self._die = die

    def put_into(self, engine: Engine) -> None:
        """Puts pauses between: versions, load, keep; open, commit, close."""
        engine.database.watch._versions = PausingVersions(engine.database.watch._versions, self)
        engine.answers._versions = PausingReaders(engine.answers._versions, self)
        engine.actors._versions = PausingReaders(engine.actors._versions, self)
        store = engine.rows._store
        if store is not None:
            engine.rows._store = PausingStore(store, self)

    async def pause(self, chance: float) -> None:
        """Lets others go on for a while, or not."""
        if self._draw.random() < chance:
            await asyncio.sleep(self._draw.random() ** 3 * LONGEST_S)

    def reach(self, step: str) -> None:
        """Dies, if this is where."""
        if self.dies_at == step:
            self._die()


class PausingVersions(Around):
    """Versions with a pause after each step, and before."""

    def __init__(self, inner: Versions, pauses: Pauses) -> None:
        super().__init__(inner)
        self._pauses = pauses

    async def open(self, tags: Collection[int] | None, lease_s: float) -> Mark:
        """Opens them; before and after, others may go on."""
        await self._pauses.pause(WRITERS)
        self._pauses.reach("open")
        mark = await super().open(tags, lease_s)
        await self._pauses.pause(WRITERS)
        self._pauses.reach("commit")
        return mark

    async def close(self, mark: Mark) -> bool:
        """Closes them; before and after, others may go on."""
        await self._pauses.pause(WRITERS)
        self._pauses.reach("close")
        is_told = await super().close(mark)
        await self._pauses.pause(WRITERS)
        return is_told


class PausingReaders(Around):
    """Versions that are told late."""

    def __init__(self, inner: Versions, pauses: Pauses) -> None:
        super().__init__(inner)
        self._pauses = pauses

    async def seen(self, tags: tuple[int, ...]) -> Seen | None:
        """Returns those of a moment ago."""
        seen = await super().seen(tags)
        await self._pauses.pause(ANSWERS)
        return seen


class PausingStore:
    """A store with pauses between looking, loading and keeping."""

    def __init__(self, inner: Store, pauses: Pauses) -> None:
        self._inner = inner
        self._pauses = pauses

    async def look(self, key: bytes, tags: tuple[int, ...]) -> Found:
        """Looks; then others may go on before the database is asked."""
        found = await self._inner.look(key, tags)
        if found.rows is None:
            await self._pauses.pause(READERS)
        return found

    async def keep(self, key: bytes, tags: tuple[int, ...], seen: Seen, rows: bytes, ttl_s: float) -> bool:
        """Keeps rows, after others may have gone on."""
        await self._pauses.pause(READERS)
        return await self._inner.keep(key, tags, seen, rows, ttl_s)

    async def wait(self, key: bytes, tags: tuple[int, ...], seen: Seen) -> bytes | None:
        """Waits for other processes."""
        return await self._inner.wait(key, tags, seen)


# -- planted faults --------------------------------------------------------------------------------------------------


class Unclosed(Around):
    """Versions change before the commit, and that is all."""

    async def open(self, tags: Collection[int] | None, lease_s: float) -> Mark:
        """Is over at once."""
        await self.inner.close(await self.inner.open(tags, lease_s))
        return Mark((), 0)

    async def close(self, mark: Mark) -> bool:  # noqa: ARG002
        """Does nothing."""
        return True


class Unopened(Around):
    """Versions change after the commit, and that is all."""

    async def open(self, tags: Collection[int] | None, lease_s: float) -> Mark:
        """Does nothing."""
        return Mark(tags, 0, round(lease_s))

    async def close(self, mark: Mark) -> bool:
        """Changes them, after a while in which others go on."""
        await asyncio.sleep(LONGEST_S)
        return await self.inner.close(await self.inner.open(mark.tags, mark.until))


class LateStore:
    """Keeps rows with the versions of when they are kept."""

    def __init__(self, inner: Store, versions: Versions) -> None:
        self._inner = inner
        self._versions = versions

    async def look(self, key: bytes, tags: tuple[int, ...]) -> Found:
        """Looks."""
        return await self._inner.look(key, tags)

    async def keep(self, key: bytes, tags: tuple[int, ...], seen: Seen, rows: bytes, ttl_s: float) -> bool:
        """Keeps rows, whatever was written since they were read."""
        now = await self._versions.seen(tags) or seen
        return await self._inner.keep(key, tags, now, rows, ttl_s)

    async def wait(self, key: bytes, tags: tuple[int, ...], seen: Seen) -> bytes | None:
        """Waits for other processes."""
        return await self._inner.wait(key, tags, seen)


def _late(engine: Engine, replaced: ExitStack) -> None:
    assert engine.rows._store is not None, "there is no cache"
    engine.rows._store = LateStore(engine.rows._store, engine.database.shared.versions)


def _unclosed(engine: Engine, replaced: ExitStack) -> None:
    engine.database.watch._versions = Unclosed(engine.database.watch._versions)


def _unopened(engine: Engine, replaced: ExitStack) -> None:
    engine.database.watch._versions = Unopened(engine.database.watch._versions)


def _delete_on_write(engine: Engine, replaced: ExitStack) -> None:
    """What was kept goes after a write; and what was read before it may come after that."""
    _unopened(engine, replaced)
    _late(engine, replaced)


def _alone(engine: Engine, replaced: ExitStack) -> None:
    """What a process writes is known in that process only."""
    memory = SharedMemory("tortoise.backends.sqlite", {"file_path": ":memory:"}, SIZE)
    engine.database.watch._versions = MappedVersions(memory)
    engine.rows._store = MemoryStore(engine.memory, engine.database.watch._versions)
    engine.answers._versions = engine.database.watch._versions
    engine.actors._versions = engine.database.watch._versions


def _accounts_untagged(engine: Engine, replaced: ExitStack) -> None:
    accounts = changed_rows("users")
    few = {kind: tuple(each for each in tags if each != accounts) for kind, tags in engine.actors._tags.items()}
    replaced.enter_context(patch.object(engine.actors, "_tags", few))


def _tokens_untold(engine: Engine, replaced: ExitStack) -> None:
    watch = engine.database.watch
    assert watch._relevant is not None, "all tables are watched"
    replaced.enter_context(patch.object(watch, "_relevant", {*watch._relevant} - {"access_tokens"}))


def _rules_untagged(engine: Engine, replaced: ExitStack) -> None:
    def without_rules(sources: Iterable[Source], values: Sequence[Any], policy_values: Sequence[Any]
                      ) -> tuple[int, ...]:  # fmt: skip
        return tags_of_sources((each for each in sources if each.table != "memberships"), values, policy_values)

    replaced.enter_context(patch.object(rows, "tags_of_sources", without_rules))


def _actor_forgotten(engine: Engine, replaced: ExitStack) -> None:
    def without_actor(statement: Statement, bound: Sequence[Any]) -> bytes:
        asked = [value for value, (of_policy, *_) in zip(bound, statement.parameters, strict=True) if not of_policy]
        return statement.digest + blake2b(repr(asked).encode(), digest_size=16).digest()

    replaced.enter_context(patch.object(rows, "_key", without_actor))


def _answers_for_all(engine: Engine, replaced: ExitStack) -> None:
    def for_all(self: Any, policy: Policy) -> Hashable:
        return self

    replaced.enter_context(patch.object(answers._Compares, "place", for_all))


def _answers_of_rows_only(engine: Engine, replaced: ExitStack) -> None:
    def add_some(self: Basis, tags: tuple[int, ...], seen: Seen, until_s: float, *, is_new: bool = False) -> None:
        add(self, tags[:1], seen[:2], until_s, is_new=is_new)

    add = Basis.add
    replaced.enter_context(patch.object(Basis, "add", add_some))


def _values_forgotten(engine: Engine, replaced: ExitStack) -> None:
    def without_values(statement: Statement, bound: Sequence[Any]) -> bytes:
        said = [value for value, (of_policy, *_) in zip(bound, statement.parameters, strict=True) if of_policy]
        return statement.digest + blake2b(repr(said).encode(), digest_size=16).digest()

    replaced.enter_context(patch.object(rows, "_key", without_values))


def _before_untold(engine: Engine, replaced: ExitStack) -> None:
    def after_only(table: Table, *images: Mapping[str, Any] | None) -> frozenset[int]:
        return tags_of_row(table, images[-1])

    replaced.enter_context(patch.object(recorder, "tags_of_row", after_only))


def _links_untold(engine: Engine, replaced: ExitStack) -> None:
    def without_links(sql: str, ties: Ties, relevant: Collection[str] | None) -> frozenset[int] | None:
        return None if (told := tags_written(sql, ties, relevant)) is None else told - LINK_TAGS

    replaced.enter_context(patch.object(watching, "tags_written", without_links))


def _unknown_untold(engine: Engine, replaced: ExitStack) -> None:
    def known_only(sql: str, ties: Ties, relevant: Collection[str] | None) -> frozenset[int] | None:
        told = tags_written(sql, ties, relevant)
        return told if told is None else told - {unknown_rows("products")}

    replaced.enter_context(patch.object(watching, "tags_written", known_only))


LINK_TAGS = {any_row("product_tags"), unknown_rows("product_tags")}

FAULTS: Mapping[str, Callable[[Engine, ExitStack], None]] = {
    "ends of tokens not told": _tokens_untold,  # before the others end them all
    "accounts left out of what credentials depend on": _accounts_untagged,
    "delete on write": _delete_on_write,
    "versions read after the rows": _late,
    "never closed": _unclosed,
    "never opened": _unopened,
    "told in one process only": _alone,
    "tables of the rules left out": _rules_untagged,
    "actor left out of the key": _actor_forgotten,
    "actor left out of the key of answers": _answers_for_all,
    "answers based on a part of what they read": _answers_of_rows_only,
    "values left out of the key": _values_forgotten,
    "row before the change not told": _before_untold,
    "links not told": _links_untold,
    "unknown rows not told": _unknown_untold,
}


class Planted:
    """An engine with pauses in it, and at most one fault; it is as it was when the block is left."""

    def __init__(self, engine: Engine, pauses: Pauses) -> None:
        self._engine = engine
        self._pauses = pauses
        self._replaced = ExitStack()
        versions = [(each, "_versions") for each in (engine.database.watch, engine.answers, engine.actors)]
        self._whole = [(each, name, getattr(each, name)) for each, name in [*versions, (engine.rows, "_store")]]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._replaced.close()

    async def plant(self, fault: str) -> None:
        """Plants a fault of FAULTS, or none with an empty name, in the place of another one; what is kept goes."""
        engine = self._engine
        self._replaced.close()
        for each, name, value in self._whole:
            setattr(each, name, value)
        await engine.database.watch.forget_all()  # what the fault before has left, in Redis too
        if fault:
            FAULTS[fault](engine, self._replaced)
        self._pauses.put_into(engine)
