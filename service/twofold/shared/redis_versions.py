"""Versions of tags in Redis, which the processes of several machines share."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple, Protocol, TypeAlias

from twofold.shared.link import Gone, Link
from twofold.shared.versions import Mark, Seen

__all__ = ["Answer", "Belief", "RedisVersions"]

KEPT_S = 3600
"""How long a version stays that nobody changes: there is one for each key that anybody has asked for, also of no row.
One that goes only makes what depends on it be asked again."""
WHOLE_KEPT_S = 2 * 86400
"""The same for that of the whole, on which all depends."""
MAX_TAGS = 64
"""Of one write, that are listed while it is under way; one with more opens everything for that time."""
WHOLE = b"whole"
TRIES = 3
AT_ONCE = 256
"""Questions that are asked in one round trip."""
VALUES_AT_ONCE = 8
"""Of these, that ask for a value: many large ones would take so long that Redis seemed to be gone."""
CHANGE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local others, last = {}, now
local function add(entry, deadline)
  others[#others + 1] = entry
  if deadline > last then last = deadline end
end
for entry in string.gmatch(redis.call('GET', KEYS[1]) or '', '[^;]+') do
  local id, deadline = string.match(entry, '^(%x+),(%d+)')
  if id ~= ARGV[1] and tonumber(deadline) > now then add(entry, tonumber(deadline)) end
end
if ARGV[2] ~= '0' then
  local deadline = now + tonumber(ARGV[2])
  add(string.format('%s,%.0f,%s', ARGV[1], deadline, ARGV[4]), deadline)
end
if #others == 0 then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], table.concat(others, ';'), 'PX', last - now)
end
for place = 2, #KEYS do redis.call('SET', KEYS[place], ARGV[3], 'XX', 'EX', ARGV[5]) end"""
"""Lists a write among those that are under way, by the clock of Redis, or takes it off (a lease of 0), and gives its
tags another version. Those without one stay without: nothing that is kept depends on them."""

Get: TypeAlias = Callable[[Any, Sequence[bytes]], Awaitable[Sequence[bytes | None]]]
"""How the values of keys are asked of Redis."""
Question: TypeAlias = tuple[tuple[int, ...], bytes]
"""Tags, and the name of one more key, or nothing."""


class Answer(NamedTuple):
    """What Redis says to a question."""

    seen: Seen
    value: bytes | None
    """What there is at the key."""
    life: str
    """Of the server that says it, with the database."""


class Belief(Protocol):
    """Who knows whether everybody has told Redis what they wrote, and which Redis.

    A life is that of a server, and of one database of ours in it.
    """

    async def life(self) -> str | None:
        """Returns in which of its lives Redis may be believed, by who begins to read now; None: in none."""
        ...

    async def counts(self, life: str) -> bool:
        """Returns whether nobody believes Redis in another life than that in which it was told of a write just now."""
        ...


async def _get(redis: Any, keys: Sequence[bytes]) -> Sequence[bytes | None]:
    found: Sequence[bytes | None] = await redis.mget(keys)
    return found


