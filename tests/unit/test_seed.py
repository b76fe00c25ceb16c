"""The demo shop: the same at every run and on each database, and such as a real one could be."""

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import RFC_4122

import pytest
from tortoise.exceptions import IntegrityError
from tortoise.utils import generate_schema_for_client

from storefront import models
from storefront.orders import OrderStatus
from storefront.payments import PaymentStatus
from storefront.products import ProductStatus
from storefront.reviews import ReviewStatus
from storefront.seed import ACCOUNTS, DEMO_PASSWORD, Shop, is_empty, seed, shop
from storefront.seed.draw import END, START, Draw, nth, slug_of
from twofold.database import Database
from twofold.identity.models import User
from twofold.identity.oauth.models import Client

PASSWORD_HASH = "$argon2id$not-a-real-one"
PRINT_DIGEST = """
import hashlib
from storefront.seed import shop
print(hashlib.sha256(repr(shop(2)).encode()).hexdigest())
"""
MODELS = {
    "users": User,
    "vendors": models.Vendor,
    "memberships": models.Membership,
    "categories": models.Category,
    "tags": models.Tag,
    "products": models.Product,
    "product_images": models.ProductImage,
    "addresses": models.Address,
    "orders": models.Order,
    "order_lines": models.OrderLine,
    "payments": models.Payment,
    "reviews": models.Review,
    "clients": Client,
}


@pytest.fixture(scope="module", params=[1, 3])
def scale(request: pytest.FixtureRequest) -> int:
    made: int = request.param
    return made


@pytest.fixture(scope="module")
def made(scale: int) -> Shop:
    """The shop at each scale, without a database."""
    return shop(scale)


@pytest.fixture
async def database(empty_database: Database) -> Database:
    """A database with the tables of the models and no rows."""
    with empty_database.use():
        await generate_schema_for_client(empty_database.connection, safe=False)
    return empty_database


def by_id(rows: Iterable[dict[str, Any]]) -> dict[Any, dict[str, Any]]:
    return {row["id"]: row for row in rows}


def repeated(values: Iterable[Any]) -> list[Any]:
    return [value for value, count in Counter(values).items() if count > 1]


async def digest(database: Database) -> str:
    """Returns a hash over all rows of all tables."""
    sha = hashlib.sha256()
    for table in [*MODELS, "product_tags"]:
        rows = sorted(repr(tuple(row)) for row in await database.fetch(f"SELECT * FROM {table}"))
        sha.update(f"{table}: {rows}".encode())
    return sha.hexdigest()


def test_is_the_same_in_every_process() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", PRINT_DIGEST],
            env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for hash_seed in ("1", "2", "77")
    }
    assert digests == {hashlib.sha256(repr(shop(2)).encode()).hexdigest()}


def test_counts_follow_the_scale(made: Shop, scale: int) -> None:
    counts = {name: len(rows) for name, rows in vars(made).items()}
    for name, count in {
        "users": 200, "vendors": 12, "categories": 42, "tags": 30, "products": 600, "orders": 300, "reviews": 2000,
    }.items():  # fmt: skip
        assert counts[name] == count * scale, name
    assert set(Counter(row["vendor_id"] for row in made.memberships).values()) == {2, 3, 4}
    assert set(Counter(row["product_id"] for row in made.product_images).values()) == {1, 2, 3}
    assert set(Counter(row["order_id"] for row in made.order_lines).values()) == {1, 2, 3, 4, 5}
    assert {row["order_id"] for row in made.order_lines} == set(by_id(made.orders))
    statuses = Counter(row["status"] for row in made.products)
    assert statuses == {
        ProductStatus.published: 510 * scale,
        ProductStatus.draft: 60 * scale,
        ProductStatus.archived: 30 * scale,
    }


def test_a_scale_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="not 0"):
        shop(0)


