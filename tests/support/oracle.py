"""The cache oracle: two processes are asked and changed at once, and no answer may be old or somebody else's.

The driver knows of each thing all states it ever gave it, so it can tell of each answer whether one moment between
question and answer explains it; and when all is quiet, it compares every answer with the uncached service's.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import orjson

from support.oracle_changes import Change, Changes
from support.oracle_process import Died, Process
from support.oracle_questions import (
    Answer,
    Question,
    questions_at_barriers,
    questions_that_change,
    questions_while_it_runs,
)
from support.oracle_worker import ask
from support.oracle_world import ADMIN, Cell, View, World
from support.shop import Shop, opened

__all__ = ["Figures", "Oracle", "Run", "oracle"]

CLIENTS = 16
CHANGES = 0.07
"""The part of what clients do that changes something."""
ABOUT, WATCHED, READERS = 40, 5, 3
"""Questions that are known to show a thing; those of them that are asked while it changes; and by how many."""
READ_AGAIN_S = 0.02
DEATH_S = 30.0
QUIET_S = 0.05
REQUEST_ID = re.compile(r'"request_id":"[^"]*"')


@dataclass
class Figures:
    """What was done, and what was found."""

    reads: int = 0
    writes: int = 0
    did: Counter[str] = field(default_factory=Counter)
    """What the caches did for the reads."""
    compared: int = 0
    killed: int = 0
    stale: int = 0
    foreign: int = 0
    different: int = 0
    findings: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> int:
        """Answers that should not have been."""
        return self.stale + self.foreign + self.different

    @property
    def kept(self) -> float:
        """The part of the reads of rows for which the database was not asked: from 0 to 1."""
        kept = self.did["hits"] + self.did["answers"]
        return kept / max(1, kept + self.did["joined"] + self.did["misses"] + self.did["bypassed"])

    @property
    def steps(self) -> int:
        """Reads and writes while it ran."""
        return self.reads + self.writes


@dataclass(frozen=True, kw_only=True)
class Run:
    """What is run: so many steps, with so many barriers among them, and then so many deaths."""

    seed: str
    steps: int
    barriers: int = 2
    deaths: tuple[str, ...] = ()
    """Before which step of a write each is: `open`, `commit` or `close`."""
    fault: str = ""
    """The name of one that is planted; then the run is over as soon as something is wrong."""


class Oracle:
    """Asks, changes, kills and compares; `figures` says what came of it."""

    def __init__(self, world: World, uncached: Shop, processes: Sequence[Process]) -> None:
        self.figures = Figures()
        self._world = world
        self._uncached = uncached
        self._processes = processes
        self._questions = questions_while_it_runs(world)
        self._about: defaultdict[Cell, dict[Question, None]] = defaultdict(dict)
        """Questions that showed a thing, or that it was not there."""
        self._unknown: list[Cell] = []
        """What a process was changing when it died."""

    async def run(self, run: Run) -> Figures:
        """Does all of it, or up to the first wrong answer, and returns what came of it."""
        self.figures = Figures()
        self._is_hunting = bool(run.fault)
        self._draw = Random(run.seed)  # noqa: S311  # so that it can be run again
        self._changes = Changes(self._world, self._draw)
        self._draw.shuffle(self._questions)
        await _together(process.plant(run.fault) for process in self._processes)
        for number in range(run.barriers):
            before = await self._stats()
            await self._round((number + 1) * run.steps // run.barriers)
            self.figures.did += await self._stats() - before
            await self._compare()
        for step in run.deaths:
            if not self._is_over:
                await self._die(step)
        return self.figures

    @property
    def _is_over(self) -> bool:
        return self._is_hunting and self.figures.wrong > 0

    # -- while it runs ----------------------------------------------------------------------------------------------

    async def _round(self, steps: int) -> None:
        async def client() -> None:
            while self.figures.steps < steps and not self._is_over:
                if self._draw.random() < CHANGES:
                    await self._change_watched(self._changes.any())
                else:
                    await self._read(self._question())

        await _together(client() for _ in range(CLIENTS))

    def _question(self) -> Question:
        """One that is asked often, or one that is asked seldom."""
        if self._draw.random() < 0.03:
            return self._draw.choice(questions_that_change(self._world))
        return self._questions[int(len(self._questions) * self._draw.random() ** 4)]

    async def _read(self, question: Question) -> None:
        process = self._draw.choice([each for each in self._processes if each.is_alive])
        view = View(self._world, question.actor)
        try:
            answer = await process.ask(question.line(self._world))
        except Died:
            return
        self.figures.reads += 1
        numbers = question.explained(view, answer)
        if numbers is not None:
            for cell, number in numbers.items():
                cell.show(number)
                if len(self._about[cell]) < ABOUT:
                    self._about[cell][question] = None
            return
        view.forget()
        is_old = question.explained(view, answer) is not None
        self.figures.stale += is_old
        self.figures.foreign += not is_old
        self._find("stale" if is_old else "foreign", process, question, answer)

    async def _change_watched(self, change: Change) -> None:
        """Makes a change while others ask about just that, and lets them ask again."""
        about = [*dict.fromkeys(question for cell in change.cells for question in self._about[cell])]
        watched = self._draw.sample(about, min(WATCHED, len(about)))
        changing = asyncio.create_task(self._change(change))

        async def reader() -> None:
            while watched and not changing.done():
                await self._read(self._draw.choice(watched))
                await asyncio.sleep(self._draw.random() * READ_AGAIN_S)

        await _together([changing, *(reader() for _ in range(READERS))])
        await _together(self._read(each) for each in watched)

    async def _change(self, change: Change, process: Process | None = None) -> None:
        process = process or self._draw.choice([each for each in self._processes if each.is_alive])
        try:
            answer = await process.ask(change.line)
        except Died:
            self._unknown += change.cells
            return
        self.figures.writes += 1
        change.done(answer["status"], answer["text"])

    async def _stats(self) -> Counter[str]:
        """What the caches of all processes have done by now."""
        return sum([Counter((await each.ask({"do": "stats"}))["stats"]) for each in self._processes], Counter())

    # -- when all is quiet ------------------------------------------------------------------------------------------

    async def _compare(self, part: int = 1) -> None:
        """Compares all answers, or one in so many."""
        questions = questions_at_barriers(self._world)
        questions = self._draw.sample(questions, len(questions) // part)
        await _together(self._compare_some(questions[number::CLIENTS]) for number in range(CLIENTS))

    async def _compare_some(self, questions: Sequence[Question]) -> None:
        for question in questions:
            if self._is_over:
                return
            line = question.line(self._world)
            right = _comparable(await ask(self._uncached.app, line))
            for process in (*self._processes, self._draw.choice(self._processes)):
                self._compare_one(process, question, right, await process.ask(line))
            if right["etag"] is not None:
                known = {**line, "headers": {**line["headers"], "if-none-match": right["etag"]}}
                not_changed = {"status": 304, "etag": right["etag"], "text": ""}
                process = self._draw.choice(self._processes)
                self._compare_one(process, question, not_changed, await process.ask(known))

    def _compare_one(self, process: Process, question: Question, right: Answer, answer: Answer) -> None:
        self.figures.compared += 1
        if _comparable(answer) != right:
            self.figures.different += 1
            self._find("different", process, question, {"got": answer, "uncached": right})

    def _find(self, what: str, process: Process, question: Question, answer: object) -> None:
        if sum(each.startswith(what) for each in self.figures.findings) < 3:
            asked = question.query or question.path
            self.figures.findings.append(f"{what}, by {process.name}, to {question.actor}: {asked}\n  {answer}")

    # -- deaths -----------------------------------------------------------------------------------------------------

    async def _die(self, step: str) -> None:
        """Kills a process in the middle of a write, asks on, puts another one into its place, and compares."""
        living, dying = self._processes
        dies = asyncio.create_task(self._write_until_dead(dying, step))

        async def client() -> None:
            while not dies.done():
                await self._read(self._question())

        async def writer() -> None:
            while not dies.done():
                change = self._changes.patch()
                await (asyncio.sleep(QUIET_S) if change is None else self._change(change, living))

        await _together([dies, writer(), *(client() for _ in range(CLIENTS // 2))])
        await self._learn()
        await dying.open()
        self.figures.killed += 1
        await self._round(self.figures.steps + 200)
        await self._compare(part=4)

    async def _write_until_dead(self, dying: Process, step: str) -> None:
        async with asyncio.timeout(DEATH_S):
            await dying.ask({"do": "die", "at": step})
            while dying.is_alive:
                change = self._changes.patch()
                await (asyncio.sleep(QUIET_S) if change is None else self._change(change, dying))

    async def _learn(self) -> None:
        """Learns what became of the changes of a process that died, as soon as the database has ended them."""
        await self._wait_for_backends()
        for cell in self._unknown:
            path = f"/products/{cell.now['id']}"
            answer = await ask(self._uncached.app, Question(ADMIN, path).line(self._world))
            if orjson.loads(answer["text"])["data"]["name"] == cell.now["name"]:
                cell.acknowledge()
            else:
                cell.undo()
            cell.is_busy = False
        self._unknown.clear()

    async def _wait_for_backends(self) -> None:
        database = self._uncached.engine.database
        if database.dialect == "postgres":
            text = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1"
            async with asyncio.timeout(DEATH_S):
                while (await database.read(text, [self._processes[1].name]))[0][0]:  # noqa: ASYNC110
                    await asyncio.sleep(QUIET_S)


async def _together(tasks: Any) -> None:
    async with asyncio.TaskGroup() as group:
        for task in tasks:
            group.create_task(_awaited(task))


async def _awaited(task: Any) -> None:
    await task


def _comparable(answer: Answer) -> dict[str, Any]:
    """What must be the same byte for byte: all but the number of the request, which errors have."""
    text = REQUEST_ID.sub("", answer["text"]) if answer["status"] >= 400 else answer["text"]
    return {"status": answer["status"], "etag": answer["etag"], "text": text}


@asynccontextmanager
async def oracle(processes: Sequence[Process], world: World, url: str, seed: str, **settings: Any
                 ) -> AsyncIterator[Oracle]:  # fmt: skip
    """Gives an oracle over a database with the world in it."""
    given = {
        "database_url": url,
        "database_pool": 6,
        "sqlite_synchronous": "normal",
        "credential_memory_s": 60,
        **settings,
    }
    async with opened(url, cache="off", credential_memory_s=0) as uncached:
        for process in processes:
            named = given | {"database_application_name": process.name}
            process.opening = {"do": "open", "settings": named, "seed": f"{seed}/{process.name}"}
        try:
            await _together(process.open() for process in processes)
            yield Oracle(world, uncached, processes)
        except BaseException as error:
            for process in processes:
                error.add_note(process.said[-3000:])
            raise
