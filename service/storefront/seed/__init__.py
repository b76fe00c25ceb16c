"""Demo data: a shop of several vendors, made up, and the same at every run."""

from storefront.seed.clients import SAMPLE_CLIENT
from storefront.seed.people import ACCOUNTS, DEMO_PASSWORD, Account
from storefront.seed.shop import Shop, shop
from storefront.seed.store import SeedReport, is_empty, seed

__all__ = ["ACCOUNTS", "DEMO_PASSWORD", "SAMPLE_CLIENT", "Account", "SeedReport", "Shop", "is_empty", "seed", "shop"]
