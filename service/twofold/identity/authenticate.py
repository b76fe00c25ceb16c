"""From the headers of a request to the actor behind it: one place for both faces."""

from collections.abc import Iterable

from twofold.actor import ANONYMOUS, Actor
from twofold.errors import Unauthenticated
from twofold.identity.actors import Actors

__all__ = ["authenticate", "credential_of"]


def credential_of(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Returns the token or key that a request carries, or None.

    It is in `Authorization: Bearer …` (RFC 6750 §2.1) or in `X-API-Key`; never in the URL, which ends up in logs.

    Raises:
        Unauthenticated: there are two, or a scheme other than Bearer.
    """
    found: list[str] = []
    for name, value in headers:
        if name == b"authorization":
            scheme, _, credential = value.decode("latin-1").partition(" ")
            if scheme.lower() != "bearer":
                raise Unauthenticated("Send `Authorization: Bearer` and a token or key.")
            found.append(credential.strip())
        elif name == b"x-api-key":
            found.append(value.decode("latin-1").strip())
    if len(found) > 1:
        raise Unauthenticated("Send one token or key, not several.")
    return found[0] if found else None


async def authenticate(actors: Actors, headers: Iterable[tuple[bytes, bytes]]) -> Actor:
    """Returns the actor whose token or key the headers carry; a visitor when they carry none.

    Raises:
        Unauthenticated: the token or key is not valid (any more).
    """
    credential = credential_of(headers)
    return ANONYMOUS if credential is None else await actors.of(credential)
