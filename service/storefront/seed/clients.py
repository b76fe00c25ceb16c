"""The application that a fresh shop knows already, so that signing in by OAuth can be tried at once."""

from typing import Final
from uuid import UUID

from storefront.seed.draw import START
from storefront.seed.people import Row

__all__ = ["SAMPLE_CLIENT"]

SAMPLE_CLIENT: Final[Row] = {
    "id": UUID("01943aa0-bc00-7000-8000-000000000001"),
    "owner_id": None,
    "name": "Storefront sample SPA",
    "secret_hash": None,
    "redirect_uris": ["http://127.0.0.1/callback"],
    "post_logout_redirect_uris": ["http://127.0.0.1/"],
    "grant_types": ["authorization_code", "refresh_token"],
    "scopes": [
        "openid", "profile", "email", "offline_access", "products:read", "categories:read", "tags:read",
        "product_images:read", "reviews:read", "reviews:create", "vendors:read", "users:read", "addresses:read",
        "addresses:create", "orders:read", "orders:create", "orders:place", "order_lines:read", "payments:read",
    ],
    "auth_method": "none",
    "created_at": START,
}  # fmt: skip
"""A public client; the port of its addresses may be any (RFC 8252 §7.3)."""
