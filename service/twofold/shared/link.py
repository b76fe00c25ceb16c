"""Redis, which answers soon or is left alone for a while: a request is never kept waiting twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from twofold.errors import WrongSetting

__all__ = ["LEFT_ALONE_S", "Gone", "Link"]

log = logging.getLogger("twofold.shared")

T = TypeVar("T")

CONNECTIONS = 16
ANSWER_S = 0.25
STEPS = 5
LEFT_ALONE_S = 1.0
TRIES = 3
WRONG_URL = (
    "TWOFOLD_REDIS_URL is not the URL of a Redis: write redis://USER:PASSWORD@HOST:PORT/NUMBER, with %2F for a slash in"
    " the password, and so on"
)


class Gone(Exception):
    """Redis does not answer, or has not a moment ago."""


class Link:
    """Connections to a Redis server, which may go and come back.

    What it is asked gets a prefix for keys that names the database of ours that they are about, and the life of the
    server: what it knows of another one is not found, nor what it knew before it was started again, perhaps from an old
    file. `whose` tells which database that is; None: nobody knows.

    Raises:
        WrongSetting: the URL is not that of a Redis.
    """

    def __init__(self, url: str) -> None:
        self._redis = Redis(connection_pool=self._pool(url))
        self.whose: Callable[[], Awaitable[str | None]] = _nobody_knows
        self._life: str | None = None
        self._left_alone_until_s = 0.0
        self._is_gone = False

    def _pool(self, url: str) -> BlockingConnectionPool:
        try:
            pool = BlockingConnectionPool.from_url(
                url,
                max_connections=CONNECTIONS,
                timeout=None,
                socket_timeout=None,  # `ask` has one for all of it
                socket_connect_timeout=None,
                retry=Retry(NoBackoff(), 0),
                redis_connect_func=self._begin,
            )
            pool.make_connection()  # type: ignore[no-untyped-call]  # it does not connect yet, but checks the options
        except (ValueError, TypeError):
            raise WrongSetting(WRONG_URL) from None  # which may name a part of the password
        return pool

    async def ask(self, question: Callable[[Any, str], Awaitable[T]], *, at_any_rate: bool = False) -> T:
        """Returns what Redis answers to a question, a function of the client and the prefix of keys.

        It may be asked again, after the server was started again. `at_any_rate`: also while it is left alone.

        Raises:
            Gone: it does not answer soon; or it did not a moment ago, and is left alone. Or nobody knows whose keys to
                ask for.
        """
        whose = await self.whose()
        if whose is None:
            raise Gone

        async def ask(redis: Any, life: str) -> T:
            return await question(redis, f"twofold:{whose}:{life}:")

        return await self._ask(ask, at_any_rate=at_any_rate)

    async def ask_server(self, question: Callable[[Any], Awaitable[T]]) -> T:
        """Returns what Redis answers to a question that is about no database of ours, a function of the client.

        Raises:
            Gone: it does not answer soon; or it did not a moment ago, and is left alone.
        """

        async def ask(redis: Any, _: str) -> T:
            return await question(redis)

        return await self._ask(ask, at_any_rate=False)

    async def _ask(self, question: Callable[[Any, str], Awaitable[T]], *, at_any_rate: bool) -> T:
        now_s = monotonic()
        if now_s < self._left_alone_until_s and not at_any_rate:
            raise Gone
        if self._is_gone:
            self._left_alone_until_s = now_s + LEFT_ALONE_S  # one tries, the others go on leaving it alone
        try:
            async with _patient():
                answer = await self._asked(question)
        except (RedisError, OSError, TimeoutError) as error:
            self._lose(error)
            raise Gone from error
        if self._is_gone:
            self._is_gone, self._left_alone_until_s = False, 0.0
            log.warning("Redis is back")
        return answer

    @property
    def is_gone(self) -> bool:
        """Whether it did not answer when it was last asked."""
        return self._is_gone

    async def close(self) -> None:
        """Closes all connections."""
        await self._redis.aclose()
        await self._redis.connection_pool.disconnect()

    async def _asked(self, question: Callable[[Any, str], Awaitable[T]]) -> T:
        """Asks again where a connection turns out to be lost, or the server to be in another life than a moment ago."""
        for tries_left in range(TRIES, -1, -1):
            life = self._life
            try:
                if life is None:
                    await self._redis.ping()
                    continue
                answer = await question(self._redis, life)
            except (RedisConnectionError, OSError):
                if not tries_left:
                    raise
                continue
            if life == self._life:
                return answer
        raise RedisConnectionError("the server is another one each time")

    async def _begin(self, connection: Any) -> None:
        """Begins a connection: learns which life of the server it is with."""
        await connection.on_connect()
        await connection.send_command("INFO", "server")
        said = await connection.read_response()
        text = said.decode() if isinstance(said, bytes) else str(said)
        self._life = next(line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("run_id:"))

    def _lose(self, error: Exception) -> None:
        self._left_alone_until_s = monotonic() + LEFT_ALONE_S
        if not self._is_gone:
            self._is_gone = True
            log.warning("Redis does not answer, and is done without until it does: %s: %s", type(error).__name__, error)


async def _nobody_knows() -> str | None:
    return None


@asynccontextmanager
async def _patient() -> AsyncIterator[None]:
    """Ends the block after ANSWER_S in which the process itself was not held up: otherwise Redis may have answered."""
    loop = asyncio.get_running_loop()
    steps_left = STEPS
    timer: asyncio.TimerHandle

    def step() -> None:
        nonlocal steps_left, timer
        steps_left -= 1
        if steps_left:
            timer = loop.call_later(ANSWER_S / STEPS, step)
        else:
            limit.reschedule(loop.time())

    async with asyncio.timeout(None) as limit:
        timer = loop.call_later(ANSWER_S / STEPS, step)
        try:
            yield
        finally:
            timer.cancel()
