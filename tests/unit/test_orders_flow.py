"""The life of an order, from cart to door and back, on both databases."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from storefront import payments
from storefront.models import Order, OrderLine, Payment, Product
from storefront.orders import OrderStatus
from storefront.payments import PaymentStatus, SandboxProvider
from support.trading import Market, errors
from twofold.actor import ANONYMOUS
from twofold.errors import Conflict, Forbidden, Invalid, NotFound, ServiceError, Unauthenticated, Unavailable


async def test_from_cart_to_door(market: Market) -> None:
    do, buyer = market.do, market.buyer
    order = await market.cart({"tea": 2, "pot": 1}, note="ring twice")
    cart = await market.order(order)
    assert (cart.status, cart.total, cart.placed_at) == (OrderStatus.cart, Decimal("45.50"), None)
    assert {name: line.unit_price for name, line in (await market.lines(order)).items()} == {
        "tea": Decimal("10.00"), "pot": Decimal("25.50"),
    }  # fmt: skip
    assert await market.stock() == (5, 3)

    await do(buyer, "orders", "place", order)
    placed = await market.order(order)
    assert (placed.status, placed.total, placed.version) == (OrderStatus.placed, Decimal("45.50"), cart.version + 1)
    assert placed.placed_at is not None
    assert await market.stock() == (3, 2)
    pending = await market.payment(order)
    assert (pending.status, pending.amount, pending.currency) == (PaymentStatus.pending, Decimal("45.50"), "EUR")
    assert (pending.provider, pending.reference) == ("sandbox", f"sandbox_{order.hex}")

    await do(buyer, "orders", "pay", order, method="sandbox_ok")
    paid = await market.payment(order)
    assert ((await market.order(order)).status, paid.status, paid.version) == ("paid", "succeeded", 2)
    await do(market.admin, "orders", "ship", order)
    assert all(line.shipped_at for line in (await market.lines(order)).values())
    assert (await market.order(order)).status is OrderStatus.shipped
    await do(buyer, "orders", "deliver", order)
    assert (await market.order(order)).status is OrderStatus.delivered
    assert await market.stock() == (3, 2)


async def test_what_is_told_of_each_step(market: Market) -> None:
    order = await market.cart({"tea": 1, "pot": 1})
    steps: list[tuple[Any, str, dict[str, str], list[str]]] = [
        (market.buyer, "place", {}, ["orders.placed", "payments.created", "products.updated", "products.updated"]),
        (market.buyer, "pay", {"method": "sandbox_ok"}, ["orders.paid", "payments.updated"]),
        (market.grower, "ship", {}, ["order_lines.updated"]),
        (market.potter, "ship", {}, ["order_lines.updated", "orders.shipped"]),
        (market.buyer, "deliver", {}, ["orders.delivered"]),
        (market.admin, "refund", {}, ["orders.refunded", "payments.updated"]),
    ]
    for actor, step, values, told in steps:
        before = await market.told()
        await market.do(actor, "orders", step, order, **values)
        assert await market.news(before) == [(each, step) for each in told]
    other = await market.placed({"tea": 1})
    before = await market.told()
    await market.do(market.buyer, "orders", "cancel", other)
    assert await market.news(before) == [
        ("orders.cancelled", "cancel"), ("payments.updated", "cancel"), ("products.updated", "cancel"),
    ]  # fmt: skip


MAY = {
    "place": {"cart"},
    "pay": {"placed"},
    "ship": {"paid"},
    "deliver": {"shipped"},
    "cancel": {"placed", "paid"},
    "refund": {"paid", "shipped", "delivered"},
}


@pytest.mark.parametrize("step", MAY)
async def test_a_wrong_state_is_a_conflict_that_says_it(market: Market, step: str) -> None:
    order = await market.paid({"tea": 1})
    actor = market.admin if step in ("ship", "refund") else market.buyer
    values = {"method": "sandbox_ok"} if step == "pay" else {}
    for status in OrderStatus:
        if status in MAY[step]:
            continue
        with market.engine.database.use():
            await Order.filter(id=order).update(status=status)
        before = await market.told()
        with pytest.raises(Conflict, match=f"The order is {status}; for this it must be") as refused:
            await market.do(actor, "orders", step, order, **values)
        assert errors(refused) == [(("status",), "wrong_state")]
        assert await market.told() == before


async def test_a_cart_needs_lines_and_an_address(market: Market) -> None:
    order = await market.do(market.buyer, "orders", "create")
    with pytest.raises(Invalid) as refused:
        await market.do(market.buyer, "orders", "place", order)
    assert errors(refused) == [(("lines",), "empty"), (("ship_to_id",), "missing")]


async def test_an_order_goes_to_an_address_of_its_buyer(market: Market) -> None:
    await market.placed({"tea": 1})  # so that the grower sees the address
    cart = await market.do(market.grower, "orders", "create")
    for ship_to in ({"ship_to_id": str(market.address)}, {"ship_to": {"connect": str(market.address)}}):
        for action, id_ in (("create", None), ("patch", cart), ("replace", cart)):
            with pytest.raises(Invalid) as refused:
                await market.do(market.grower, "orders", action, id_, **ship_to)
            assert errors(refused) == [(("ship_to_id",), "missing")]


async def test_all_lines_that_cannot_be_had_are_told(market: Market) -> None:
    order = await market.cart({"tea": 6, "pot": 1})
    lines = await market.lines(order)
    await market.do(market.potter, "products", "patch", market.pot.id, price="26.00")
    with pytest.raises(Conflict) as refused:
        await market.do(market.buyer, "orders", "place", order)
    assert sorted(errors(refused)) == sorted(
        [
            (("lines", str(lines["tea"].id), "quantity"), "out_of_stock"),
            (("lines", str(lines["pot"].id), "unit_price"), "price_changed"),
        ]
    )
    said = {each.code: each.message for each in refused.value.field_errors}
    assert said == {"out_of_stock": "5 of tea left, not 6.", "price_changed": "pot costs 26.00 EUR now."}
    assert await market.stock() == (5, 3)
    with market.engine.database.use():
        assert not await Payment.exists(order_id=order)

    await market.do(market.buyer, "order_lines", "patch", lines["tea"].id, quantity=5)
    await market.do(market.buyer, "order_lines", "patch", lines["pot"].id, quantity=1)
    assert (await market.order(order)).total == Decimal("76.00")
    await market.do(market.buyer, "orders", "place", order)
    assert await market.stock() == (0, 2)


@pytest.mark.parametrize("end", ["archive", "delete"])
async def test_what_is_not_sold_any_more_is_not_ordered(market: Market, end: str) -> None:
    order = await market.cart({"tea": 1})
    line = (await market.lines(order))["tea"]
    await market.do(market.grower, "products", end, market.tea.id)
    with pytest.raises(Conflict, match="cart") as refused:
        await market.do(market.buyer, "orders", "place", order)
    assert errors(refused) == [(("lines", str(line.id), "product_id"), "not_sold")]
    with pytest.raises(Invalid) as invalid:
        await market.do(market.buyer, "order_lines", "patch", line.id, quantity=2)
    assert errors(invalid) == [(("product_id",), "not_sold")]
    await market.do(market.buyer, "order_lines", "delete", line.id)
    assert (await market.order(order)).total == 0


async def test_a_line_follows_its_product_until_it_is_placed(market: Market) -> None:
    order = await market.cart({"tea": 1})
    line = (await market.lines(order))["tea"]
    await market.do(market.grower, "products", "patch", market.tea.id, name="Green tea", price="11.00")
    await market.do(market.buyer, "order_lines", "upsert", order_id=str(order), product_id=str(market.tea.id),
                    quantity=2)  # fmt: skip
    assert list(await market.lines(order)) == ["Green tea"]
    assert (await market.order(order)).total == Decimal("22.00")
    await market.do(market.buyer, "orders", "place", order)
    await market.do(market.grower, "products", "patch", market.tea.id, name="Old tea", price="1.00")
    assert [each.unit_price for each in (await market.lines(order)).values()] == [Decimal("11.00")]
    for action, values in (("patch", {"quantity": 9}), ("delete", {})):
        with pytest.raises(Forbidden, match="not do that"):
            await market.do(market.buyer, "order_lines", action, line.id, **values)


async def test_the_last_piece_is_sold_once(market: Market) -> None:
    orders = [await market.cart({"tea": 5}) for _ in range(2)]
    await market.do(market.buyer, "orders", "place", orders[0])
    with pytest.raises(Conflict, match="cart") as refused:
        await market.do(market.buyer, "orders", "place", orders[1])
    assert [code for _, code in errors(refused)] == ["out_of_stock"]
    assert refused.value.field_errors[0].message == "0 of tea left, not 5."
    assert (await market.order(orders[1])).status is OrderStatus.cart


async def test_many_want_the_last_pieces_at_once(market: Market) -> None:
    """Each takes both products, in whatever order their lines were made: nobody waits for another in a circle."""
    carts = [
        await market.cart({"tea": 1, "pot": 1} if number % 2 else {"pot": 1, "tea": 1}, note=str(number))
        for number in range(8)
    ]
    results = await asyncio.gather(
        *(market.do(market.buyer, "orders", "place", each) for each in carts), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in results) == ["Conflict"] * 5 + ["UUID"] * 3
    assert await market.stock() == (2, 0)


async def test_one_order_placed_twice_at_once_takes_stock_once(market: Market) -> None:
    order = await market.cart({"tea": 2})
    results = await asyncio.gather(
        *(market.do(market.buyer, "orders", "place", order) for _ in range(3)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in results) == ["Conflict", "Conflict", "UUID"]
    assert await market.stock() == (3, 3)


async def test_a_cart_does_not_change_while_it_is_placed(market: Market) -> None:
    for quantity in (2, 3):
        order = await market.cart({"pot": 1})
        line = (await market.lines(order))["pot"]
        await asyncio.gather(
            market.do(market.buyer, "orders", "place", order),
            market.do(market.buyer, "order_lines", "patch", line.id, quantity=quantity),
            return_exceptions=True,
        )
        placed, (line,) = await market.order(order), (await market.lines(order)).values()
        assert placed.status is OrderStatus.placed
        assert placed.total == line.quantity * line.unit_price
        assert await market.stock() == (5, 3 - line.quantity)
        await market.do(market.buyer, "orders", "cancel", order)
        assert await market.stock() == (5, 3)


@pytest.mark.parametrize(("pay", "status"), [(False, "cancelled"), (True, "refunded")])
async def test_cancelling_puts_back_exactly_what_was_taken(market: Market, pay: bool, status: str) -> None:
    order = await (market.paid if pay else market.placed)({"tea": 2, "pot": 3})
    assert await market.stock() == (3, 0)
    await market.do(market.grower, "products", "delete", market.tea.id)
    await market.do(market.buyer, "orders", "cancel", order)
    assert await market.stock() == (5, 3)
    assert (await market.order(order)).status is OrderStatus.cancelled
    assert (await market.payment(order)).status == status


async def test_what_is_too_large_to_be_stored_is_refused(market: Market) -> None:
    order = await market.placed({"tea": 2})
    with market.engine.database.use():
        await Product.filter(id=market.tea.id).update(stock=2**31 - 1)
    with pytest.raises(Conflict, match="stock would be larger"):
        await market.do(market.buyer, "orders", "cancel", order)
    assert (await market.order(order)).status is OrderStatus.placed
    with market.engine.database.use():
        await Product.filter(id=market.pot.id).update(price=Decimal(2**63 - 1).scaleb(-2))
    cart = await market.cart({"pot": 1})
    with pytest.raises(Conflict, match="total would be larger"):
        await market.cart({"pot": 2})
    with pytest.raises(Conflict, match="total would be larger"):
        await market.do(market.buyer, "orders", "patch", cart,
                        lines={"create": [{"product_id": str(market.tea.id), "quantity": 1}]})  # fmt: skip
    assert list(await market.lines(cart)) == ["pot"]


async def test_nothing_is_cancelled_once_a_part_is_shipped(market: Market) -> None:
    order = await market.paid({"tea": 1, "pot": 1})
    await market.do(market.grower, "orders", "ship", order)
    with pytest.raises(Conflict, match="shipped already") as refused:
        await market.do(market.buyer, "orders", "cancel", order)
    assert errors(refused) == [(("lines",), "already_shipped")]
    assert await market.stock() == (4, 2)


async def test_a_declined_payment_leaves_the_order_placed(market: Market) -> None:
    order = await market.placed({"tea": 1})
    with pytest.raises(Conflict, match="declined") as refused:
        await market.do(market.buyer, "orders", "pay", order, method="sandbox_declined")
    assert errors(refused) == [(("method",), "declined")]
    with pytest.raises(Invalid) as invalid:
        await market.do(market.buyer, "orders", "pay", order, method="gold")
    assert errors(invalid) == [(("method",), "unknown")]
    assert ((await market.order(order)).status, (await market.payment(order)).status) == ("placed", "pending")
    await market.do(market.buyer, "orders", "pay", order, method="sandbox_ok")
    assert ((await market.order(order)).status, (await market.payment(order)).status) == ("paid", "succeeded")


async def test_a_refund_puts_back_what_was_not_shipped(market: Market) -> None:
    untouched = await market.paid({"tea": 2})
    await market.do(market.admin, "orders", "refund", untouched)
    assert await market.stock() == (5, 3)
    part = await market.paid({"tea": 1, "pot": 1})
    await market.do(market.grower, "orders", "ship", part)
    await market.do(market.admin, "orders", "refund", part)
    assert await market.stock() == (4, 3)
    gone = await market.paid({"pot": 1})
    await market.do(market.potter, "orders", "ship", gone)
    await market.do(market.buyer, "orders", "deliver", gone)
    await market.do(market.admin, "orders", "refund", gone)
    assert await market.stock() == (4, 2)
    for order in (untouched, part, gone):
        assert ((await market.order(order)).status, (await market.payment(order)).status) == ("refunded", "refunded")


async def test_vendors_ship_what_is_theirs(market: Market) -> None:
    order = await market.paid({"tea": 1, "pot": 1})
    await market.do(market.grower, "orders", "ship", order)
    lines = await market.lines(order)
    assert (lines["tea"].shipped_at is None, lines["pot"].shipped_at is None) == (False, True)
    assert (await market.order(order)).status is OrderStatus.paid
    with pytest.raises(Conflict) as refused:
        await market.do(market.grower, "orders", "ship", order)
    assert errors(refused) == [(("lines",), "already_shipped")]
    await market.do(market.potter, "orders", "ship", order)
    assert (await market.order(order)).status is OrderStatus.shipped
    assert (await market.lines(order))["tea"].shipped_at == lines["tea"].shipped_at


async def test_who_may_do_what_to_an_order(market: Market) -> None:
    order = await market.placed({"tea": 1})
    refusals: list[tuple[Any, str, type[ServiceError]]] = [
        (ANONYMOUS, "place", Unauthenticated),
        (market.stranger, "place", NotFound),
        (market.potter, "ship", NotFound),
        (market.grower, "place", Forbidden),
        (market.grower, "pay", Forbidden),
        (market.admin, "pay", Forbidden),
        (market.buyer, "ship", Forbidden),
        (market.grower, "deliver", Forbidden),
        (market.grower, "cancel", Forbidden),
        (market.buyer, "refund", Forbidden),
        (market.grower, "refund", Forbidden),
    ]
    for actor, step, error in refusals:
        with pytest.raises(ServiceError) as refused:
            await market.do(actor, "orders", step, order, **({"method": "sandbox_ok"} if step == "pay" else {}))
        assert type(refused.value) is error, step
    await market.do(market.admin, "orders", "cancel", order)
    for action in ("create", "patch", "delete"):
        with pytest.raises(Forbidden, match="Nobody"):
            await market.do(market.admin, "payments", action, (await market.payment(order)).id)


async def test_an_order_outlives_its_products(market: Market) -> None:
    order = await market.paid({"tea": 1})
    await market.do(market.grower, "products", "delete", market.tea.id)
    with market.engine.database.use():
        assert await OrderLine.filter(order_id=order, product_name="tea").count() == 1
        assert (await Product.get(id=market.tea.id)).deleted_at is not None
    await market.do(market.grower, "orders", "ship", order)
    assert (await market.order(order)).status is OrderStatus.shipped
    await market.do(market.grower, "products", "restore", market.tea.id)
    await market.cart({"tea": 1})


class Till(SandboxProvider):
    """A provider that keeps count, and whose answer may get lost on the way, after it has done its part."""

    def __init__(self) -> None:
        self.opened: dict[UUID, Decimal] = {}
        self.charged: set[str] = set()
        self.calls = 0
        self.answers = True

    async def open(self, order_id: UUID, amount: Decimal, currency: str) -> str:
        self.opened[order_id] = amount
        return await self._answer(await super().open(order_id, amount, currency))

    async def charge(self, reference: str, method: str) -> None:
        await super().charge(reference, method)
        self.charged.add(reference)
        await self._answer(reference)

    async def _answer(self, reference: str) -> str:
        self.calls += 1
        if not self.answers:
            raise Unavailable("The provider does not answer.")
        return reference


async def test_a_write_that_is_made_again_charges_once(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    till = Till()
    monkeypatch.setattr(payments, "PROVIDER", till)
    order = await market.cart({"tea": 1})
    steps: list[tuple[str, dict[str, str]]] = [("place", {}), ("pay", {"method": "sandbox_ok"})]
    for step, values in steps:
        before = await market.order(order)
        till.answers = False
        with pytest.raises(Unavailable, match="provider"):
            await market.do(market.buyer, "orders", step, order, **values)
        assert await market.order(order) == before
        assert (await market.order(order)).status is before.status
        till.answers = True
        await market.do(market.buyer, "orders", step, order, **values)
    assert till.calls == 4
    assert till.opened == {order: Decimal("10.00")}
    assert till.charged == {(await market.payment(order)).reference}
    assert await market.stock() == (4, 3)


async def test_carts_are_filled_while_others_are_placed(market: Market) -> None:
    """A line that refers to a product does not wait for who takes it from stock: they would wait in a circle."""
    with market.engine.database.use():
        await Product.filter(id__in=[market.tea.id, market.pot.id]).update(stock=100)
    carts = [await market.cart({"tea": 1, "pot": 1}) for _ in range(10)]
    results = await asyncio.gather(
        *(market.do(market.buyer, "orders", "place", each) for each in carts),
        *(market.cart({"pot": 1, "tea": 1} if number % 2 else {"tea": 1, "pot": 1}) for number in range(20)),
        return_exceptions=True,
    )
    assert [each for each in results if not isinstance(each, UUID)] == []
    assert await market.stock() == (90, 90)
