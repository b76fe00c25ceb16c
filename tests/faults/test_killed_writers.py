"""Web processes are killed in the middle of their writes: nothing is lost, repeated or left half done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pytest
from tortoise.expressions import F

from storefront.audit import AuditEntry
from storefront.models import Address, Order, Payment, Product, Tag
from support.books import Books, Sent, complaints
from support.figures import count
from support.long import examples
from support.sending import FACES, Answer, Face, connected, other, send_patiently
from support.workers import Worker, working
from support.writes import KINDS, Kind, Premises
from twofold.database import Database
from twofold.events import Event
from twofold.fields import new_id
from twofold.idempotency import IdempotencyKey

pytestmark = pytest.mark.faults

SEED = 20261122
KILLS = examples(4, 40)
WRITERS = 16
PLACES_A_KILL = 200
UNTIL_KILLED_S = (0.1, 0.8)
AFTER_S = 0.2
"""How long the process that is left is written to alone."""
KEYLESS = 0.1
"""The share of writes without an idempotency key, which are never sent again."""


@dataclass(kw_only=True)
class Load:
    """Writers that write as fast as they can, by either face and to either process, and note what is acknowledged."""

    client: httpx.AsyncClient
    workers: list[Worker]
    premises: Premises
    random: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311  # not for secrets
    sent: list[tuple[Sent, Face]] = field(default_factory=list)
    unanswered: int = 0
    going: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False

    async def run(self) -> None:
        """Writes until as many processes were killed as are to be."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(WRITERS):
                tasks.create_task(self._write())
            await self._kill()
            self.over = True
            self.going.set()

    async def _kill(self) -> None:
        for _ in range(KILLS):
            self.going.set()
            await asyncio.sleep(self.random.uniform(*UNTIL_KILLED_S))
            worker = self.random.choice(self.workers)
            worker.kill()
            await asyncio.sleep(AFTER_S)
            self.going.clear()  # a process takes long to start beside writers who leave it no time
            worker.launch()
            await asyncio.to_thread(worker.wait)
            count("faults", "processes killed")

    async def _write(self) -> None:
        while await self.going.wait() and not self.over:
            sent, face = self._next(), self.random.choice(FACES)
            if sent is None:
                continue
            self.sent.append((sent, face))
            if await self._ask(sent, face):
                continue
            self.unanswered += 1
            if sent.request.key is not None and self.random.random() < 0.5:  # as an impatient client does
                await self._ask(sent, other(face))

    def _next(self) -> Sent | None:
        """A write that nobody has asked for yet; None when there is no more of a kind."""
        kind: Kind = self.random.choice(KINDS)
        key = None if self.random.random() < KEYLESS else str(UUID(int=self.random.getrandbits(128)))
        request = kind.request(self.premises, len(self.sent), key)
        return None if request is None else Sent(kind=kind, request=request)

    async def _ask(self, sent: Sent, face: Face) -> bool:
        """Whether an answer came. Where nobody listens the write never arrives, and the other process is asked."""
        for worker in self.random.sample(self.workers, len(self.workers)):
            try:
                answer = await send_patiently(self.client, worker.url, face, sent.request)
            except httpx.ConnectError:
                continue
            except httpx.TransportError:
                return False
            acknowledged(sent, answer)
            return True
        raise AssertionError("no process listens")

    async def repeat(self) -> None:
        """Sends every write with a key again, to the face that it was not sent to, and notes the answers."""
        again = iter([each for each in self.sent if each[0].request.key is not None])

        async def repeat_some() -> None:
            for sent, face in again:
                assert await self._ask(sent, other(face)), "nobody is killed any more"
                count("faults", "writes sent again")

        async with asyncio.TaskGroup() as tasks:
            for _ in range(WRITERS):
                tasks.create_task(repeat_some())


def acknowledged(sent: Sent, answer: Answer) -> None:
    """Notes the row that an answer names; none of the writes is one that could be refused."""
    assert answer.id is not None, f"{sent} was refused: {answer}"
    sent.ids.append(answer.id)
    count("faults", "writes acknowledged")
    if answer.retries:
        count("faults", "answers 503", answer.retries)


@dataclass(kw_only=True)
class Aftermath:
    """The shop after the last process was killed, with its processes running again."""

    database: Database
    load: Load
    before: Books

    @property
    def sent(self) -> list[Sent]:
        return [sent for sent, _ in self.load.sent]

    async def complaints(self) -> list[str]:
        return complaints(self.before, await Books.read(self.database), self.sent)


