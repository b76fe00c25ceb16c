"""Browsers of people who are signed in, without the work that a password takes."""

from __future__ import annotations

from support.shop import EMAILS, Shop
from support.visitor import Visitor
from twofold.identity.identity import From
from twofold.identity.models import User
from twofold.identity.sessions import start_session

__all__ = ["browser_of"]


async def browser_of(shop: Shop, who: str) -> Visitor:
    """Returns a new browser in which `who`, one of EMAILS, is signed in; the shop is reached at http://shop."""
    with shop.engine.database.use():
        user = await User.get(email=EMAILS[who])
    issued = await start_session(shop.engine.identity, user, ["pwd"], From())
    visitor = Visitor(shop.app)
    visitor.client.cookies.set("twofold", issued.cookie)
    return visitor
