"""Who is who on the storefront: the words that rules are made of."""

from typing import Any

from tortoise.expressions import Q

from twofold.actor import Actor
from twofold.rules import Rows, rule

__all__ = ["ADMINS", "MODERATORS", "is_admin", "is_moderator", "own", "works_for"]


def is_admin(actor: Actor) -> bool:
    """Returns whether the actor runs the storefront."""
    return actor.has_role("admin")


def is_moderator(actor: Actor) -> bool:
    """Returns whether the actor looks after what people write."""
    return actor.has_role("moderator", "admin")


def works_for(actor: Actor, vendor: str = "", *, role: str | None = None) -> Q:
    """Returns the rows whose vendor the actor works for; `vendor` is the path to it, such as `product__vendor`."""
    path = f"{vendor}__memberships" if vendor else "memberships"
    lookups: dict[str, Any] = {f"{path}__user_id": actor.user_id}
    if role is not None:
        lookups[f"{path}__role"] = role
    return Q(**lookups)


def own(actor: Actor, path: str) -> Q:
    """Returns the rows that belong to the actor; `path` leads to the user's key."""
    lookups: dict[str, Any] = {path: actor.user_id}
    return Q(**lookups)


@rule("Only admins.")
def ADMINS(actor: Actor) -> Rows:  # noqa: N802  # reads like EVERYONE and NOBODY
    return is_admin(actor)


@rule("Only moderators and admins.")
def MODERATORS(actor: Actor) -> Rows:  # noqa: N802
    return is_moderator(actor)
