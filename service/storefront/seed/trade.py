"""Orders with their lines and payments, and reviews."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from storefront.orders import OrderStatus
from storefront.payments import PaymentStatus, SandboxProvider
from storefront.products import ProductStatus
from storefront.reviews import ReviewStatus
from storefront.seed.draw import END, Draw, Ids
from storefront.seed.goods import Goods, Kind
from storefront.seed.opinions import CLOSINGS, DETAILS, OFF_TOPIC, OPENINGS, TITLES
from storefront.seed.people import People, Row
from storefront.seed.words import NOTES

__all__ = ["Trade", "make_trade"]

ORDERS = 300
REVIEWS = 2000
_RATINGS = ((5, 44), (4, 32), (3, 13), (2, 6), (1, 5))

# The first seven cover all statuses: they are the first orders of the customer among the accounts.
_STATUSES = (
    OrderStatus.delivered, OrderStatus.shipped, OrderStatus.paid, OrderStatus.placed, OrderStatus.cart,
    OrderStatus.cancelled, OrderStatus.refunded, OrderStatus.delivered, OrderStatus.delivered, OrderStatus.delivered,
    OrderStatus.delivered, OrderStatus.paid, OrderStatus.delivered, OrderStatus.shipped, OrderStatus.cart,
    OrderStatus.delivered, OrderStatus.delivered, OrderStatus.placed, OrderStatus.shipped, OrderStatus.delivered,
)  # fmt: skip
_ORDERS_OF_THE_ACCOUNT = 9

# When orders of a status were begun, in days before the end.
_DAYS_AGO = {
    OrderStatus.cart: (0, 14),
    OrderStatus.placed: (1, 4),
    OrderStatus.paid: (1, 8),
    OrderStatus.shipped: (2, 16),
    OrderStatus.delivered: (12, 480),
    OrderStatus.cancelled: (3, 450),
    OrderStatus.refunded: (20, 420),
}

_SHIPPED = (OrderStatus.shipped, OrderStatus.delivered)
_SHIPPED_AFTER = timedelta(days=1)

# What the payment of an order in a status is; a cart has none.
_PAYMENTS = {
    OrderStatus.placed: PaymentStatus.pending,
    OrderStatus.paid: PaymentStatus.succeeded,
    OrderStatus.shipped: PaymentStatus.succeeded,
    OrderStatus.delivered: PaymentStatus.succeeded,
    OrderStatus.cancelled: PaymentStatus.cancelled,
    OrderStatus.refunded: PaymentStatus.refunded,
}

_Pair: TypeAlias = tuple[UUID, UUID]
"""A product's id and its reviewer's."""


@dataclass(frozen=True, kw_only=True)
class Trade:
    """Rows of what was bought and what was said about it."""

    orders: list[Row] = field(default_factory=list)
    order_lines: list[Row] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)
    reviews: list[Row] = field(default_factory=list)


def make_trade(scale: int, people: People, goods: Goods) -> Trade:
    """Returns 300 orders of 1 to 5 lines and 2,000 reviews for each unit of `scale`, by these people on these goods."""
    trade = Trade()
    sellable = [product for product in goods.products if product["status"] is not ProductStatus.draft]
    orders = _OrderMaker(trade, people, _Shelves(sellable))
    for index in range(ORDERS * scale):
        orders.add(_STATUSES[index % len(_STATUSES)], by_account=index < _ORDERS_OF_THE_ACCOUNT)
    _add_reviews(trade, scale, people, goods)
    return trade


class _Shelves:
    """What was on sale at a time, in any currency or in one."""

    def __init__(self, products: Sequence[Row]) -> None:
        self._products: dict[str, list[Row]] = {}
        self._times: dict[str, list[datetime]] = {}
        for product in sorted(products, key=_made):
            for shelf in ("", product["currency"]):
                self._products.setdefault(shelf, []).append(product)
                self._times.setdefault(shelf, []).append(product["created_at"])

    def at(self, time: datetime, currency: str = "") -> list[Row]:
        """Returns the products made by then, the oldest first."""
        return self._products[currency][: bisect_right(self._times[currency], time)]


class _OrderMaker:
    """Adds orders, their lines and their payments to the trade."""

    def __init__(self, trade: Trade, people: People, shelves: _Shelves) -> None:
        self._trade, self._people, self._shelves = trade, people, shelves
        self._draw, self._ids, self._line_ids = Draw("orders"), Ids("order ids"), Ids("line ids")
        self._payment_ids = Ids("payment ids")
        self._buyers = sorted(people.customers, key=_made)
        self._joined = [user["created_at"] for user in self._buyers]
        self._with_cart: set[UUID] = set()

    def add(self, status: OrderStatus, *, by_account: bool) -> None:
        """Adds an order with its lines; `by_account`: of the customer among the accounts."""
        draw = self._draw
        least, most = _DAYS_AGO[status]
        begun = draw.moment(END - timedelta(days=most), END - timedelta(days=least))
        buyer = self._people.customers[0] if by_account else self._buyer(begun, status)
        ordered = status is not OrderStatus.cart
        order = {
            "id": self._ids.new(begun),
            "buyer_id": buyer["id"],
            "ship_to_id": self._address(buyer, begun) if ordered else None,
            "status": status,
            "note": draw.one(NOTES) if ordered and draw.chance(10) else "",
            "created_at": begun,
            "placed_at": begun + timedelta(minutes=draw.between(2, 1400)) if ordered else None,
        }
        lines = list(self._lines(order))
        first = lines[0][0]
        total = sum((line["quantity"] * line["unit_price"] for _, line in lines), Decimal())
        order |= {"total": total, "currency": first["currency"]}
        self._trade.orders.append(order)
        self._trade.order_lines.extend(line for _, line in lines)
        if ordered:
            self._trade.payments.append(self._payment(order))

    def _payment(self, order: Row) -> Row:
        return {
            "id": self._payment_ids.new(order["placed_at"]),
            "order_id": order["id"],
            "provider": SandboxProvider.name,
            "reference": SandboxProvider.reference_of(order["id"]),
            "amount": order["total"],
            "currency": order["currency"],
            "status": _PAYMENTS[order["status"]],
            "created_at": order["placed_at"],
        }

    def _buyer(self, time: datetime, status: OrderStatus) -> Row:
        """Returns somebody who had joined by then; nobody has two carts."""
        joined = bisect_right(self._joined, time)
        buyer = self._draw.one(self._buyers[:joined])
        if status is OrderStatus.cart:
            while buyer["id"] in self._with_cart:
                buyer = self._draw.one(self._buyers[:joined])
            self._with_cart.add(buyer["id"])
        return buyer

    def _address(self, buyer: Row, time: datetime) -> UUID:
        book = self._people.addresses_of[buyer["id"]]
        known = [address for address in book if address["created_at"] <= time] or book[:1]
        key: UUID = self._draw.one(known)["id"]
        return key

    def _lines(self, order: Row) -> Iterator[tuple[Row, Row]]:
        """Yields each line of the order behind its product: all in one currency, no product twice."""
        for product in self._products(order["created_at"], self._draw.between(0, 4)):
            line = {
                "id": self._line_ids.new(order["created_at"]),
                "order_id": order["id"],
                "product_id": product["id"],
                "product_name": product["name"],
                "quantity": self._draw.weighted(((1, 70), (2, 20), (3, 7), (6, 3))),
                "unit_price": product["price"],
                "shipped_at": order["placed_at"] + _SHIPPED_AFTER if order["status"] in _SHIPPED else None,
            }
            yield product, line

    def _products(self, time: datetime, more: int) -> list[Row]:
        """Returns one product and up to `more` others that were on sale then, all in one currency."""
        shown = self._shelves.at(time)
        first = self._draw.one(shown)
        while not _on_sale(first, time):
            first = self._draw.one(shown)
        others = self._draw.some(self._shelves.at(time, first["currency"]), more)
        return [first, *(product for product in others if product is not first and _on_sale(product, time))]


def _on_sale(product: Row, time: datetime) -> bool:
    return product["status"] is ProductStatus.published or time < product["updated_at"]


def _made(row: Row) -> tuple[datetime, UUID]:
    return row["created_at"], row["id"]


def _add_reviews(trade: Trade, scale: int, people: People, goods: Goods) -> None:
    draw, ids = Draw("reviews"), Ids("review ids")
    dated = _dated_pairs(draw, REVIEWS * scale, trade, people, goods)
    written = sorted((at, pair) for pair, at in dated.items())
    newest = len(written) * 94 // 100
    for index, (at, (product_id, author_id)) in enumerate(written):
        rejected = index % 25 == 24
        status = ReviewStatus.rejected if rejected else ReviewStatus.approved
        rating = draw.weighted(_RATINGS)
        body = _body(draw, rating, goods.kinds[product_id])
        trade.reviews.append(
            {
                "id": ids.new(at),
                "product_id": product_id,
                "author_id": author_id,
                "rating": rating,
                "title": draw.one(TITLES[rating]),
                "body": f"{body} {draw.one(OFF_TOPIC)}".strip() if rejected and index < newest else body,
                "status": status if index < newest else ReviewStatus.pending,
                "created_at": at,
            }
        )


def _dated_pairs(draw: Draw, count: int, trade: Trade, people: People, goods: Goods) -> dict[_Pair, datetime]:
    """Returns who reviews what, and when: buyers of delivered goods first, then others; some products more often."""
    pairs = dict(_bought(draw, trade, people))
    popular = draw.shuffled([product for product in goods.products if product["status"] is ProductStatus.published])
    while len(pairs) < count:
        author = draw.one(people.customers)
        product = popular[int(len(popular) * draw.share() * draw.share())]
        pair = (product["id"], author["id"])
        if pair not in pairs:
            known = max(author["created_at"], product["created_at"]) + timedelta(days=1)
            pairs[pair] = draw.moment(known, END)
    return pairs


def _bought(draw: Draw, trade: Trade, people: People) -> Iterator[tuple[_Pair, datetime]]:
    orders = {order["id"]: order for order in trade.orders}
    for line in trade.order_lines:
        order = orders[line["order_id"]]
        by_account = order["buyer_id"] == people.customers[0]["id"]
        if order["status"] is OrderStatus.delivered and (by_account or draw.chance(60)):
            arrived = order["placed_at"] + timedelta(days=4)
            yield (line["product_id"], order["buyer_id"]), draw.moment(arrived, min(arrived + timedelta(days=40), END))


def _body(draw: Draw, rating: int, kind: Kind) -> str:
    """Returns one to four sentences that fit the rating and the product, or in a few cases nothing."""
    if draw.chance(6):
        return ""
    sentences = [draw.one(OPENINGS[rating])]
    if draw.chance(70):
        pleased = rating > 3 or (rating == 3 and draw.chance(50))
        sentences.append(draw.one(kind.department.praise if pleased else kind.department.complaints))
    if draw.chance(50):
        sentences.append(draw.one(DETAILS[rating]))
    if draw.chance(40):
        sentences.append(draw.one(CLOSINGS[rating]))
    return " ".join(sentences).format(noun=kind.noun)