def test_what_must_be_unique_is(made: Shop) -> None:
    assert not repeated(row["id"] for rows in vars(made).values() for row in rows if "id" in row)
    for rows, column in (
        (made.users, "email"),
        (made.vendors, "name"),
        (made.vendors, "slug"),
        (made.categories, "slug"),
        (made.tags, "name"),
        (made.products, "name"),
        (made.products, "slug"),
        (made.product_images, "url"),
        (made.payments, "order_id"),
    ):
        assert not repeated(row[column] for row in rows), column
    for rows, one, other in (
        (made.memberships, "vendor_id", "user_id"),
        (made.reviews, "product_id", "author_id"),
        (made.order_lines, "order_id", "product_id"),
        (made.product_tags, "product_id", "tag_id"),
    ):
        assert not repeated((row[one], row[other]) for row in rows), (one, other)


def test_references_lead_to_rows(made: Shop) -> None:
    users, products = by_id(made.users), by_id(made.products)
    for rows, column, targets in (
        (made.memberships, "vendor_id", by_id(made.vendors)),
        (made.memberships, "user_id", users),
        (made.products, "vendor_id", by_id(made.vendors)),
        (made.product_images, "product_id", products),
        (made.product_tags, "product_id", products),
        (made.product_tags, "tag_id", by_id(made.tags)),
        (made.addresses, "user_id", users),
        (made.orders, "buyer_id", users),
        (made.order_lines, "product_id", products),
        (made.payments, "order_id", by_id(made.orders)),
        (made.reviews, "product_id", products),
        (made.reviews, "author_id", users),
    ):
        assert {row[column] for row in rows} <= set(targets), column


