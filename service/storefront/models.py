"""All models of the storefront, for Tortoise and the migrations: an app there is a list of modules."""

from storefront.addresses import Address
from storefront.audit import AuditEntry
from storefront.categories import Category
from storefront.orders import Order, OrderLine
from storefront.payments import Payment
from storefront.products import Product, ProductImage
from storefront.reviews import Review
from storefront.tags import Tag
from storefront.vendors import Membership, Vendor

__all__ = [
    "Address",
    "AuditEntry",
    "Category",
    "Membership",
    "Order",
    "OrderLine",
    "Payment",
    "Product",
    "ProductImage",
    "Review",
    "Tag",
    "Vendor",
]
