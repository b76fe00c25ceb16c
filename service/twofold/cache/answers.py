"""Finished answers of both faces, kept by the request's own bytes: a hit asks nothing, plans nothing, writes no JSON.

Who shares follows from the rules, as it does for rows: an answer is the same for all actors whose policies have one
shape and agree in those values that its statements compare with. Which ones these are is known only when it has been
made, so that it is kept in two steps: under the request and the shape, which values; under these, the answer.
"""

from __future__ import annotations

from collections.abc import Hashable
from operator import itemgetter
from time import monotonic
from typing import TypeAlias

from twofold.actor import Actor
from twofold.cache.basis import Basis
from twofold.cache.finished import Finished
from twofold.cache.memory import VERSION_BYTES, BoundedMemory
from twofold.cache.stats import Stats
from twofold.database import Database
from twofold.policy import Policies, Policy
from twofold.shared import Seen
from twofold.shared.mapped_versions import MappedVersions

__all__ = ["Answers", "Asked"]

Asked: TypeAlias = tuple[Hashable, ...]
"""A face's word for itself, and all of a request that an answer depends on but who asks."""


class _Kept:
    """An answer with the tags that it depends on, and their versions when it was read."""

    __slots__ = ("finished", "seen", "size", "tags")

    def __init__(self, finished: Finished, basis: Basis, size: int) -> None:
        self.finished = finished
        self.tags = basis.tags
        self.seen: Seen = basis.seen
        self.size = size + 2 * VERSION_BYTES * len(self.tags)

    def __len__(self) -> int:
        return self.size


class _Compares:
    """Stands where an answer would be that is not the same for all: with which of the policy's values it is another.

    It is itself a part of the answers' keys, so that the request's bytes are not hashed and compared a second time.
    """

    __slots__ = ("_picked", "size", "slots")

    def __init__(self, slots: set[int], size: int) -> None:
        self.slots = slots
        self.size = size
        self._picked = itemgetter(*sorted(slots))

    def __len__(self) -> int:
        return self.size

    def place(self, policy: Policy) -> Hashable:
        """Returns where the answer is to all who have these values in common with the actor of a policy."""
        return self, self._picked(policy.spelled)


class Answers:
    """Keeps answers in the memory of the process; without one, none."""

    def __init__(self, database: Database, memory: BoundedMemory | None, policies: Policies, stats: Stats) -> None:
        self._database = database
        self._versions = database.shared.versions
        self._memory = memory
        self._policies = policies
        self._stats = stats

    async def find(self, actor: Actor, asked: Asked) -> Finished | None:
        """Returns the answer to a request of an actor, who is known to be who asks, if it is kept and good."""
        memory = self._memory
        if memory is None or self._database.in_transaction:
            return None
        policy = self._policies.of(actor)
        kept: _Kept | _Compares | None = memory.look((asked, policy.shape))
        if isinstance(kept, _Compares):
            kept = memory.look(kept.place(policy))
        if not isinstance(kept, _Kept):
            return None
        versions, tags = self._versions, kept.tags
        seen = versions.seen_now(tags) if isinstance(versions, MappedVersions) else await versions.seen(tags)
        if seen != kept.seen:
            return None
        self._stats.answers += 1
        return kept.finished

    async def keep(self, actor: Actor, asked: Asked, finished: Finished, basis: Basis) -> None:
        """Keeps an answer, if its basis is whole, and somebody has asked before; no longer than the first of its rows.

        Most of what is asked is asked once. So an answer is kept when its rows were, or in the place of an older one.
        """
        memory = self._memory
        ttl_s = basis.until_s - monotonic()
        if memory is None or not basis.is_whole or not basis.tags or ttl_s <= 0:
            return
        policy = self._policies.of(actor)
        place: Hashable = (asked, policy.shape)
        known: _Kept | _Compares | None = memory.look(place)
        if known is None and basis.is_new:
            return
        size = sum(len(each) for each in asked if isinstance(each, bytes | str))
        slots = self._policies.own(basis.slots)
        if isinstance(known, _Compares):
            slots |= known.slots  # which statements there are can depend on what the first one finds
        if slots:
            compares = known if isinstance(known, _Compares) and known.slots == slots else _Compares(slots, size)
            if compares is not known:
                await memory.set(place, compares)
            place = compares.place(policy)
        await memory.set(place, _Kept(finished, basis, size + finished.size), ttl=ttl_s)
