"""Attempts by what is attempted, each kind counted for itself."""

from __future__ import annotations

from twofold.identity.attempts import Attempt, Attempts

__all__ = ["Begun", "Limits"]


class Begun:
    """An attempt that has begun, and counts as failed until it says `succeeded`."""

    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt

    async def succeeded(self) -> None:
        """Takes this attempt out of the failures."""
        self._attempt.succeeded()


class Limits:
    """Counts the attempts at each action."""

    def __init__(self) -> None:
        self._of: dict[str, Attempts] = {}

    async def begin(self, action: str, *keys: str | None) -> Begun:
        """Returns a new attempt; the last key is an address.

        Raises:
            TooManyRequests: there were too many.
        """
        *names, address = keys
        attempts = self._of.setdefault(action, Attempts())
        return Begun(attempts.begin(next((each for each in names if each), address or ""), address))
