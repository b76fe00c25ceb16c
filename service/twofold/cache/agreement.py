"""Which Redis counts, as the processes of a database agree in its table of doubts."""

from __future__ import annotations

from twofold.cache.doubt_statements import DoubtStatements, Run
from twofold.cache.looks import WAIT_S, Looks
from twofold.shared.redis_versions import RedisVersions

__all__ = ["Agreement"]


class Agreement:
    """The part of one process in it.

    A life is of a server, and of one database of ours in it: with another of either, it is agreed anew.
    """

    def __init__(self, looks: Looks, versions: RedisVersions, statements: DoubtStatements, run: Run) -> None:
        self._looks = looks
        self._versions = versions
        self._statements = statements
        self._run = run

    async def agree(self) -> None:
        """Makes the life of our Redis the one that counts: another one has been started, or has taken over.

        Where some processes still have the old one, both would change it back and forth, and nobody believes either.
        """
        mine, agreed = await self._versions.life(), self._looks.agreed
        if self._looks.found is None or mine in (None, self._looks.counting):
            return
        if agreed is None:
            await self._run(self._statements.begin, [mine])
        elif agreed.life != mine:
            await self._run(self._statements.change, [mine, agreed.life])
        elif agreed.age_ms < WAIT_S * 1000:
            return
        elif await self._versions.renew_all() == mine:  # by now, nobody goes by the other one any more
            await self._run(self._statements.settle, [mine, agreed.since_ms])
        await self._looks.look()

    async def renews(self) -> bool:
        """Makes all be asked again in the life that counts, from what was just seen; returns whether that is done."""
        counting = self._looks.counting if self._looks.is_fresh else None
        return counting is not None and await self._versions.renew_all() == counting
