"""The storefront: its models and resources, in the order in which documents show them."""

from storefront.addresses import Addresses
from storefront.audit import AuditEntries, AuditEntry
from storefront.categories import Categories
from storefront.config import MODELS
from storefront.orders import OrderLines, Orders
from storefront.payments import Payments
from storefront.products import ProductImages, Products
from storefront.reviews import Reviews
from storefront.seed import ACCOUNTS, DEMO_PASSWORD, SAMPLE_CLIENT, is_empty, seed
from storefront.tags import Tags
from storefront.users import Users
from storefront.vendors import Memberships, Vendors
from twofold.application import Account, Application, Seed, SeededClient
from twofold.database import Database
from twofold.identity.passwords import hash_password_now

__all__ = ["STOREFRONT"]


async def _seed(database: Database, scale: int) -> dict[str, int]:
    return vars(await seed(database, scale=scale, password_hash=hash_password_now(DEMO_PASSWORD)))


STOREFRONT = Application(
    name="Storefront",
    models=MODELS,
    resources=[
        Products, Categories, Tags, ProductImages, Reviews, Vendors, Memberships, Users, Addresses, Orders, OrderLines,
        Payments, AuditEntries,
    ],
    asgi="storefront.asgi:app",
    audit=AuditEntry,
    first_request="/api/v1/products?sort=-price&page_size=2&include=category,reviews",
    seed=Seed(
        is_empty=is_empty,
        run=_seed,
        accounts=[Account(title=each.title, email=each.email, password=each.password) for each in ACCOUNTS],
        clients=[SeededClient(
            title=SAMPLE_CLIENT["name"], client_id=SAMPLE_CLIENT["id"], redirect_uri=SAMPLE_CLIENT["redirect_uris"][0]
        )],
    ),
)  # fmt: skip