class RedisVersions:
    """What `Versions` says, in Redis. Where `belief` does not hold, nobody knows any version."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._change: Any = None
        self.belief: Belief | None = None
        self.get: Get = _get
        self._is_asking = False
        self._waiting: dict[Question, asyncio.Future[Answer | None]] = {}
        self._task: asyncio.Task[None] | None = None

    @property
    def is_lost(self) -> bool:
        """Whether Redis did not answer when it was last asked."""
        return self._link.is_gone

    async def seen(self, tags: tuple[int, ...]) -> Seen | None:
        """Returns the versions, in one round trip; see `Versions`."""
        found = await self.ask(tags)
        return None if found is None else found[0]

    async def ask(self, tags: tuple[int, ...], name: bytes = b"") -> Answer | None:
        """Returns the versions, and what there is under a name, in the same round trip.

        Who asks while others are asking waits for these, and is then asked for together with all who did the same: in a
        crowd, each is a small part of one round trip. Nobody joins a question that has been sent: its answer may be
        older than what the caller must see.
        """
        if self.belief is None:
            return await self._asked((tags, name))
        life = await self.belief.life()
        answer = None if life is None else await self._asked((tags, name))
        return answer if answer is not None and answer.life == life else None

    async def life(self) -> str | None:
        """Returns which life the server is in with this database; None where it does not answer."""

        async def question(redis: Any, prefix: str) -> str:
            await redis.ping()
            return _life(prefix)

        try:
            return await self._link.ask(question)
        except Gone:
            return None

    async def _asked(self, question: Question) -> Answer | None:
        if self._is_asking:
            answer = self._waiting.get(question)
            if answer is None:
                answer = self._waiting[question] = asyncio.get_running_loop().create_future()
            return await asyncio.shield(answer)
        self._is_asking = True
        try:
            return (await self._answers([question]))[0]
        finally:
            self._next()

    def _next(self) -> None:
        """Begins to ask for those who have waited, if there are any."""
        self._is_asking = bool(self._waiting)
        if self._is_asking:
            waited = {question: self._waiting.pop(question) for question in [*_at_once(self._waiting)]}
            self._task = asyncio.get_running_loop().create_task(self._answer(waited))

    async def _answer(self, waited: dict[Question, asyncio.Future[Answer | None]]) -> None:
        try:
            for future, answer in zip(waited.values(), await self._answers([*waited]), strict=True):
                future.set_result(answer)
        finally:
            for future in waited.values():
                if not future.done():
                    future.set_result(None)
            self._next()

    async def _answers(self, questions: Sequence[Question]) -> Sequence[Answer | None]:
        """Returns the answers to questions, in their order."""
        tags = questions[0][0] if len(questions) == 1 else tuple({tag for tags, _ in questions for tag in tags})
        names = [name for _, name in questions if name]

        async def ask(redis: Any, prefix: str) -> tuple[str, Sequence[bytes | None]] | None:
            keys = _keys(prefix, tags)
            wanted = [*keys, *(prefix.encode() + name for name in names)] if names else keys
            for _ in range(TRIES):
                found = await self.get(redis, wanted)
                known = zip(keys[1:], found[1:], strict=False)
                unknown = [key for key, version in known if version is None]
                if not unknown:
                    return _life(prefix), found
                await _make(redis, unknown)
            return None

        try:
            told = await self._link.ask(ask)
        except Gone:
            told = None
        if told is None:
            return [None] * len(questions)
        life, found = told
        opened, whole, versions = found[0], found[1], dict(zip(tags, found[2:], strict=False))
        values = iter(found[2 + len(tags) :])
        answers: list[Answer | None] = []
        for asked, name in questions:
            value = next(values) if name else None
            is_open = opened is not None and _touches(opened, asked)
            answers.append(None if is_open else Answer((whole, *(versions[tag] for tag in asked)), value, life))
        return answers

    async def open(self, tags: Collection[int] | None, lease_s: float) -> Mark:
        """Opens tags; see `Versions`."""
        mark = Mark(tags, secrets.randbits(62) | 1)
        life = await self._changed(mark, max(1, round(lease_s * 1000)))
        return Mark(tags, -mark.place) if life is None else mark

    async def close(self, mark: Mark) -> bool:
        """Closes tags; see `Versions`."""
        life = await self._changed(mark, 0)
        return life is not None and (self.belief is None or await self.belief.counts(life))

    async def renew_all(self) -> str | None:
        """Makes all that is kept be asked again, also while Redis is left alone; returns in which life, if in any."""

        async def question(redis: Any, prefix: str) -> str:
            await redis.set(_keys(prefix, ())[1], os.urandom(8), ex=WHOLE_KEPT_S)
            return _life(prefix)

        try:
            return await self._link.ask(question, at_any_rate=True)
        except Gone:
            return None

    async def _changed(self, mark: Mark, lease_ms: int) -> str | None:
        tags, listed = mark.tags, "*"
        if tags is not None and len(tags) <= MAX_TAGS:
            listed = ",".join(f"{tag:016x}" for tag in tags)
        given = [f"{abs(mark.place):x}", lease_ms, os.urandom(8), listed, WHOLE_KEPT_S if tags is None else KEPT_S]

        async def question(redis: Any, prefix: str) -> str:
            if self._change is None:
                self._change = redis.register_script(CHANGE)
            opened, whole = _keys(prefix, ())
            renewed = [whole] if tags is None else [_name(prefix, tag) for tag in tags]
            await self._change([opened, *renewed], given, client=redis)
            return _life(prefix)

        try:
            return await self._link.ask(question)
        except Gone:
            return None


def _at_once(waiting: Iterable[Question]) -> Iterator[Question]:
    """The first of those who wait, as far as they go in one round trip."""
    values = 0
    for tags, name in islice(waiting, AT_ONCE):
        values += bool(name)
        if values > VALUES_AT_ONCE:
            return
        yield tags, name


def _life(prefix: str) -> str:
    return prefix.partition(":")[2][:-1]


def _keys(prefix: str, tags: Collection[int]) -> Sequence[bytes]:
    """Where the writes that are under way are listed, where the version of the whole is, and those of tags."""
    return [f"{prefix}open".encode(), prefix.encode() + WHOLE, *(_name(prefix, tag) for tag in tags)]


@lru_cache(maxsize=8192)
def _name(prefix: str, tag: int) -> bytes:
    return f"{prefix}tag:{tag:016x}".encode()


def _touches(opened: bytes, tags: tuple[int, ...]) -> bool:
    """Whether one of the writes that are under way changes any of the tags."""
    for entry in opened.split(b";"):
        _, _, *listed = entry.split(b",")
        if listed == [b"*"] or not {f"{tag:016x}".encode() for tag in tags}.isdisjoint(listed):
            return True
    return False


async def _make(redis: Any, keys: Sequence[bytes]) -> None:
    """Gives tags that have no version one, unless somebody else does first."""
    async with redis.pipeline(transaction=False) as pipeline:
        for key in keys:
            kept_s = WHOLE_KEPT_S if key.endswith(WHOLE) else KEPT_S
            pipeline.set(key, os.urandom(8), nx=True, ex=kept_s)
        await pipeline.execute()
