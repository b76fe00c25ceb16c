"""How often something may be tried before it has to wait: counted in the database, for all processes together."""

from __future__ import annotations

import hashlib
import ipaddress
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from twofold.database import Database
from twofold.errors import Invalid, TooManyRequests
from twofold.sql.attempts import count_attempt, take_back

__all__ = ["LIMITS", "Attempts", "Begun", "Limit"]

ADDRESS: Final = "address"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How many attempts there may be in a window, which begins with the first."""

    window_s: int
    most: Mapping[str, int]
    """By what a key is of, in the order in which the keys are given."""


LIMITS: Final[Mapping[str, Limit]] = {
    "login": Limit(window_s=900, most={"account": 10, ADDRESS: 30}),
    "second_factor": Limit(window_s=900, most={"user": 5, ADDRESS: 30}),
    "user_code": Limit(window_s=600, most={"user": 10, ADDRESS: 20}),
    "reset": Limit(window_s=3600, most={"account": 3, ADDRESS: 20}),
    "sign_up": Limit(window_s=3600, most={"account": 5, ADDRESS: 20}),
    "registration": Limit(window_s=3600, most={ADDRESS: 20}),
    "provider": Limit(window_s=900, most={ADDRESS: 60}),
    "provider_state": Limit(window_s=900, most={"state": 1}),
    "client": Limit(window_s=600, most={"client": 20, ADDRESS: 60}),
    "public_client": Limit(window_s=600, most={ADDRESS: 200}),
}
"""By action: `begin("login", email, address)`, `begin("provider", address)`."""


class Attempts:
    """Counts attempts by action and key. Of a key only its hash is stored."""

    def __init__(
        self, database: Database, *, limits: Mapping[str, Limit] = LIMITS, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._limits = limits
        self._clock = clock

    async def begin(self, action: str, *keys: str | None) -> Begun:
        """Returns a new attempt, which counts from now on unless it says `succeeded`.

        It counts before its outcome is known, so that many at once cannot all pass, and whatever becomes of the
        request. The keys are those that `limits` names for the action, in that order;
        None, or an address that is empty, is one that nobody knows. The addresses of one IPv6 /64 count as one, since
        one client usually holds them all.

        Raises:
            TooManyRequests: a key has reached its limit; `retry_after_s` says how many seconds to wait. A refused
                attempt counts for no key.
            Invalid: a transaction is running, which could undo the count.
        """
        if self._database.in_transaction:
            raise Invalid("This counts even if all else is undone, so it cannot be part of a transaction.")
        limit = self._limits[action]
        counters = sorted(_counters(action, limit, keys))  # in one order, so that none wait for each other
        async with self._database.transaction():  # a refusal undoes what was counted
            return Begun(self._database, await self._count(counters, limit.window_s))

    async def failed(self, action: str, *keys: str | None) -> None:
        """Counts an attempt that has failed; for what succeeds as a rule, and then costs no statement.

        Raises:
            TooManyRequests: as `begin` does.
        """
        await self.begin(action, *keys)

    async def _count(self, counters: list[tuple[str, int]], window_s: int) -> list[tuple[str, Any]]:
        """Returns each key's hash with the start of its window, as the database has it."""
        counted, wait_s, now_s = [], 0.0, self._clock()
        now, over = (datetime.fromtimestamp(each, UTC) for each in (now_s, now_s - window_s))
        for key_hash, most in counters:
            rows = await self._database.fetch(count_attempt(*self._database.speech), [key_hash, now, over, over])
            number, began_at = rows[0]
            counted.append((key_hash, began_at))
            if number > most:
                wait_s = max(wait_s, _seconds(began_at) + window_s - now_s, 1)
        if wait_s:
            raise TooManyRequests(retry_after_s=math.ceil(wait_s))
        return counted


class Begun:
    """An attempt that has begun."""

    def __init__(self, database: Database, counted: list[tuple[str, Any]]) -> None:
        self._database = database
        self._counted = counted

    async def succeeded(self) -> None:
        """Takes this attempt back; earlier ones keep counting."""
        counted, self._counted = self._counted, []
        async with self._database.transaction():
            for key_hash, began_at in counted:
                await self._database.fetch(take_back(*self._database.speech), [key_hash, began_at])


def _counters(action: str, limit: Limit, keys: tuple[str | None, ...]) -> list[tuple[str, int]]:
    """The hash of each counter, and how many it may have."""
    counters = []
    for (kind, most), key in zip(limit.most.items(), keys, strict=True):
        if key is not None and (key or kind != ADDRESS):
            normal = _client_of(key) if kind == ADDRESS else key.strip().lower()
            named = "\0".join((action, kind, normal)).encode(errors="surrogatepass")  # JSON can carry half a pair
            counters.append((hashlib.sha256(named).hexdigest(), most))
    return counters


def _client_of(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(ip) >> 64 << 64))


def _seconds(stored: Any) -> float:
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return float(moment.timestamp())
