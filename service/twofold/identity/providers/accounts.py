"""Whose account somebody signs in to who signed in at a provider, and who may sign in so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from twofold.errors import Conflict, Forbidden, NotFound
from twofold.identity.credentials import MAX_NAME_CHARACTERS, email_of, is_name
from twofold.identity.identity import From, Identity
from twofold.identity.models import ExternalIdentity, Session, User
from twofold.identity.providers.flow import Person
from twofold.identity.providers.known import KnownProvider

__all__ = ["METHOD", "AccountExists", "LinkedProvider", "account_of", "hold", "is_linked", "link", "linked_providers",
           "may_link", "unlink"]  # fmt: skip

METHOD = "fed"
"""How somebody proved who they are, where another provider says so. RFC 8176 registers no value for that, and lets
parties agree on others (§1): this is the one that Microsoft's tokens have."""

_CLOSED = "This account is closed."


class AccountExists(Conflict):
    """There is an account with this e-mail already. Sign in to it first."""


@dataclass(frozen=True, kw_only=True)
class LinkedProvider:
    """A provider by which a user may sign in."""

    id: UUID
    title: str
    """What people know it as; its issuer, where the operator does not offer it any more."""
    linked_at: datetime


async def account_of(identity: Identity, person: Person, origin: From) -> ExternalIdentity:
    """Returns whose account it is; made now, if nobody has this provider's account nor its e-mail address.

    An account that has the address is never given to who comes with it: its owner has to say so, in it.

    Raises:
        AccountExists: there is one.
        Forbidden: the provider does not vouch for an e-mail address, or the account is closed.
    """
    for _ in range(2):
        found = await _known(identity, person)
        if found is not None and not found.user.is_active:
            await identity.tell("sign_in_failed", found.user.id, origin, provider=person.provider.name)
            raise Forbidden(_CLOSED)
        if found is not None:
            return found
        try:
            return await _made(identity, person, origin)
        except IntegrityError:
            continue  # somebody was there first: they themselves, in another window, or the address's owner
    raise AccountExists


async def hold(external: ExternalIdentity) -> User:
    """Returns its user, who cannot change until the end of the running transaction, in which they are signed in.

    Raises:
        Forbidden: the user is not active, or has unlinked the provider.
    """
    user = await User.filter(id=external.user.id, is_active=True).select_for_update().get_or_none()
    if user is None or not await ExternalIdentity.filter(id=external.id).exists():
        raise Forbidden(_CLOSED)
    return user


def may_link(user: User) -> bool:
    """Returns whether a user may link a provider: once they have shown that the account's address is theirs.

    Whoever makes an account with a stranger's address could keep a way into it otherwise, after the stranger gets it
    back by a new password.
    """
    return user.email_verified_at is not None


async def link(identity: Identity, session: Session, person: Person, origin: From) -> None:
    """Lets the user of a session sign in by a provider's account from now on.

    Raises:
        Conflict: another user does already.
        Forbidden: they may not link any, or the session has ended.
    """
    taken = f"Somebody else signs in with this account of {person.provider.title}."
    try:
        async with identity.database.transaction():
            user = await User.filter(id=session.user.id, is_active=True).select_for_update().get_or_none()
            lives = await Session.filter(id=session.id, revoked_at__isnull=True).exists()
            if user is None or not lives or not may_link(user):
                raise Forbidden("Confirm your e-mail address first.")
            known = await _known(identity, person)
            if known is None:
                await _add(identity, user, person, origin)
            elif known.user.id != user.id:
                raise Conflict(taken)
    except IntegrityError as error:
        raise Conflict(taken) from error


async def unlink(identity: Identity, user_id: UUID, external_id: UUID, origin: From) -> None:
    """Takes a provider's account away from those by which a user may sign in.

    Raises:
        NotFound: they have none such.
        Conflict: they would have no way to sign in any more.
    """
    async with identity.database.transaction():
        user = await User.filter(id=user_id).select_for_update().get()
        external = await ExternalIdentity.get_or_none(id=external_id, user_id=user_id)
        if external is None:
            raise NotFound("You are not linked with this provider.")
        others = ExternalIdentity.filter(user_id=user_id, issuer__in=_issuers(identity)).exclude(id=external_id)
        if not user.password_hash and not await others.exists():
            raise Conflict("You could not sign in any more. Choose a password first.")
        await external.delete()
        await identity.tell("provider_unlinked", user_id, origin, issuer=external.issuer)


async def linked_providers(identity: Identity, user_id: UUID) -> Sequence[LinkedProvider]:
    """Returns the providers by which a user may sign in, the oldest first."""
    titles = {each.issuer: each.title for each in identity.providers.all()}
    with identity.database.use():
        found = await ExternalIdentity.filter(user_id=user_id).order_by("created_at", "id")
    return [
        LinkedProvider(id=each.id, title=titles.get(each.issuer, each.issuer), linked_at=each.created_at)
        for each in found
    ]


async def is_linked(identity: Identity, user_id: UUID, provider: KnownProvider) -> bool:
    """Returns whether a user may sign in by this provider."""
    with identity.database.use():
        return await ExternalIdentity.filter(user_id=user_id, issuer=provider.issuer).exists()


async def _known(identity: Identity, person: Person) -> ExternalIdentity | None:
    with identity.database.use():
        theirs = ExternalIdentity.filter(issuer=person.provider.issuer, subject=person.subject)
        return await theirs.select_related("user").first()


async def _made(identity: Identity, person: Person, origin: From) -> ExternalIdentity:
    email = email_of(person.email)
    if email is None:
        raise Forbidden(
            f"{person.provider.title} does not confirm an e-mail address of yours. Confirm it there, or make an account"
            " here with a password."
        )
    async with identity.database.transaction():
        user = await User.create(
            email=email,
            name=_name_of(person, email),
            password_hash="",
            email_verified_at=datetime.now(UTC),
        )
        await identity.tell("signed_up", user.id, origin, provider=person.provider.name)
        return await _add(identity, user, person, origin)


async def _add(identity: Identity, user: User, person: Person, origin: From) -> ExternalIdentity:
    external = await ExternalIdentity.create(user=user, issuer=person.provider.issuer, subject=person.subject)
    await identity.tell("provider_linked", user.id, origin, issuer=external.issuer)
    return external


def _name_of(person: Person, email: str) -> str:
    """Returns the person's name, if it can be one here; else what comes before the @ of their address."""
    name = " ".join(person.name.split())[:MAX_NAME_CHARACTERS].strip()
    return name if is_name(name) else email.partition("@")[0]


def _issuers(identity: Identity) -> list[str]:
    return [each.issuer for each in identity.providers.all()]
