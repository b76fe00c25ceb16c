"""Users, their addresses, vendors and the people who work for them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from storefront.seed.draw import END, START, Draw, Ids, Unique, nth, slug_of
from storefront.seed.words import COUNTRIES, FIRST_NAMES, LAST_NAMES, TOWNS, VENDORS, Country
from storefront.vendors import MembershipRole

__all__ = ["ACCOUNTS", "DEMO_PASSWORD", "Account", "People", "Row", "make_people"]

Row: TypeAlias = dict[str, Any]
"""A row of a table: values by the model's attribute."""

DEMO_PASSWORD = "storefront-demo"  # noqa: S105  # printed at start: every seeded user has it
USERS = 200
_STAFF_JOIN_WITHIN = timedelta(days=120)
_VENDORS_OPEN_WITHIN = timedelta(days=60)


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account to try the storefront with."""

    title: str
    email: str
    password: str


ACCOUNTS = (
    Account(title="Customer", email="customer@example.com", password=DEMO_PASSWORD),
    Account(title="Vendor", email="vendor@example.com", password=DEMO_PASSWORD),
    Account(title="Admin", email="admin@example.com", password=DEMO_PASSWORD),
)


@dataclass(frozen=True, kw_only=True)
class People:
    """Rows of all who use the shop; `customers` are those users who buy, the first one with an account of `ACCOUNTS`.

    `addresses_of` holds the addresses of a user by the user's id.
    """

    users: list[Row]
    vendors: list[Row]
    memberships: list[Row]
    addresses: list[Row]
    customers: list[Row]
    addresses_of: dict[UUID, list[Row]]


def make_people(scale: int) -> People:
    """Returns everyone of a shop: 200 users and 12 vendors for each unit of `scale`."""
    users = _Users()
    customer = users.add("customer@example.com", "Noor Lindqvist", START + timedelta(days=2))
    vendor = users.add("vendor@example.com", "Bram Hofstra", START)
    users.add("admin@example.com", "Ewa Sinclair", START, role="admin")
    users.add("moderator@example.com", "Chidi Keller", START, role="moderator")
    vendors, memberships = _make_vendors(scale, users, vendor)
    customers = [customer]
    while len(users.rows) < USERS * scale:
        customers.append(users.add_stranger(START, END - timedelta(days=20)))
    addresses_of = _make_addresses(customers)
    return People(
        users=users.rows,
        vendors=vendors,
        memberships=memberships,
        addresses=[address for book in addresses_of.values() for address in book],
        customers=customers,
        addresses_of=addresses_of,
    )


class _Users:
    """The users made so far."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._ids = Ids("user ids")
        self._draw = Draw("users")
        self._mailboxes = Unique()

    def add(self, email: str, name: str, at: datetime, *, role: str = "customer", is_active: bool = True) -> Row:
        """Adds a user and returns the row."""
        row = {"id": self._ids.new(at), "email": email, "name": name, "role": role}
        row |= {"is_active": is_active, "created_at": at}
        self.rows.append(row)
        return row

    def add_stranger(self, first: datetime, last: datetime, *, is_active: bool | None = None) -> Row:
        """Adds a user with a made-up name who joined between `first` and `last`, and returns the row."""
        given, family = self._draw.one(FIRST_NAMES), self._draw.one(LAST_NAMES)
        mailbox = f"{slug_of(given)}.{slug_of(family)}"
        number = self._mailboxes.number(mailbox)
        domain = self._draw.one(("example.com", "example.org"))
        email = f"{mailbox}{number if number > 1 else ''}@{domain}"
        joined = self._draw.moment(first, last)
        active = not self._draw.chance(2) if is_active is None else is_active
        return self.add(email, f"{given} {family}", joined, is_active=active)


def _make_vendors(scale: int, users: _Users, first_owner: Row) -> tuple[list[Row], list[Row]]:
    draw, vendor_ids, membership_ids = Draw("vendors"), Ids("vendor ids"), Ids("membership ids")
    vendors: list[Row] = []
    memberships: list[Row] = []

    def join(vendor: Row, user: Row, role: MembershipRole, at: datetime) -> None:
        keys = {"id": membership_ids.new(at), "vendor_id": vendor["id"], "user_id": user["id"]}
        memberships.append(keys | {"role": role, "created_at": at})

    for index in range(len(VENDORS) * scale):
        words = VENDORS[index % len(VENDORS)]
        name = nth(words.name, TOWNS, index // len(VENDORS))
        opened = START + timedelta(hours=1) if index == 0 else draw.moment(START, START + _VENDORS_OPEN_WITHIN)
        vendor = {"id": vendor_ids.new(opened), "name": name, "slug": slug_of(name)}
        vendor |= {"about": words.about, "created_at": opened}
        vendors.append(vendor)
        owner = first_owner if index == 0 else users.add_stranger(START, opened, is_active=True)
        join(vendor, owner, MembershipRole.owner, opened)
        for _ in range(draw.between(1, 3)):
            staff = users.add_stranger(opened, opened + _STAFF_JOIN_WITHIN, is_active=True)
            join(vendor, staff, MembershipRole.staff, staff["created_at"] + timedelta(minutes=draw.between(5, 600)))
    return vendors, memberships


def _make_addresses(customers: list[Row]) -> dict[UUID, list[Row]]:
    draw, ids = Draw("addresses"), Ids("address ids")
    books: dict[UUID, list[Row]] = {}
    for index, user in enumerate(customers):
        country = draw.one(COUNTRIES)
        count = 2 if index == 0 or draw.chance(25) else 1
        added = [user["created_at"] + timedelta(minutes=minutes) for minutes in (3, 60 * draw.between(2, 200))]
        books[user["id"]] = [_address(draw, ids, user, country, at) for at in added[:count]]
    return books


def _address(draw: Draw, ids: Ids, user: Row, country: Country, at: datetime) -> Row:
    town, postal_code = draw.one(country.towns)
    number, street = draw.between(1, 140), draw.one(country.streets)
    return {
        "id": ids.new(at),
        "user_id": user["id"],
        "recipient": user["name"],
        "line1": country.street.format(number=number, street=street),
        "line2": draw.one(country.details) if draw.chance(25) else "",
        "postal_code": "".join(_fill(draw, sign) for sign in postal_code),
        "city": town,
        "country": country.code,
        "created_at": at,
    }


def _fill(draw: Draw, sign: str) -> str:
    if sign == "#":
        return str(draw.below(10))
    return draw.one("ABDEHJKLNPRSTUXY") if sign == "@" else sign
