"""Many orders at once, by both faces and in two processes: what is sold is there, and nothing is sold twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import cycle, product
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from storefront.audit import AuditEntry
from storefront.models import Order, OrderLine, Payment, Product
from storefront.orders import OrderStatus
from support.buyers import Buyer, accounts, carts, goods
from support.figures import count
from support.sending import FACES, Answer, Face, WriteRequest, connected, send_patiently
from support.workers import Worker, working
from twofold.database import Database
from twofold.events import Event

pytestmark = pytest.mark.faults

ORDERS = 200
STOCK = 50
PAIRS = 40


@pytest.fixture(scope="module")
def workers(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Worker]]:
    """Two processes over one database."""
    with working(database_url, tmp_path_factory.mktemp("workers")) as workers:
        yield workers


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with connected(ORDERS) as client:
        yield client


async def all_at_once(
    client: httpx.AsyncClient, workers: Sequence[Worker], requests: Sequence[WriteRequest]
) -> list[tuple[Face, Answer]]:
    """Returns the answers in the order of the requests, which are spread over both processes and both faces."""
    ways = cycle(product(FACES, workers))
    asked: list[tuple[Face, str, WriteRequest]] = [
        (face, worker.url, request) for request, (face, worker) in zip(requests, ways, strict=False)
    ]
    answers = await asyncio.gather(*(send_patiently(client, url, face, request) for face, url, request in asked))
    count("faults", "writes sent at once", len(answers))
    count("faults", "answers 503", sum(answer.retries for answer in answers))
    return [(face, answer) for (face, _, _), answer in zip(asked, answers, strict=True)]


def doing(action: str, buyer: Buyer, order: Order, **said: str) -> WriteRequest:
    return WriteRequest(
        resource="orders", singular="order", id=str(order.id), token=buyer.token, action=action, input=said,
        key=str(uuid4()),
    )  # fmt: skip


def placing(buyer: Buyer, order: Order) -> WriteRequest:
    return doing("place", buyer, order)


def adding(buyer: Buyer, order: Order, goods: Product) -> WriteRequest:
    said = {"order_id": str(order.id), "product_id": str(goods.id), "quantity": 1}
    return WriteRequest(token=buyer.token, resource="order_lines", singular="order_line", input=said, key=str(uuid4()))


async def told(
    database: Database, orders: Sequence[Order], action: str, happened: str
) -> tuple[Counter[str], Counter[str]]:
    """Returns how many entries of the audit, and how many events, say of each order that this was done to it."""
    keys = [str(order.id) for order in orders]
    with database.use():
        entries = AuditEntry.filter(resource="orders", action=action, row_id__in=keys)
        events = Event.filter(name=f"orders.{happened}", row_id__in=keys)
        return (
            Counter([each.row_id for each in await entries]),
            Counter([each.row_id for each in await events]),
        )


async def rows_of(database: Database, orders: Sequence[Order]) -> tuple[dict[UUID, Any], dict[UUID, Any]]:
    """Returns the rows of orders, and those of their lines, by their keys."""
    keys = [order.id for order in orders]
    with database.use():
        rows = await Order.filter(id__in=keys).values()
        lines = await OrderLine.filter(order_id__in=keys).values()
    return {row["id"]: row for row in rows}, {line["id"]: line for line in lines}


async def stock_of(database: Database, goods: Product) -> int:
    with database.use():
        return (await Product.get(id=goods.id)).stock


async def paid_for(database: Database, orders: Sequence[Order]) -> Counter[UUID]:
    """Returns how many payments each of the orders has."""
    with database.use():
        payments = Payment.filter(order_id__in=[order.id for order in orders])
        return Counter([each.order_id for each in await payments])


def check_refusal(face: Face, answer: Answer) -> None:
    """There is too little in stock, which a code says to programs, and a sentence to people."""
    assert answer.codes == ("out_of_stock",)
    assert all(len(sentence) > 10 and sentence.endswith(".") for sentence in answer.sentences), answer
    if face == "rest":
        assert (answer.status, answer.error_code) == (409, "conflict")
    else:
        assert (answer.status, answer.error_code) == (200, None)


async def test_fifty_of_two_hundred(database: Database, workers: list[Worker], client: httpx.AsyncClient) -> None:
    """Two hundred buyers want one of fifty: fifty get one, and the others keep their cart as it was."""
    (lamp,) = await goods(database, 1, stock=STOCK)
    buyers = await accounts(database, ORDERS)
    orders = await carts(database, buyers, lamp)
    before, lines = await rows_of(database, orders)

    answers = await all_at_once(client, workers, [placing(*each) for each in zip(buyers, orders, strict=True)])
    placed = {UUID(answer.id) for _, answer in answers if answer.id is not None}
    refused = [each for each in answers if each[1].id is None]
    count("faults", "orders placed", len(placed))
    count("faults", "orders refused", len(refused))
    assert (len(placed), len(refused)) == (STOCK, ORDERS - STOCK)
    for face, answer in refused:
        check_refusal(face, answer)

    after, lines_after = await rows_of(database, orders)
    assert {key for key, row in after.items() if row["status"] == OrderStatus.placed} == placed
    assert {key: row for key, row in after.items() if key not in placed} == {
        key: row for key, row in before.items() if key not in placed
    }
    assert lines_after == lines
    assert await stock_of(database, lamp) == 0
    once = Counter(dict.fromkeys(map(str, placed), 1))
    assert await told(database, orders, "place", "placed") == (once, once)
    assert await paid_for(database, orders) == Counter(dict.fromkeys(placed, 1))


async def test_one_order_placed_and_paid_many_times(
    database: Database, workers: list[Worker], client: httpx.AsyncClient
) -> None:
    """With a key for each request one of them does it; that one, sent again many times, is answered as before."""
    (lamp,) = await goods(database, 1, stock=STOCK)
    (buyer,) = buyers = await accounts(database, 1)
    (order,) = orders = await carts(database, buyers, lamp)
    once = Counter({str(order.id): 1})
    for action, happened, said in (("place", "placed", {}), ("pay", "paid", {"method": "sandbox_ok"})):
        requests = [doing(action, buyer, order, **said) for _ in range(16)]
        answers = await all_at_once(client, workers, requests)
        (winner,) = [request for request, (_, answer) in zip(requests, answers, strict=True) if answer.id is not None]
        assert {answer.codes for _, answer in answers if answer.id is None} == {("wrong_state",)}
        again = await all_at_once(client, workers, [winner] * 16)
        assert {answer.id for _, answer in again} == {str(order.id)}
        assert await told(database, orders, action, happened) == (once, once)

    assert await stock_of(database, lamp) == STOCK - 1
    assert await paid_for(database, orders) == Counter({order.id: 1})


async def test_two_products_in_either_order(
    database: Database, workers: list[Worker], client: httpx.AsyncClient
) -> None:
    """Half of the orders have the products the other way round: none waits for another that waits for it."""
    lamp, shade = await goods(database, 2, stock=PAIRS)
    buyers = await accounts(database, PAIRS)
    one_way = await carts(database, buyers[::2], lamp, shade)
    the_other = await carts(database, buyers[1::2], shade, lamp)
    orders = [order for both in zip(one_way, the_other, strict=True) for order in both]

    answers = await all_at_once(client, workers, [placing(*each) for each in zip(buyers, orders, strict=True)])
    assert [answer.id for _, answer in answers] == [str(order.id) for order in orders]
    assert sum(answer.retries for _, answer in answers) == 0, "a deadlock that the database ended"
    assert (await stock_of(database, lamp), await stock_of(database, shade)) == (0, 0)


async def test_a_line_that_comes_while_its_order_is_placed(
    database: Database, workers: list[Worker], client: httpx.AsyncClient
) -> None:
    """It is in the order, paid for and taken from the stock; or it is refused, and not there."""
    lamp, shade = await goods(database, 2, stock=PAIRS)
    buyers = await accounts(database, PAIRS)
    orders = await carts(database, buyers, lamp)
    both = zip(buyers, orders, strict=True)
    requests = [each for buyer, order in both for each in (placing(buyer, order), adding(buyer, order, shade))]

    answers = await all_at_once(client, workers, requests)
    assert all(answer.id is not None for _, answer in answers[::2])
    assert sum(answer.retries for _, answer in answers) == 0, "a deadlock that the database ended"
    added = sum(answer.id is not None for _, answer in answers[1::2])
    assert all(answer.id is not None or answer.codes == ("wrong_state",) for _, answer in answers[1::2])
    rows, lines = await rows_of(database, orders)
    count("faults", "lines that came in time", added)
    assert len(lines) == PAIRS + added
    assert (await stock_of(database, lamp), await stock_of(database, shade)) == (0, PAIRS - added)
    assert sum(row["total"] for row in rows.values()) == sum(line["unit_price"] for line in lines.values())


async def test_lines_that_come_at_once(database: Database, workers: list[Worker], client: httpx.AsyncClient) -> None:
    """The total of their order is that of all of them."""
    things = await goods(database, 20, stock=1)
    (buyer,) = buyers = await accounts(database, 1)
    (order,) = orders = await carts(database, buyers)
    answers = await all_at_once(client, workers, [adding(buyer, order, each) for each in things])
    assert all(answer.id is not None and not answer.retries for _, answer in answers)
    rows, lines = await rows_of(database, orders)
    assert len(lines) == len(things)
    assert rows[order.id]["total"] == sum(line["unit_price"] for line in lines.values())
