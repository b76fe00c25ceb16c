"""Categories, tags, products, their images and the tags on them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from storefront.products import ProductStatus
from storefront.seed.catalogue import CLOSINGS, DEPARTMENTS, Branch, branches
from storefront.seed.draw import END, START, Draw, Ids, Unique, nth, slug_of
from storefront.seed.people import Row
from storefront.seed.shelves import Department, Shelf
from storefront.seed.words import EDITIONS, LINES, TAGS, VENDORS

__all__ = ["Goods", "Kind", "make_goods"]

PRODUCTS = 600
_UNPUBLISHED = (ProductStatus.draft,) * (PRODUCTS // 10) + (ProductStatus.archived,) * (PRODUCTS // 20)
_VIEWS = ("{name}", "{name}, seen from the side", "{name} in use")
_EXCHANGE_PERCENT = {"EUR": 100, "GBP": 86, "USD": 112}
_ENDINGS = (0, 0, 50, 90, 95)
_SMALL_ENDINGS = (20, 40, 50, 80, 90)

_Leaf: TypeAlias = tuple[Row, Branch, Shelf]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What reviewers call a product, and the department that it is sold in."""

    noun: str
    department: Department


@dataclass(frozen=True, kw_only=True)
class Goods:
    """Rows of all that is sold, and the kind of each product by its id."""

    categories: list[Row] = field(default_factory=list)
    tags: list[Row] = field(default_factory=list)
    products: list[Row] = field(default_factory=list)
    product_images: list[Row] = field(default_factory=list)
    product_tags: list[Row] = field(default_factory=list)
    kinds: dict[UUID, Kind] = field(default_factory=dict)


def make_goods(scale: int, vendors: Sequence[Row]) -> Goods:
    """Returns the catalogue: 600 products, a tree of categories and 30 tags for each unit of `scale`.

    `vendors` are those of the same scale. Each unit has a tree, tags and vendors of its own.
    """
    goods = Goods()
    category_ids, tag_ids = Ids("category ids"), Ids("tag ids")
    maker = _ProductMaker(goods)
    for unit in range(scale):
        leaves = _add_categories(goods, category_ids, unit)
        tags = _add_tags(goods, tag_ids, unit)
        own = vendors[unit * len(VENDORS) : (unit + 1) * len(VENDORS)]
        for index, status in enumerate(_statuses(maker.draw)):
            position = index % len(VENDORS)
            departments = VENDORS[position].departments
            shelf = maker.draw.one([leaf for leaf in leaves if leaf[1].department.name in departments])
            product = maker.add(own[position], VENDORS[position].currency, shelf, status, first=index < len(VENDORS))
            maker.add_images(product)
            maker.add_tags(product, tags, shelf[1].department)
    return goods


def _statuses(draw: Draw) -> list[ProductStatus]:
    """Returns the status of each product of a unit; the first one of each vendor is published."""
    rest = PRODUCTS - len(VENDORS)
    published = (ProductStatus.published,) * (rest - len(_UNPUBLISHED))
    return [ProductStatus.published] * len(VENDORS) + draw.shuffled(published + _UNPUBLISHED)


def _add_categories(goods: Goods, ids: Ids, unit: int) -> list[_Leaf]:
    rows: dict[tuple[str, ...], Row] = {}
    leaves: list[_Leaf] = []
    for branch in branches():
        name = nth(branch.path[-1], EDITIONS, unit)
        parent = rows.get(branch.path[:-1])
        row = {"id": ids.new(START), "parent_id": parent["id"] if parent else None, "name": name}
        row |= {"slug": slug_of(name), "position": branch.position}
        rows[branch.path] = row
        if branch.shelf:
            leaves.append((row, branch, branch.shelf))
    goods.categories.extend(rows.values())
    return leaves


def _add_tags(goods: Goods, ids: Ids, unit: int) -> dict[str, Row]:
    words = [*TAGS, *(word for department in DEPARTMENTS for word in department.tags)]
    rows = {word: {"id": ids.new(START), "name": nth(word, EDITIONS, unit).lower()} for word in words}
    goods.tags.extend(rows.values())
    return rows


