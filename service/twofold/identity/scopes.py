"""What a token or key may be limited to: words like `products:read`, from the declarations of the resources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from twofold.spec import ResourceSpec
from twofold.verbs import COMMON, PERMISSIONS, rules_of

__all__ = ["OPENID_SCOPES", "Scope", "scopes_of"]


@dataclass(frozen=True, kw_only=True)
class Scope:
    """One thing that may be allowed, with the sentence by which people are asked for it."""

    name: str
    subject: str
    """What it is about: the plural of a resource, such as `order lines`; or `you`."""
    sentence: str
    changes: bool
    """Whether it allows more than reading."""


OPENID_SCOPES: Final[Mapping[str, Scope]] = {
    scope.name: scope
    for scope in (
        Scope(name="openid", subject="you", sentence="Know that it is you", changes=False),
        Scope(name="profile", subject="you", sentence="See your name", changes=False),
        Scope(name="email", subject="you", sentence="See your e-mail address", changes=False),
        Scope(name="offline_access", subject="you", sentence="Keep its access while you are away", changes=False),
    )
}
"""OpenID Connect Core 1.0 §5.4 and §11."""


def scopes_of(resources: Sequence[ResourceSpec]) -> Mapping[str, Scope]:
    """Returns every scope that there is by its name: those of OpenID Connect, then the resources' in their order.

    A resource has `read`, those of `create`, `update` and `delete` that somebody may, and each declared action.
    """
    scopes = dict(OPENID_SCOPES)
    for spec in resources:
        offered = dict.fromkeys(PERMISSIONS[name][0] for name in COMMON if name in PERMISSIONS and rules_of(spec, name))
        for permission in ("read", *offered, *spec.actions):
            name = f"{spec.plural}:{permission}"
            said = permission.replace("_", " ").capitalize()
            scopes[name] = Scope(name=name, subject=spec.nouns, sentence=f"{said} {spec.nouns}",
                                 changes=permission != "read")  # fmt: skip
    return scopes
