"""What comes before the transaction of a declared action: what is counted, and what takes long."""

from __future__ import annotations

from dataclasses import dataclass

from twofold.identity.attempts import Attempts

__all__ = ["Admission"]


@dataclass(frozen=True, kw_only=True)
class Admission:
    """What an action's `admit` may do."""

    attempts: Attempts
    address: str
    """The client's; empty where nobody knows."""

    async def count(self, limit: str, *keys: str | None) -> None:
        """Counts an attempt at what has that limit (`twofold.identity.attempts`), by these keys and the address.

        Raises:
            TooManyRequests: a limit is reached.
            Invalid: a transaction is running.
        """
        await self.attempts.begin(limit, *keys, self.address or None)