@pytest.fixture(scope="module")
async def aftermath(
    database: Database, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Aftermath]:
    """What a load of writes leaves, whose processes were killed."""
    premises = await Premises.of(database, places=KILLS * PLACES_A_KILL)
    before = await Books.read(database)
    with working(database_url, tmp_path_factory.mktemp("killed")) as workers:
        async with connected(2 * WRITERS) as client:
            load = Load(client=client, workers=workers, premises=premises)
            await load.run()
            yield Aftermath(database=database, load=load, before=before)


async def test_nothing_is_lost_or_half_there(aftermath: Aftermath) -> None:
    books = await Books.read(aftermath.database)
    assert complaints(aftermath.before, books, aftermath.sent) == []
    assert {sent.kind.resource for sent in aftermath.sent if sent.ids} == {kind.resource for kind in KINDS}
    assert aftermath.load.unanswered, "the processes were killed while they did nothing"
    count("faults", "writes unanswered", aftermath.load.unanswered)
    count("faults", "of them done", sum(books.has(sent) for sent in aftermath.sent if not sent.ids))


async def test_sent_again_all_have_one_effect(aftermath: Aftermath) -> None:
    """Those of which no answer came are done now, unless they were already; the answer is the same as the first one."""
    await aftermath.load.repeat()
    assert await aftermath.complaints() == []
    assert all(sent.ids for sent in aftermath.sent if sent.request.key is not None)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something that a process killed at a bad moment might have left, and what the books then complain of."""

    name: str
    plant: Callable[[Aftermath], Awaitable[Any]]
    complaint: str


def entry_of(action: str, resource: str) -> Any:
    return AuditEntry.filter(action=action, resource=resource)


async def another_entry(_: Aftermath) -> None:
    entry = await entry_of("create", "tags").first()
    assert entry is not None
    await entry.clone(pk=new_id()).save()


async def another_address(_: Aftermath) -> None:
    address = await Address.filter(recipient__startswith="Number").first()
    assert address is not None
    await address.clone(pk=new_id()).save()


async def without(rows: Any) -> None:
    """Deletes the first one of the rows."""
    row = await rows.first()
    await row.delete()


async def untagged(_: Aftermath) -> None:
    product = await Product.filter(slug__startswith="lamp-").first()
    assert product is not None
    await product.tags.clear()


async def half_placed(after: Aftermath) -> None:
    """An order that says it is placed, and nothing else was done."""
    request = next(request for kind in KINDS if (request := kind.request(after.load.premises, 0, None)) and request.id)
    await Order.filter(id=request.id).update(status="placed")


FAULTS = [
    Fault(name="a lost row", plant=lambda _: without(Tag.filter(name__startswith="word")), complaint="answered with"),
    Fault(name="a row that is there twice", plant=another_address, complaint="and there are ["),
    Fault(name="a row of nobody", plant=lambda _: Tag.create(name="dark"), complaint="nobody asked"),
    Fault(name="no entry of the audit", plant=lambda _: without(entry_of("create", "tags")), complaint="0 audit"),
    Fault(name="two entries of the audit", plant=another_entry, complaint="2 audit"),
    Fault(name="no event", plant=lambda _: without(Event.filter(name="addresses.created")), complaint="0 events"),
    Fault(name="no key", plant=lambda _: without(IdempotencyKey.all()), complaint="names nothing"),
    Fault(
        name="a key without a row", plant=lambda _: IdempotencyKey.all().update(outcomes=None), complaint="names None"
    ),
    Fault(name="no tag", plant=untagged, complaint="has 0 tags"),
    Fault(name="a wrong total", plant=lambda _: Order.all().update(total=F("total") + 1), complaint="has a total of"),
    Fault(name="a wrong stock", plant=lambda _: Product.all().update(stock=F("stock") + 1), complaint="has a stock of"),
    Fault(name="no payment", plant=lambda _: without(Payment.all()), complaint="has 0 payments"),
    Fault(name="a wrong payment", plant=lambda _: Payment.all().update(amount=1), complaint="has 1 payments"),
    Fault(name="an order half placed", plant=half_placed, complaint="0 audit"),
]


class Undone(Exception):
    """A planted fault is taken back."""


async def complaints_with(aftermath: Aftermath, fault: Fault) -> list[str]:
    """Returns what the books complain of once the fault is planted, which is taken back."""
    found: list[str] = []
    with suppress(Undone):
        async with aftermath.database.transaction():
            await fault.plant(aftermath)
            found = await aftermath.complaints()
            raise Undone
    return found


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_the_books_would_complain(aftermath: Aftermath, fault: Fault) -> None:
    """Each fault is found: the checks above can fail."""
    found = await complaints_with(aftermath, fault)
    assert any(fault.complaint in each for each in found), found[:5]
