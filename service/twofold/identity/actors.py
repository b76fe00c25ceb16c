"""Whom credentials stand for, remembered for a short while."""

from collections.abc import Mapping
from math import inf
from time import monotonic, time
from typing import Final, NamedTuple

from twofold.actor import Actor
from twofold.cache.tags import changed_rows
from twofold.database import Database
from twofold.identity.credentials import known_by
from twofold.identity.tokens import hash_of, kind_of
from twofold.kept import Kept
from twofold.shared import Seen
from twofold.shared.mapped_versions import MappedVersions
from twofold.sql.actor import tables_of_actor

__all__ = ["Actors"]

MAX_REMEMBERED: Final = 4096


class _Remembered(NamedTuple):
    actor: Actor
    tags: tuple[int, ...]
    """What decides it."""
    seen: Seen
    """The versions of that, from before the database was asked: with others, the answer may be old."""
    until_s: float
    """By the monotonic clock, which nobody can set back."""
    expires_at_s: float


class Actors:
    """Tells whom a credential stands for, asking the database once in `memory_s` seconds for each.

    What ends a credential or changes an account, and goes through the service, counts from its COMMIT on in every
    process that shares versions with this one (see `Versions`); in others, and after a change by other means, within
    `memory_s`. The end of a credential itself is always respected. Only the hashes of credentials are held.
    """

    def __init__(self, database: Database, *, memory_s: float | None = None) -> None:
        self._database = database
        if memory_s is None:
            memory_s = 60.0 if database.dialect == "sqlite" or database.shared.spans_machines else 0.0
        self._memory_s = memory_s
        self._remembered: Kept[str, _Remembered] = Kept(MAX_REMEMBERED)
        self._versions = database.shared.versions
        self._tags = _tags(database.speech[1])

    async def of(self, credential: str) -> Actor:
        """Returns whom an access token, an API key or a session's cookie stands for.

        Raises:
            InvalidToken: it is not valid (any more); see `credentials.actor_of`.
        """
        if not self._memory_s or not credential.isascii():
            return (await known_by(self._database, credential)).actor
        key = hash_of(credential)
        found = self._remembered.get(key)
        if found is not None and monotonic() < found.until_s and time() < found.expires_at_s:
            versions, tags = self._versions, found.tags
            seen = versions.seen_now(tags) if isinstance(versions, MappedVersions) else await versions.seen(tags)
            if seen == found.seen:
                return found.actor
        return await self._ask(key, credential)

    async def _ask(self, key: str, credential: str) -> Actor:
        kind = kind_of(credential)
        tags = None if kind is None else self._tags.get(kind)
        if tags is None:
            return (await known_by(self._database, credential)).actor
        seen, now_s = await self._versions.seen(tags), monotonic()
        known = await known_by(self._database, credential)
        if seen is not None and not self._database.in_transaction:  # which may be undone
            expires_at_s = inf if known.expires_at is None else known.expires_at.timestamp()
            self._remembered[key] = _Remembered(known.actor, tags, seen, now_s + self._memory_s, expires_at_s)
        return known.actor


def _tags(prefix: str) -> Mapping[str, tuple[int, ...]]:
    """What a credential of each kind depends on.

    A new row changes nothing for one that is there: whatever its row refers to was there before. So signing in makes
    nobody be asked for again.
    """
    return {kind: tuple(sorted(map(changed_rows, tables))) for kind, tables in tables_of_actor(prefix).items()}
