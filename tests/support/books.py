"""The books of a shop: what a load of writes left in its database, and whether it adds up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from storefront.audit import AuditEntry
from storefront.models import Order, OrderLine, Payment, Product
from storefront.orders import OrderStatus
from support.sending import WriteRequest
from support.writes import KINDS, Kind, Mark
from twofold.database import Database
from twofold.events import Event
from twofold.idempotency import IdempotencyKey

__all__ = ["Books", "Sent", "complaints"]


@dataclass(kw_only=True)
class Sent:
    """A write that was asked for, once or more often, and the ids that the answers named: none, when none came."""

    kind: Kind
    request: WriteRequest
    ids: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.kind.action} of {self.kind.resource} {' '.join(self.kind.mark_of(self.request))}"


@dataclass(frozen=True, kw_only=True)
class Books:
    """All that writes leave, as it is at one moment. Keys of rows are text."""

    rows: Mapping[str, Mapping[str, Mark]]
    """For each kind's resource, the rows of its writes, and what they are known by."""
    entries: Counter[tuple[str, str, str]]
    """The audit's: resource, action and row."""
    events: Counter[tuple[str, str]]
    """Name and row."""
    keys: Mapping[str, str | None]
    """Of each idempotency key, the row."""
    tags: Counter[str]
    """Of each product, how many."""
    stock: Mapping[str, int]
    sold: Counter[str]
    """Of each product, how many are in orders that are placed."""
    totals: Mapping[str, Decimal]
    """Of each order, as it says itself."""
    sums: Mapping[str, Decimal]
    """Of each order, its lines added up."""
    paid: Counter[tuple[str, Decimal]]
    """The payments: order and amount."""
    placed: Mapping[str, Decimal]
    """The total of each order that is no cart any more."""
    faults: Sequence[str]
    """What the database finds wrong with itself."""

    @classmethod
    async def read(cls, database: Database) -> Books:
        """Returns the books as they are now."""
        with database.use():
            lines = await OrderLine.all().values("order_id", "product_id", "quantity", "unit_price")
            orders = await Order.all().values("id", "status", "total")
            links = await Product.filter(tags__id__isnull=False).values_list("id", "tags__id")
            placed = [order for order in orders if order["status"] != OrderStatus.cart]
            payments = await Payment.all().values_list("order_id", "amount")
            return cls(
                rows={kind.resource: await _rows(kind) for kind in KINDS},
                entries=Counter(await AuditEntry.all().values_list("resource", "action", "row_id")),
                events=Counter(await Event.all().values_list("name", "row_id")),
                keys={key: _row_of(known) for key, known in await IdempotencyKey.all().values_list("key", "outcomes")},
                tags=Counter(str(product) for product, _ in links),
                stock={str(key): stock for key, stock in await Product.all().values_list("id", "stock")},
                sold=_sold(lines, {order["id"] for order in placed}),
                totals={str(order["id"]): order["total"] for order in orders},
                sums=_sums(lines),
                paid=Counter((str(order), amount) for order, amount in payments),
                placed={str(order["id"]): order["total"] for order in placed},
                faults=await _faults(database),
            )

    def has(self, sent: Sent) -> bool:
        """Whether a write was done."""
        return sent.kind.mark_of(sent.request) in self.rows[sent.kind.resource].values()


def _row_of(outcomes: Sequence[Sequence[str | bool]] | None) -> str | None:
    """The row of the one write that came with a key, each of which is kept as its row and whether that is new."""
    if outcomes is None:
        return None
    [(row, _)] = outcomes
    return str(row)


async def _rows(kind: Kind) -> dict[str, Mark]:
    rows = await kind.model.filter(**kind.done).values_list("id", *kind.mark)
    return {str(key): tuple(map(str, mark)) for key, *mark in rows}


def _sold(lines: Sequence[Mapping], placed: Collection[object]) -> Counter[str]:
    sold: Counter[str] = Counter()
    for line in lines:
        if line["order_id"] in placed:
            sold[str(line["product_id"])] += line["quantity"]
    return sold


def _sums(lines: Sequence[Mapping]) -> dict[str, Decimal]:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[str(line["order_id"])] += line["quantity"] * line["unit_price"]
    return sums


async def _faults(database: Database) -> list[str]:
    if database.dialect != "sqlite":
        return []
    found = [*await database.fetch("PRAGMA integrity_check"), *await database.fetch("PRAGMA foreign_key_check")]
    return [text for text in (" ".join(map(str, tuple(row))) for row in found) if text != "ok"]


