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
    generation: int
    """What it was before the database was asked: if it is another one now, the answer may be old."""
    until_s: float
    """By the monotonic clock, which nobody can set back."""
    expires_at_s: float


class Actors:
    """Tells whom a credential stands for, asking the database once in `memory_s` seconds for each.

    Whatever ends a credential or changes an account calls `forget` afterwards, so that it counts from the next request
    on in every process that shares with this one; in others, and after a change by other means, within `memory_s`. The
    end of a credential itself is always respected. Only the hashes of credentials are held.
    """

    def __init__(self, database: Database, *, memory_s: float | None = None) -> None:
        self._database = database
        if memory_s is None:
            memory_s = 60.0 if database.dialect == "sqlite" or database.shared.spans_machines else 0.0
        self._memory_s = memory_s
        self._remembered: Kept[str, _Remembered] = Kept(MAX_REMEMBERED)
        self._shared = database.shared

    async def of(self, credential: str) -> Actor:
        """Returns whom an access token, an API key or a session's cookie stands for.

        Raises:
            InvalidToken: it is not valid (any more); see `credentials.actor_of`.
        """
        if not self._memory_s or kind_of(credential) is None:
            return (await known_by(self._database, credential)).actor
        key = hash_of(credential)
        found = self._remembered.get(key)
        if (
            found is not None
            and monotonic() < found.until_s
            and time() < found.expires_at_s
            and found.generation == await self._shared.generation()
        ):
            return found.actor
        return await self._ask(key, credential)

    async def forget(self) -> None:
        """Makes all processes drop what they remember. Call it after the transaction of what ended or changed."""
        await self._shared.change()
        self._remembered.clear()

    async def _ask(self, key: str, credential: str) -> Actor:
        generation, now_s = await self._shared.generation(make=True), monotonic()
        known = await known_by(self._database, credential)
        if generation is not None:
            expires_at_s = inf if known.expires_at is None else known.expires_at.timestamp()
            self._remembered[key] = _Remembered(known.actor, generation, now_s + self._memory_s, expires_at_s)
        return known.actor
