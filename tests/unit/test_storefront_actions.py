"""What can be done to products, reviews and accounts of the storefront, and who is told of it, on both databases."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from storefront.audit import AuditEntry
from storefront.models import OrderLine, Product, Review
from storefront.products import ProductStatus
from storefront.reviews import ReviewStatus
from support.trading import Market, errors
from twofold.actor import ANONYMOUS, Actor
from twofold.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionFailed, ServiceError, Unauthenticated
from twofold.identity.identity import From
from twofold.identity.models import User
from twofold.identity.passwords import MIN_PASSWORD_CHARACTERS
from twofold.identity.sign_in import sign_in
from twofold.write import Write

MODERATOR = Actor(user_id=UUID(int=7), role="moderator")


async def stored(market: Market, model: Any, id_: Any) -> Any:
    with market.engine.database.use():
        return await model.get(id=id_)


async def test_nobody_is_told_who_works_for_others(market: Market) -> None:
    with market.engine.database.use():
        vendor = (await Product.get(id=market.tea.id)).vendor_id
    for person in (market.grower, market.potter):
        with pytest.raises(Forbidden):
            await market.do(market.buyer, "memberships", "create", vendor_id=str(vendor), user_id=str(person.user_id))
    with pytest.raises(Conflict):
        await market.do(market.admin, "memberships", "create", vendor_id=str(vendor),
                        user_id=str(market.grower.user_id))  # fmt: skip


# -- products ---------------------------------------------------------------------------------------------------


async def test_products_are_published_and_archived_by_their_vendor(market: Market) -> None:
    tea = market.tea.id
    for action, status in (("archive", ProductStatus.archived), ("publish", ProductStatus.published)):
        before = await market.told()
        await market.do(market.grower, "products", action, tea)
        assert (await stored(market, Product, tea)).status is status
        assert await market.news(before) == [(f"products.{status}", action)]
        with pytest.raises(Conflict, match=f"The product is {status} already") as refused:
            await market.do(market.grower, "products", action, tea)
        assert errors(refused) == [(("status",), "wrong_state")]
    refusals: list[tuple[Any, type[ServiceError]]] = [
        (ANONYMOUS, Unauthenticated), (market.potter, Forbidden), (market.buyer, Forbidden),
    ]  # fmt: skip
    for actor, error in refusals:
        with pytest.raises(error):
            await market.do(actor, "products", "archive", tea)
    await market.do(market.admin, "products", "archive", tea)
    with pytest.raises(NotFound):
        await market.do(market.buyer, "products", "publish", tea)


async def test_a_deleted_product_is_gone_until_it_is_restored(market: Market) -> None:
    tea = market.tea.id
    before = await market.told()
    await market.do(market.grower, "products", "delete", tea)
    for actor in (market.grower, market.admin):
        with pytest.raises(NotFound):
            await market.do(actor, "products", "patch", tea, stock=1)
    with pytest.raises(ServiceError):
        await market.do(market.potter, "products", "restore", tea)
    await market.do(market.grower, "products", "restore", tea)
    assert await market.news(before) == [("products.deleted", "restore"), ("products.restored", "restore")]
    assert (await stored(market, Product, tea)).version == 3


async def test_a_product_is_written_with_its_images_and_tags(market: Market) -> None:
    product = await market.do(
        market.grower, "products", "upsert", slug=market.tea.slug, name="Tea", price="9.00",
        vendor_id=str(market.tea.vendor_id), category_id=str(market.tea.category_id),
        images={"create": [{"url": "/a.png"}, {"url": "/b.png", "position": 1}]},
    )  # fmt: skip
    assert product == market.tea.id
    with market.engine.database.use():
        found = await Product.get(id=product).prefetch_related("images")
    assert ({each.url for each in found.images}, str(found.price)) == ({"/a.png", "/b.png"}, "9.00")


async def test_a_change_of_an_older_version_is_refused(market: Market) -> None:
    spec = next(each for each in market.engine.resources if each.plural == "products")
    change = Write(resource=spec, action="archive", id=str(market.tea.id), if_match="1")
    await market.do(market.grower, "products", "patch", market.tea.id, stock=4)
    with pytest.raises(PreconditionFailed):
        await market.engine.write(market.grower, change)


# -- reviews ----------------------------------------------------------------------------------------------------


async def test_reviews_are_seen_once_a_moderator_approves_them(market: Market) -> None:
    review = await market.do(market.buyer, "reviews", "create", product_id=str(market.tea.id), rating=5, title="Fine")
    assert (await stored(market, Review, review)).status is ReviewStatus.pending
    refusals: list[tuple[Any, type[ServiceError]]] = [
        (ANONYMOUS, Forbidden), (market.buyer, Forbidden), (market.grower, Forbidden), (market.stranger, Forbidden),
    ]  # fmt: skip
    for actor, error in refusals:
        with pytest.raises((error, Unauthenticated)):
            await market.do(actor, "reviews", "moderate", review, status="approved")
    for moderator, verdict in ((MODERATOR, "approved"), (market.admin, "rejected"), (MODERATOR, "approved")):
        before = await market.told()
        await market.do(moderator, "reviews", "moderate", review, status=verdict)
        assert (await stored(market, Review, review)).status == verdict
        assert await market.news(before) == [("reviews.moderated", "moderate")]
    await market.do(market.buyer, "reviews", "patch", review, title="Finer")
    assert (await stored(market, Review, review)).status is ReviewStatus.pending


async def test_there_is_one_way_to_moderate(market: Market) -> None:
    review = await market.do(market.buyer, "reviews", "create", product_id=str(market.tea.id), rating=5, title="Fine")
    with pytest.raises(Invalid) as refused:
        await market.do(MODERATOR, "reviews", "patch", review, status="approved")
    assert errors(refused) == [(("status",), "extra_forbidden")]
    for values, code in (({"status": "pending"}, "enum"), ({}, "missing")):
        with pytest.raises(Invalid) as refused:
            await market.do(MODERATOR, "reviews", "moderate", review, **values)
        assert errors(refused) == [(("status",), code)]


# -- accounts ---------------------------------------------------------------------------------------------------

PASSWORD = "correct horse battery"


async def register(market: Market, actor: Actor = ANONYMOUS, **values: str) -> Any:
    given = {"email": f"New{market.tea.slug}@Example.com", "name": " New One ", "password": PASSWORD, **values}
    return await market.do(actor, "users", "register", **given)


async def test_who_registers_may_sign_in(market: Market) -> None:
    before = await market.told()
    user = await stored(market, User, await register(market))
    assert (user.email, user.name, user.role) == (f"new{market.tea.slug}@example.com", "New One", "customer")
    assert (user.is_active, user.version) == (True, 1)
    assert await market.news(before) == [("users.registered", "register")]
    issued = await sign_in(market.engine.identity, user.email, PASSWORD, origin=From())
    assert (await market.engine.actors.of(issued.access_token)).user_id == user.id
    with market.engine.database.use():
        (entry,) = await AuditEntry.filter(row_id=str(user.id), resource="users")
    assert entry.changes["password_hash"] == {"after": "•••"}
    assert PASSWORD not in str(entry.changes)


async def test_an_address_registers_once(market: Market) -> None:
    await register(market)
    for email in ({}, {"email": f"NEW{market.tea.slug}@example.COM"}):
        with pytest.raises(Conflict, match="already a user with the same email") as refused:
            await register(market, market.buyer, **email)
        assert errors(refused) == [(("email",), "taken")]


async def test_a_registration_is_sent_again(market: Market) -> None:
    """Of the password, the idempotency key keeps nothing: from a quick hash it could be guessed."""
    spec = next(each for each in market.engine.resources if each.plural == "users")
    email = f"again{market.tea.slug}@example.com"
    made = [
        await market.engine.write(
            ANONYMOUS,
            Write(resource=spec, action="register", input={"email": email, "name": "Again", "password": password}),
            idempotency_key=email,
        )
        for password in (PASSWORD, PASSWORD, f"another {PASSWORD}")
    ]
    assert made[0] == made[1] == made[2]
    await sign_in(market.engine.identity, email, PASSWORD, origin=From())


@pytest.mark.parametrize(
    ("values", "name", "code"),
    [
        ({"email": "nobody"}, "email", "invalid"),
        ({"email": "a@b"}, "email", "invalid"),
        ({"email": "é@example.com"}, "email", "invalid"),
        ({"email": "a" * 250 + "@example.com"}, "email", "string_too_long"),
        ({"name": " "}, "name", "value_error"),
        ({"name": "\u200b\u00ad"}, "name", "value_error"),
        ({"name": "two\nlines"}, "name", "value_error"),
        ({"name": "\u202eback"}, "name", "value_error"),
        ({"name": "x" * 101}, "name", "string_too_long"),
        ({"password": "x" * (MIN_PASSWORD_CHARACTERS - 1)}, "password", "string_too_short"),
        ({"password": "x" * 129}, "password", "string_too_long"),
        ({"role": "admin"}, "role", "extra_forbidden"),
    ],
)
async def test_what_does_not_fit_is_refused(market: Market, values: dict[str, Any], name: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        await register(market, **values)
    assert errors(refused) == [((name,), code)]


async def test_people_write_their_own_profile(market: Market) -> None:
    user = await register(market)
    me = Actor(user_id=user, role="customer")
    await market.do(me, "users", "patch", user, name="Another")
    assert (await stored(market, User, user)).name == "Another"
    with pytest.raises(Forbidden):
        await market.do(me, "users", "patch", user, role="admin")
    with pytest.raises(Forbidden):
        await market.do(market.buyer, "users", "patch", user, name="Mine")


# -- what vendors are told --------------------------------------------------------------------------------------


async def test_vendors_see_what_an_order_does_to_their_products(market: Market) -> None:
    """Orders are of several vendors: their entries are for admins."""
    order = await market.placed({"tea": 2, "pot": 1})
    with market.engine.database.use():
        tea, pot = await Product.get(id=market.tea.id), await Product.get(id=market.pot.id)
        entries = await AuditEntry.filter(action="place", actor_id=market.buyer.user_id)
        assert not await OrderLine.filter(order_id=order, product_name="").exists()
    assert {(each.resource, each.vendor_id) for each in entries} == {
        ("products", tea.vendor_id), ("products", pot.vendor_id), ("orders", None), ("payments", None),
    }  # fmt: skip
    (taken,) = [each for each in entries if each.row_id == str(tea.id)]
    assert taken.changes["stock"] == {"before": 5, "after": 3}