def complaints(before: Books, now: Books, sent: Sequence[Sent]) -> list[str]:
    """Returns a sentence for each thing that a load of writes lost, repeated or left half done."""
    new = {kind.resource: _new(before, now, kind) for kind in KINDS}
    return [
        *now.faults,
        *_lost_or_repeated(new, now, sent),
        *(sentence for kind in KINDS for sentence in _half_told(kind, new[kind.resource], now)),
        *_half_keyed(now, sent),
        *(f"product {each} has {now.tags[each]} tags" for each in new["products"] if now.tags[each] != 1),
        *_out_of_balance(before, now),
    ]


def _new(before: Books, now: Books, kind: Kind) -> dict[str, Mark]:
    old = before.rows[kind.resource]
    return {row: mark for row, mark in now.rows[kind.resource].items() if row not in old}


def _lost_or_repeated(new: Mapping[str, Mapping[str, Mark]], now: Books, sent: Sequence[Sent]) -> Iterator[str]:
    """Acknowledged writes are there once, as the row that was named; others at most once; and there is nothing else."""
    found = {kind.resource: _rows_by_mark(new[kind.resource]) for kind in KINDS}
    for each in sent:
        rows = found[each.kind.resource].pop(each.kind.mark_of(each.request), [])
        if len(set(each.ids)) > 1:
            yield f"{each} was answered with several rows: {each.ids}"
        elif each.ids and rows != each.ids[:1]:
            yield f"{each} was answered with the row {each.ids[0]}, and there are {rows}"
        elif len(rows) > 1:
            yield f"{each} is there {len(rows)} times: {rows}"
    for resource, rest in found.items():
        yield from (f"{resource} {' '.join(mark)} is there, and nobody asked for it" for mark in rest)


def _rows_by_mark(rows: Mapping[str, Mark]) -> dict[Mark, list[str]]:
    by_mark: defaultdict[Mark, list[str]] = defaultdict(list)
    for row, mark in rows.items():
        by_mark[mark].append(row)
    return dict(by_mark)


def _half_told(kind: Kind, rows: Mapping[str, Mark], now: Books) -> Iterator[str]:
    """Each write has one entry of the audit and one event, and there is none of a write that is not there."""
    name = f"{kind.resource}.{kind.happened}"
    entries = {row: count for (resource, action, row), count in now.entries.items()
               if (resource, action) == (kind.resource, kind.action)}  # fmt: skip
    events = {row: count for (event, row), count in now.events.items() if event == name}
    for what, told in (("audit entries", entries), ("events", events)):
        for row in rows.keys() | told.keys():
            expected = 1 if row in rows else 0
            if told.get(row, 0) != expected:
                yield f"{name} {row} has {told.get(row, 0)} {what}, not {expected}"


def _half_keyed(now: Books, sent: Sequence[Sent]) -> Iterator[str]:
    """A key is there if its write is, and names its row."""
    rows = {kind.resource: _rows_by_mark(now.rows[kind.resource]) for kind in KINDS}
    keys = dict(now.keys)
    for each in sent:
        if each.request.key is None:
            continue
        row = rows[each.kind.resource].get(each.kind.mark_of(each.request), [None])[0]
        kept = keys.pop(each.request.key, "nothing")
        if kept != (row or "nothing"):
            yield f"the idempotency key of {each} names {kept}, and the row is {row}"
    yield from (f"the idempotency key {key} came with no request" for key in keys)


def _out_of_balance(before: Books, now: Books) -> Iterator[str]:
    """What one write changes in several tables fits together."""
    for order, total in now.totals.items():
        if total != now.sums.get(order, 0):
            yield f"order {order} has a total of {total}, and lines of {now.sums.get(order, 0)}"
    for product, stock in now.stock.items():
        expected = before.stock.get(product, 0) - now.sold[product] + before.sold[product]
        if stock != expected:
            yield f"product {product} has a stock of {stock}, and should have {expected}"
    for paid in now.paid.keys() | now.placed.items():
        expected = 1 if paid[0] in now.placed and paid[1] == now.placed[paid[0]] else 0
        if now.paid[paid] != expected:
            yield f"order {paid[0]} has {now.paid[paid]} payments of {paid[1]}, not {expected}"