class _ProductMaker:
    """Adds products to the goods; one after the other, so that no two have the same name."""

    def __init__(self, goods: Goods) -> None:
        self.draw = Draw("products")
        self._goods = goods
        self._ids, self._image_ids = Ids("product ids"), Ids("image ids")
        self._names = Unique()

    def add(self, vendor: Row, currency: str, leaf: _Leaf, status: ProductStatus, *, first: bool) -> Row:
        """Adds a product and returns its row. The `first` one of a vendor is there on the day the vendor opens."""
        draw, (category, branch, shelf) = self.draw, leaf
        noun, low, high = draw.one(shelf.kinds)
        name = self._name(shelf, noun)
        price, cost = _price(draw, low, high, currency)
        created = _created(draw, vendor["created_at"], status, first=first)
        row = {
            "id": self._ids.new(created),
            "vendor_id": vendor["id"],
            "category_id": category["id"],
            "name": name,
            "slug": slug_of(name),
            "description": _description(draw, branch.department, shelf, noun.lower()),
            "price": price,
            "cost_price": None if status is ProductStatus.draft and draw.chance(30) else cost,
            "currency": currency,
            "stock": _stock(draw, status),
            "status": status,
            "created_at": created,
            "updated_at": _updated(draw, created, status),
        }
        self._goods.products.append(row)
        self._goods.kinds[row["id"]] = Kind(noun=shelf.called or noun.lower(), department=branch.department)
        return row

    def add_images(self, product: Row) -> None:
        """Adds one to three images of the product."""
        for position in range(self.draw.between(1, 3)):
            self._goods.product_images.append(
                {
                    "id": self._image_ids.new(product["created_at"]),
                    "product_id": product["id"],
                    "url": f"/media/products/{product['slug']}-{position + 1}.webp",
                    "alt": _VIEWS[position].format(name=product["name"]),
                    "position": position,
                }
            )

    def add_tags(self, product: Row, tags: dict[str, Row], department: Department) -> None:
        """Puts up to four tags on the product, most of them such as fit its department."""
        words = dict.fromkeys(
            [*self.draw.some(TAGS, self.draw.below(3)), *self.draw.some(department.tags, self.draw.below(3))]
        )
        self._goods.product_tags.extend({"product_id": product["id"], "tag_id": tags[word]["id"]} for word in words)

    def _name(self, shelf: Shelf, noun: str) -> str:
        name = shelf.named.format(line=self.draw.one(LINES), style=self.draw.one(shelf.styles), noun=noun)
        number = self._names.number(slug_of(name))
        return f"{name} No. {number}" if number > 1 else name


def _price(draw: Draw, low: int, high: int, currency: str) -> tuple[Decimal, Decimal]:
    """Returns price and cost price; most products are in the cheaper half of their kind."""
    euros = low + int((high - low) * draw.share() * draw.share())
    whole = max(euros * _EXCHANGE_PERCENT[currency] // 100, 1)
    cents = whole * 100 + draw.one(_SMALL_ENDINGS if whole < 10 else _ENDINGS)
    return Decimal(cents).scaleb(-2), Decimal(cents * draw.between(35, 68) // 100).scaleb(-2)


def _created(draw: Draw, opened: datetime, status: ProductStatus, *, first: bool) -> datetime:
    if first:
        return opened + timedelta(minutes=draw.between(20, 300))
    if status is ProductStatus.draft:
        return draw.moment(END - timedelta(days=60), END)
    return draw.early_moment(opened + timedelta(hours=6), END - timedelta(days=5))


def _updated(draw: Draw, created: datetime, status: ProductStatus) -> datetime:
    """Returns the time of the last change; for an archived product this is when it was archived."""
    if status is not ProductStatus.archived and draw.chance(30):
        return created
    return draw.moment(created, END)


def _stock(draw: Draw, status: ProductStatus) -> int:
    if status is ProductStatus.archived or draw.chance(8):
        return 0
    return 1 + int(150 * draw.share() * draw.share())


def _description(draw: Draw, department: Department, shelf: Shelf, noun: str) -> str:
    """Returns two to four sentences."""
    sentences = [draw.one(shelf.openings), *draw.some(department.details, draw.between(1, 2))]
    if draw.chance(50):
        sentences.append(draw.one(CLOSINGS))
    return " ".join(sentences).format(noun=noun)