def test_ids_are_version_7_and_carry_the_time_of_their_row(made: Shop) -> None:
    ids = [(row["id"], row.get("created_at")) for rows in vars(made).values() for row in rows if "id" in row]
    assert {key.version for key, _ in ids} == {7}
    assert {key.variant for key, _ in ids} == {RFC_4122}
    assert {(key.int >> 80) // 1000 - int(at.timestamp()) for key, at in ids if at} == {0}


def test_moments_are_in_the_time_of_the_shop(made: Shop) -> None:
    moments = [
        row[column]
        for rows in vars(made).values()
        for row in rows
        for column in ("created_at", "updated_at", "placed_at", "shipped_at")
        if row.get(column)
    ]
    assert min(moments) == START
    assert END - timedelta(days=1) < max(moments) <= END
    assert {moment.utcoffset() for moment in moments} == {timedelta()}
    assert not [row for row in made.products if row["updated_at"] < row["created_at"]]


def test_prices_are_above_cost(made: Shop) -> None:
    published = [row for row in made.products if row["status"] is ProductStatus.published]
    assert not [row for row in published if not 0 < row["cost_price"] < row["price"]]
    assert not [row for row in made.products if row["cost_price"] is not None and row["cost_price"] >= row["price"]]
    assert not [row for row in made.products if row["price"] != round(row["price"], 2)]
    without_stock = sum(row["stock"] == 0 for row in published) / len(published)
    assert 0.03 < without_stock < 0.15
    assert min(row["stock"] for row in made.products) == 0


def test_a_vendor_sells_in_one_currency(made: Shop) -> None:
    assert not repeated(vendor for vendor, _ in {(row["vendor_id"], row["currency"]) for row in made.products})
    assert {row["currency"] for row in made.products} == {"EUR", "GBP", "USD"}
    assert {row["vendor_id"] for row in made.products} == set(by_id(made.vendors))


def test_each_vendor_has_one_owner(made: Shop) -> None:
    owners = Counter(row["vendor_id"] for row in made.memberships if row["role"] == "owner")
    assert owners == dict.fromkeys(by_id(made.vendors), 1)


def test_categories_are_a_tree_of_two_or_three_levels_with_products_on_its_leaves(made: Shop) -> None:
    depths: dict[Any, int] = {None: 0}
    for row in made.categories:  # a parent that comes later would be a KeyError
        depths[row["id"]] = depths[row["parent_id"]] + 1
    leaves = set(by_id(made.categories)) - {row["parent_id"] for row in made.categories}
    assert {depths[leaf] for leaf in leaves} == {2, 3}
    assert {row["category_id"] for row in made.products} == leaves


def test_the_total_of_an_order_is_that_of_its_lines(made: Shop) -> None:
    products = by_id(made.products)
    for order in made.orders:
        order["lines"] = []
    orders = by_id(made.orders)
    for line in made.order_lines:
        orders[line["order_id"]]["lines"].append(line)
    for order in made.orders:
        lines = order.pop("lines")
        assert order["total"] == sum(line["quantity"] * line["unit_price"] for line in lines)
        assert {products[line["product_id"]]["currency"] for line in lines} == {order["currency"]}
        assert {line["unit_price"] - products[line["product_id"]]["price"] for line in lines} == {0}


def test_orders_are_in_every_state_and_placed_unless_a_cart(made: Shop) -> None:
    assert {row["status"] for row in made.orders} == set(OrderStatus)
    for row in made.orders:
        is_cart = row["status"] is OrderStatus.cart
        assert (row["placed_at"] is None) == is_cart
        assert (row["ship_to_id"] is None) == is_cart
    assert not [row for row in made.orders if row["placed_at"] and row["placed_at"] <= row["created_at"]]
    assert not repeated(row["buyer_id"] for row in made.orders if row["status"] is OrderStatus.cart)


def test_payments_and_lines_are_as_far_as_their_order(made: Shop) -> None:
    orders = by_id(made.orders)
    assert {row["order_id"] for row in made.payments} == {row["id"] for row in made.orders if row["placed_at"]}
    for row in made.payments:
        order = orders[row["order_id"]]
        assert (row["amount"], row["currency"], row["created_at"]) == (
            order["total"], order["currency"], order["placed_at"],
        )  # fmt: skip
    assert {(orders[row["order_id"]]["status"], row["status"]) for row in made.payments} == {
        (OrderStatus.placed, PaymentStatus.pending),
        (OrderStatus.paid, PaymentStatus.succeeded),
        (OrderStatus.shipped, PaymentStatus.succeeded),
        (OrderStatus.delivered, PaymentStatus.succeeded),
        (OrderStatus.cancelled, PaymentStatus.cancelled),
        (OrderStatus.refunded, PaymentStatus.refunded),
    }
    products = by_id(made.products)
    for row in made.order_lines:
        order = orders[row["order_id"]]
        assert row["product_name"] == products[row["product_id"]]["name"]
        assert (row["shipped_at"] is not None) == (order["status"] in (OrderStatus.shipped, OrderStatus.delivered))
        assert row["shipped_at"] is None or row["shipped_at"] > order["placed_at"]


def test_orders_go_to_an_address_of_their_buyer(made: Shop) -> None:
    addresses = by_id(made.addresses)
    placed = [row for row in made.orders if row["ship_to_id"]]
    assert not [row for row in placed if addresses[row["ship_to_id"]]["user_id"] != row["buyer_id"]]


def test_nobody_buys_what_was_not_on_sale(made: Shop) -> None:
    orders, products, users = by_id(made.orders), by_id(made.products), by_id(made.users)
    for line in made.order_lines:
        order, product = orders[line["order_id"]], products[line["product_id"]]
        assert product["created_at"] <= order["created_at"]
        assert product["status"] is not ProductStatus.draft
        assert product["status"] is ProductStatus.published or order["created_at"] < product["updated_at"]
    assert not [row for row in made.orders if row["created_at"] < users[row["buyer_id"]]["created_at"]]


def test_reviews_are_mostly_good_and_mostly_approved(made: Shop) -> None:
    statuses = Counter(row["status"] for row in made.reviews)
    assert 0.88 < statuses[ReviewStatus.approved] / len(made.reviews) < 0.92
    assert set(statuses) == set(ReviewStatus)
    ratings = Counter(row["rating"] for row in made.reviews)
    assert set(ratings) == {1, 2, 3, 4, 5}
    assert ratings[5] > ratings[4] > ratings[3] > max(ratings[1], ratings[2])


def test_reviews_come_after_their_product_and_author(made: Shop) -> None:
    products, users = by_id(made.products), by_id(made.users)
    for row in made.reviews:
        assert row["created_at"] > products[row["product_id"]]["created_at"]
        assert row["created_at"] > users[row["author_id"]]["created_at"]


def test_texts_are_whole(made: Shop) -> None:
    assert {len(re.findall(r"[.!?](?= |$)", row["description"])) for row in made.products} <= {2, 3, 4}
    texts = [row["description"] for row in made.products] + [row["body"] + row["title"] for row in made.reviews]
    assert not [text for text in texts if re.search(r"[{}]|  ", text)]
    assert not [row["slug"] for row in made.products if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row["slug"])]


