"""A process of the cache oracle, as its driver has it."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import orjson

from support.oracle_questions import Answer
from support.oracle_worker import MAX_LINE_BYTES
from support.server import ROOT

__all__ = ["Died", "Process"]

ANSWER_S = 60.0


class Died(Exception):
    """The process was killed before it answered."""


class Process:
    """A process that answers lines, many at once; it starts when it is to open something, and again if it died."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.opening: dict[str, Any] = {}
        """The line by which it opens a database."""
        self.planting: dict[str, Any] = {"do": "plant", "fault": ""}
        self._log = folder / f"{name}.log"
        self._asked: dict[int, asyncio.Future[Answer]] = {}
        self._count = 0
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def is_alive(self) -> bool:
        """Whether it runs, and has not said its last."""
        return self._reading is not None and not self._reading.done()

    @property
    def said(self) -> str:
        """All that it has written into its log."""
        return self._log.read_text() if self._log.exists() else ""

    async def open(self) -> None:
        """Makes it serve what it is to open, with a cache that is empty."""
        if not self.is_alive:
            await self._start()
        await self._do(self.opening)
        await self._do(self.planting)

    async def plant(self, fault: str) -> None:
        """Plants a fault in it, or none with an empty name; what it keeps is forgotten."""
        self.planting = {"do": "plant", "fault": fault}
        await self._do(self.planting)

    async def _do(self, line: dict[str, Any]) -> None:
        answer = await self.ask(line)
        assert answer["status"] == 200, answer

    async def ask(self, line: dict[str, Any]) -> Answer:
        """Returns what it answers.

        Raises:
            Died: it was killed before.
        """
        if not self.is_alive:
            raise Died
        assert self._process is not None, "start it first"
        assert self._process.stdin is not None, "it has no input"
        self._count += 1
        answered = self._asked[self._count] = asyncio.get_running_loop().create_future()
        self._process.stdin.write(orjson.dumps({"id": self._count, **line}) + b"\n")
        return await asyncio.wait_for(answered, ANSWER_S)

    async def stop(self) -> None:
        """Ends it, if it runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
        if self._reading is not None:
            await self._reading

    async def _start(self) -> None:
        paths = [str(ROOT / "tests"), *filter(None, [os.environ.get("PYTHONPATH")])]
        with self._log.open("a") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "support.oracle_worker", cwd=ROOT, stderr=log,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=MAX_LINE_BYTES,
            )  # fmt: skip
        self._reading = asyncio.create_task(self._read(self._process))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None, "it has no output"
        async for line in process.stdout:
            said = orjson.loads(line)
            answered = self._asked.pop(said["id"])
            if not answered.done():
                answered.set_result(said)
        await process.wait()
        for answered in self._asked.values():
            if not answered.done():
                answered.set_exception(Died())
        self._asked.clear()
