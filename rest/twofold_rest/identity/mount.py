"""Adds identity to the host."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from twofold.engine import Engine
from twofold_rest.identity.pages import apps, developer, sign_in
from twofold_rest.identity.pages.frame import HERE, Pages

__all__ = ["mount_identity"]


def mount_identity(app: FastAPI, engine: Engine) -> None:
    """Adds the pages of accounts to the app."""
    pages = Pages(engine)
    for module in (sign_in, apps, developer):
        module.add_pages(pages)
    app.router.routes.extend(pages.routes)
    app.mount("/account/static", StaticFiles(directory=HERE / "static"), name="account-static")
