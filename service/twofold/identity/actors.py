"""Whom credentials stand for, remembered for a short while."""

from math import inf
from time import monotonic, time
from typing import Final, NamedTuple

from twofold.actor import Actor
from twofold.database import Database
from twofold.identity.credentials import known_by
from twofold.identity.tokens import hash_of, kind_of
from twofold.kept import Kept

__all__ = ["Actors"]

MAX_REMEMBERED: Final = 4096


class _Remembered(NamedTuple):
    actor: Actor
    until_s: float
    """By the monotonic clock, which nobody can set back."""
    expires_at_s: float


class Actors:
    """Tells whom a credential stands for, asking the database once in `memory_s` seconds for each.

    Whatever ends a credential or changes an account calls `forget` afterwards, so that it counts from the next request
    of this process on, and within `memory_s` in others. The end of a token or key itself is always respected. Only
    the hashes of credentials are held.
    """

    def __init__(self, database: Database, *, memory_s: float | None = None) -> None:
        self._database = database
        if memory_s is None:
            memory_s = 60.0 if database.dialect == "sqlite" else 0.0
        self._memory_s = memory_s
        self._remembered: Kept[str, _Remembered] = Kept(MAX_REMEMBERED)
        self._forgotten = 0

    async def of(self, credential: str) -> Actor:
        """Returns whom an access token or API key stands for.

        Raises:
            Unauthenticated: it is not valid (any more); see `credentials.actor_of`.
        """
        if not self._memory_s or kind_of(credential) is None:
            return (await known_by(self._database, credential)).actor
        key = hash_of(credential)
        found = self._remembered.get(key)
        if found is not None and monotonic() < found.until_s and time() < found.expires_at_s:
            return found.actor
        return await self._ask(key, credential)

    def forget(self) -> None:
        """Drops all that is remembered. Call it after the transaction that changed an account or a credential."""
        self._forgotten += 1
        self._remembered.clear()

    async def _ask(self, key: str, credential: str) -> Actor:
        forgotten, now_s = self._forgotten, monotonic()
        known = await known_by(self._database, credential)
        if forgotten == self._forgotten:  # else the answer may be older than the change that made all be forgotten
            expires_at_s = inf if known.expires_at is None else known.expires_at.timestamp()
            self._remembered[key] = _Remembered(known.actor, now_s + self._memory_s, expires_at_s)
        return known.actor
