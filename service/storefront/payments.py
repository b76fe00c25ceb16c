"""Payments of orders, and the provider that takes the money."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from tortoise import Model, fields

from storefront.roles import is_admin, own
from twofold.actor import Actor
from twofold.change import Change
from twofold.fields import MoneyField, VersionField, checks, id_field
from twofold.resource import Field, Relation, Resource
from twofold.rules import Rows, rule

if TYPE_CHECKING:
    from storefront.orders import Order


class Declined(Exception):
    """The payment was declined."""


class UnknownMethod(Exception):
    """There is no such way to pay."""


class PaymentProvider(Protocol):
    """Takes money, and gives it back.

    Every call is idempotent by the order's id or the payment's reference: made again it has no further effect and ends
    as it did the first time. A write that is repeated because its process died, or whose transaction was undone after
    the call, so charges once. A call answers within seconds, or raises Unavailable: rows are locked meanwhile.
    """

    name: str

    async def open(self, order_id: UUID, amount: Decimal, currency: str) -> str:
        """Returns the reference of the payment of an order, which nothing is charged for yet.

        For an order that was opened before it is the same reference, and the amount is what is given now.
        """
        ...

    async def charge(self, reference: str, method: str) -> None:
        """Takes the money.

        Raises:
            Declined: it cannot be had this way; the payment stays open, for another one.
            UnknownMethod: the provider knows no such method.
        """
        ...

    async def cancel(self, reference: str) -> None:
        """Ends a payment that was not charged; if it was after all, its money goes back."""
        ...

    async def refund(self, reference: str) -> None:
        """Gives all of the money back."""
        ...


class SandboxProvider:
    """Moves no money and asks no network: the method alone decides how a charge ends."""

    name = "sandbox"

    @staticmethod
    def reference_of(order_id: UUID) -> str:
        """Returns the reference of an order's payment: the same whenever it is asked for."""
        return f"sandbox_{order_id.hex}"

    async def open(self, order_id: UUID, amount: Decimal, currency: str) -> str:  # noqa: ARG002  # nobody is charged
        """Returns a reference that is made of the order's id."""
        return self.reference_of(order_id)

    async def charge(self, reference: str, method: str) -> None:  # noqa: ARG002
        """Succeeds by `sandbox_ok`, and is declined by `sandbox_declined`."""
        if method == "sandbox_declined":
            raise Declined("The payment was declined; try another way to pay.")
        if method != "sandbox_ok":
            raise UnknownMethod("The sandbox knows the methods sandbox_ok and sandbox_declined.")

    async def cancel(self, reference: str) -> None:
        """Has nothing to do."""

    async def refund(self, reference: str) -> None:
        """Has nothing to do."""


PROVIDER: PaymentProvider = SandboxProvider()
"""The one that takes the money of all orders."""


class PaymentStatus(StrEnum):
    """Where the money is."""

    pending = "pending"
    succeeded = "succeeded"
    cancelled = "cancelled"
    refunded = "refunded"


class Payment(Model):
    """What is to be paid for an order, or was."""

    id = id_field()
    order: fields.OneToOneRelation[Order] = fields.OneToOneField(
        "storefront.Order", related_name="payment", on_delete=fields.RESTRICT
    )
    order_id: UUID
    provider = fields.CharField(max_length=30)
    reference = fields.CharField(max_length=100, description="What the provider knows the payment by.")
    amount = MoneyField()
    currency = fields.CharField(max_length=3, description="ISO 4217.")
    status = fields.CharEnumField(PaymentStatus, max_length=10, default=PaymentStatus.pending)
    created_at = fields.DatetimeField(auto_now_add=True)
    version = VersionField()

    class Meta:
        app = "storefront"
        table = "payments"
        constraints = checks("payments", amount="amount >= 0", currency="length(currency) = 3")


@rule("The payments of your own orders; admins see all.")
def of_own_orders(actor: Actor) -> Rows:
    return True if is_admin(actor) else own(actor, "order__buyer_id")


class Payments(Resource[Payment]):
    """What was paid for orders. Nobody writes payments: they follow what is done to their order."""

    read = of_own_orders
    ordering = ("-created_at",)

    order = Relation()
    provider = Field(filter=True)
    reference = Field(filter=True)
    amount = Field(filter=True, sort=True)
    currency = Field(filter=True)
    status = Field(filter=True)
    created_at = Field(filter=True, sort=True)


async def open_payment(change: Change, amount: Decimal, currency: str) -> None:
    """Opens the payment of the order that `change` places."""
    assert isinstance(change.id, UUID)  # noqa: S101  # an order that is placed has a key
    reference = await PROVIDER.open(change.id, amount, currency)
    await change.create(
        Payment, order_id=change.id, provider=PROVIDER.name, reference=reference, amount=amount, currency=currency
    )


async def charge(change: Change, method: str) -> None:
    """Takes the money for the order of `change`.

    Raises:
        Conflict: the payment was declined; the field error is `declined` at `method`.
        Invalid: the provider knows no such method; the field error is `unknown` at `method`.
    """
    payment = await _payment_of(change)
    try:
        await PROVIDER.charge(payment.reference, method)
    except Declined as error:
        raise change.conflict("method", "declined", str(error)) from error
    except UnknownMethod as error:
        raise change.refuse("method", "unknown", str(error)) from error
    await change.update(payment, status=PaymentStatus.succeeded)


async def give_back(change: Change) -> None:
    """Ends the payment of the order of `change`: what was charged is refunded."""
    payment = await _payment_of(change)
    if payment.status is PaymentStatus.succeeded:
        await PROVIDER.refund(payment.reference)
        await change.update(payment, status=PaymentStatus.refunded)
    else:
        await PROVIDER.cancel(payment.reference)
        await change.update(payment, status=PaymentStatus.cancelled)


async def _payment_of(change: Change) -> Payment:
    keys: list[Any] = await Payment.filter(order_id=change.id).values_list("id", flat=True)
    (payment,) = (await change.lock(Payment, *keys)).values()
    return payment