def test_mail_goes_nowhere(made: Shop) -> None:
    assert not [row["email"] for row in made.users if not re.fullmatch(r"[a-z0-9.-]+@example\.(com|org)", row["email"])]


def test_the_accounts_have_something_to_show(made: Shop) -> None:
    users = {row["email"]: row for row in made.users}
    assert [account.title for account in ACCOUNTS] == ["Customer", "Vendor", "Admin"]
    assert {account.password for account in ACCOUNTS} == {DEMO_PASSWORD}
    customer, vendor, admin = (users[account.email] for account in ACCOUNTS)
    assert admin["role"] == "admin"
    assert users["moderator@example.com"]["role"] == "moderator"
    assert {row["status"] for row in made.orders if row["buyer_id"] == customer["id"]} == set(OrderStatus)
    assert [row for row in made.addresses if row["user_id"] == customer["id"]]
    assert [row for row in made.reviews if row["author_id"] == customer["id"]]
    owned = [row for row in made.memberships if row["user_id"] == vendor["id"]]
    assert [(row["vendor_id"], row["role"]) for row in owned] == [(made.vendors[0]["id"], "owner")]


def test_the_accounts_are_the_same_at_every_scale() -> None:
    assert shop(1).users[:4] == shop(3).users[:4]


async def test_the_rows_are_stored_as_they_were_made(database: Database) -> None:
    assert await is_empty(database)
    report = await seed(database, password_hash=PASSWORD_HASH)
    assert not await is_empty(database)

    made = shop()
    assert vars(report) == {name: len(rows) for name, rows in vars(made).items()}
    assert list(vars(report)) == list(vars(made))
    for row in made.users:
        row["password_hash"] = PASSWORD_HASH
    with database.use():
        for table, model in MODELS.items():
            columns = list(getattr(made, table)[0])
            assert by_id(await model.all().values(*columns)) == by_id(getattr(made, table)), table
        links = await models.Product.filter(tags__id__not_isnull=True).values_list("id", "tags__id")
    assert sorted(links) == sorted((row["product_id"], row["tag_id"]) for row in made.product_tags)


async def test_a_second_run_writes_the_same(database: Database) -> None:
    await seed(database, password_hash=PASSWORD_HASH)
    first = await digest(database)
    with database.use():
        for table, model in reversed(MODELS.items()):
            for row in reversed(shop().categories if table == "categories" else []):  # children before their parents
                await models.Category.filter(id=row["id"]).delete()
            await model.all().delete()
    assert await is_empty(database)
    assert await digest(database) != first
    await seed(database, password_hash=PASSWORD_HASH)
    assert await digest(database) == first


async def test_a_database_with_a_shop_is_left_as_it_is(database: Database) -> None:
    await seed(database, password_hash=PASSWORD_HASH)
    before = await digest(database)
    with pytest.raises(IntegrityError):
        await seed(database, password_hash="another hash")
    assert await digest(database) == before


async def test_a_failure_in_the_middle_leaves_nothing(database: Database) -> None:
    taken = shop().tags[-1]["name"]
    with database.use():
        await models.Tag.create(name=taken)
    with pytest.raises(IntegrityError):
        await seed(database, password_hash=PASSWORD_HASH)
    assert await is_empty(database)


def test_draws_stay_within_their_bounds() -> None:
    draw = Draw("bounds")
    assert {draw.between(2, 4) for _ in range(200)} == {2, 3, 4}
    assert sorted(draw.some("abc", 9)) == ["a", "b", "c"]
    assert sorted(draw.shuffled(range(50))) == list(range(50))
    assert draw.shuffled(range(50)) != list(range(50))
    assert {draw.weighted((("never", 0), ("often", 3), ("seldom", 1))) for _ in range(200)} == {"often", "seldom"}


def test_further_names_are_told_apart() -> None:
    names = [nth("Heron", ("North", "South"), index) for index in range(5)]
    assert names == ["Heron", "Heron North", "Heron South", "Heron North 2", "Heron South 2"]


def test_slugs_are_ascii() -> None:
    assert slug_of("Søren's Crème & Weiß: No. 2") == "sorens-creme-weiss-no-2"
