"""Identity over HTTP: the endpoints of OAuth, and the pages for people."""

from fastapi import APIRouter

from twofold.engine import Engine
from twofold_rest.identity.registration import add_registration

__all__ = ["identity_router"]


def identity_router(engine: Engine) -> APIRouter:
    """Returns the routes of identity."""
    router = APIRouter()
    add_registration(router, engine.identity)
    return router
