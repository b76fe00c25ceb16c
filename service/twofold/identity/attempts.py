"""How often a sign-in may fail before it has to wait. Counted in this process's memory, which is bounded."""

import ipaddress
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from twofold.errors import TooManyRequests

__all__ = ["Attempts"]

MAX_KEY_CHARACTERS = 254


class Attempts:
    """Counts the failed sign-ins of the last `window_s` seconds, by e-mail address and by client address.

    One object serves a whole process; whoever builds the application owns it. It forgets the counter that was
    touched longest ago when there are more than `max_keys` e-mail or client addresses.
    """

    def __init__(
        self,
        *,
        per_email: int = 10,
        per_address: int = 30,
        window_s: float = 15 * 60,
        max_keys: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._emails = _Window(per_email, window_s, max_keys)
        self._addresses = _Window(per_address, window_s, max_keys)
        self._clock = clock

    def begin(self, email: str, address: str | None = None) -> "Attempt":
        """Returns a new attempt, which counts as failed from now on until it says `succeeded`.

        It counts before its outcome is known so that many attempts at once cannot all pass. `address` is the
        client's IP address; the addresses of one IPv6 /64 count as one, since one client usually holds them all.

        Raises:
            TooManyRequests: the e-mail or the client address has reached its limit; `retry_after_s` says how many
                seconds to wait. A refused attempt does not count.
        """
        now = self._clock()
        places = [(self._emails, email[:MAX_KEY_CHARACTERS])]
        if address is not None:
            places.append((self._addresses, _client_of(address)))
        wait_s = max(window.wait_s(key, now) for window, key in places)
        if wait_s > 0:
            raise TooManyRequests(retry_after_s=math.ceil(wait_s))
        for window, key in places:
            window.add(key, now)
        return Attempt(places, now)


class Attempt:
    """One sign-in that has begun."""

    def __init__(self, places: "list[tuple[_Window, str]]", begun_at: float) -> None:
        self._places = places
        self._begun_at = begun_at

    def succeeded(self) -> None:
        """Takes this attempt out of the failures; earlier failures keep counting."""
        for window, key in self._places:
            window.remove(key, self._begun_at)
        self._places = []


class _Window:
    """The times of the last `limit` attempts of each key: a sliding window."""

    def __init__(self, limit: int, window_s: float, max_keys: int) -> None:
        self._limit = limit
        self._window_s = window_s
        self._max_keys = max_keys
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._times)

    def wait_s(self, key: str, now: float) -> float:
        times = self._times.get(key)
        if times is None:
            return 0
        self._times.move_to_end(key)
        while times and times[0] <= now - self._window_s:
            times.popleft()
        return times[0] + self._window_s - now if len(times) >= self._limit else 0

    def add(self, key: str, now: float) -> None:
        self._times.setdefault(key, deque()).append(now)
        self._times.move_to_end(key)
        if len(self._times) > self._max_keys:
            self._times.popitem(last=False)

    def remove(self, key: str, begun_at: float) -> None:
        times = self._times.get(key)
        if times is None or begun_at not in times:
            return
        times.remove(begun_at)
        if not times:
            del self._times[key]


def _client_of(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address[:MAX_KEY_CHARACTERS]
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(ip) >> 64 << 64))
