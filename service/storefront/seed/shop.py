"""The whole demo shop as rows, made without a database."""

from dataclasses import dataclass

from storefront.seed.clients import SAMPLE_CLIENT
from storefront.seed.goods import make_goods
from storefront.seed.people import Row, make_people
from storefront.seed.trade import make_trade

__all__ = ["Shop", "shop"]


@dataclass(frozen=True, kw_only=True)
class Shop:
    """Rows by table, in an order in which they can be inserted. Users have no password hash yet."""

    users: list[Row]
    vendors: list[Row]
    memberships: list[Row]
    categories: list[Row]
    tags: list[Row]
    products: list[Row]
    product_images: list[Row]
    product_tags: list[Row]
    addresses: list[Row]
    orders: list[Row]
    order_lines: list[Row]
    payments: list[Row]
    reviews: list[Row]
    clients: list[Row]


def shop(scale: int = 1) -> Shop:
    """Returns a shop of about 7,000 rows for each unit of `scale`: at every run the same.

    Raises:
        ValueError: `scale` is less than 1.
    """
    if scale < 1:
        raise ValueError(f"the scale of a shop is 1 or more, not {scale}")
    people = make_people(scale)
    goods = make_goods(scale, people.vendors)
    trade = make_trade(scale, people, goods)
    return Shop(
        users=people.users,
        vendors=people.vendors,
        memberships=people.memberships,
        categories=goods.categories,
        tags=goods.tags,
        products=goods.products,
        product_images=goods.product_images,
        product_tags=goods.product_tags,
        addresses=people.addresses,
        orders=trade.orders,
        order_lines=trade.order_lines,
        payments=trade.payments,
        reviews=trade.reviews,
        clients=[SAMPLE_CLIENT],
    )
