"""Adds identity to the host: pages for people, endpoints for programs."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from twofold.engine import Engine
from twofold.identity.oauth.server import Server
from twofold_rest.identity.endpoints import endpoint_routes
from twofold_rest.identity.pages import (
    apps,
    authorize,
    developer,
    keys,
    logout,
    profile,
    providers,
    reset,
    second_factor,
    sessions,
    sign_in,
    sign_up,
)
from twofold_rest.identity.pages.frame import HERE, Pages
from twofold_rest.identity.registration import add_registration
from twofold_rest.shortcut import Shortcuts

__all__ = ["mount_identity"]


def mount_identity(app: FastAPI, engine: Engine, shortcuts: Shortcuts) -> None:
    """Adds the pages of accounts and the endpoints of OAuth to the app, the endpoints with a short way to them."""
    server, pages = Server(engine.identity), Pages(engine)
    for module in (sign_in, sign_up, reset, profile, second_factor, sessions, keys, apps, developer, providers):
        module.add_pages(pages)
    for protocol in (authorize, logout):
        protocol.add_pages(pages, server)
    endpoints = endpoint_routes(engine, server)
    for endpoint in endpoints:
        shortcuts.add_whole(endpoint)
    app.router.routes.extend([*pages.routes, *endpoints])
    add_registration(app.router, engine.identity)
    app.mount("/account/static", StaticFiles(directory=HERE / "static"), name="account-static")
