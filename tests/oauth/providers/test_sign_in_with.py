"""Signing in with another provider's account: whose account it is, and that it stays theirs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from storefront.seed import DEMO_PASSWORD
from support.figures import count
from support.providers import START, Federation
from support.shop import EMAILS
from support.visitor import Visitor
from twofold.identity.models import ExternalIdentity, Session, User

pytestmark = pytest.mark.oauth

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


async def users(federation: Federation, **which: Any) -> list[User]:
    with federation.shop.engine.database.use():
        return await User.filter(**which).order_by("id")


async def is_in(visitor: Visitor) -> bool:
    return (await visitor.client.get("/account/providers")).status_code == 200


async def actions(federation: Federation, user: User) -> list[str]:
    audit = federation.shop.engine.application.audit
    assert audit is not None
    with federation.shop.engine.database.use():
        return [each.action for each in await audit.filter(resource="identity", row_id=str(user.id)).order_by("id")]


async def test_the_first_time_makes_an_account(federation: Federation) -> None:
    visitor = federation.visitor()
    answer = await federation.come_back(visitor, "/account/providers")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/providers")
    (user,) = await users(federation, email="someone@example.com")
    assert (user.name, user.role, user.password_hash) == ("Some One", "customer", "")
    assert user.email_verified_at is not None
    with federation.shop.engine.database.use():
        session = await Session.get(user_id=user.id)
    assert session.methods == ["fed"]
    assert "Unlink Acme" in (await visitor.see("/account/providers")).text
    assert 'href="/account/providers"' in (await visitor.see("/account")).text
    assert await actions(federation, user) == ["signed_up", "provider_linked", "signed_in"]
    assert "twofold_provider" not in visitor.client.cookies


async def test_the_second_time_finds_it_whatever_the_address_is_now(federation: Federation) -> None:
    await federation.come_back(federation.visitor())
    federation.acme.claims = {"email": EMAILS["admin"], "email_verified": False, "name": "Somebody Else"}
    visitor = federation.visitor()
    assert (await federation.come_back(visitor)).status_code == 303
    assert await is_in(visitor)
    assert [each.name for each in await users(federation, password_hash="")] == ["Some One"]


async def test_another_subject_of_the_same_name_is_another_person(federation: Federation) -> None:
    await federation.come_back(federation.visitor())
    federation.acme.claims = {"sub": "SOMEONE", "email": "another@example.com"}
    await federation.come_back(federation.visitor())
    assert len(await users(federation, password_hash="")) == 2


@pytest.mark.parametrize("name", ["\u202egnp.exe", "", "\x00", 5, ["a"], "   ", None])
async def test_a_name_that_can_be_none_is_not_taken(federation: Federation, name: object) -> None:
    federation.acme.claims = {"name": name}
    await federation.come_back(federation.visitor())
    assert [each.name for each in await users(federation, password_hash="")] == ["someone"]


async def test_a_long_name_is_cut(federation: Federation) -> None:
    federation.acme.claims = {"name": f" Some\n {'o' * 200}"}
    await federation.come_back(federation.visitor())
    assert [len(each.name) for each in await users(federation, password_hash="")] == [100]


async def test_nobody_signs_in_with_no_password(federation: Federation) -> None:
    await federation.come_back(federation.visitor())
    for password in ("", " ", "\x00", "password"):
        answer = await federation.visitor().sign_in("someone@example.com", password)
        assert answer.status_code == 401
        login = {"email": "someone@example.com", "password": password}
        assert (await federation.shop.client.post("/auth/login", json=login)).status_code == 401


@pytest.mark.parametrize("verified", [False, "false", None, 1, "yes"])
async def test_an_address_that_is_not_verified_makes_no_account(federation: Federation, verified: object) -> None:
    federation.acme.claims = {"email_verified": verified}
    answer = await federation.come_back(federation.visitor())
    assert answer.status_code == 403
    assert "does not confirm an e-mail address" in answer.text
    assert not await users(federation, password_hash="")
    count("oauth", "attacks on the sign-in with a provider")


@pytest.mark.parametrize("email", ["not an address", "", 5, None, "söme@example.com"])
async def test_an_address_that_is_none_makes_no_account(federation: Federation, email: object) -> None:
    federation.acme.claims = {"email": email}
    federation.acme.userinfo = {"sub": "someone"}
    assert (await federation.come_back(federation.visitor())).status_code == 403
    assert not await users(federation, password_hash="")


async def test_an_address_that_is_not_in_the_id_token_is_asked_for(federation: Federation) -> None:
    federation.acme.claims = {"email": None, "email_verified": None}
    federation.acme.userinfo = {"sub": "someone", "email": "asked@example.com", "email_verified": "true"}
    assert (await federation.come_back(federation.visitor())).status_code == 303
    assert await users(federation, email="asked@example.com")
    federation.acme.claims["sub"] = "victim"
    federation.acme.userinfo["email"] = "victim@example.com"
    answer = await federation.come_back(federation.visitor())
    assert answer.status_code == 503  # userinfo of another subject (OpenID Connect Core §5.3.2)
    count("oauth", "attacks on the sign-in with a provider")


async def test_an_account_with_the_address_is_not_given_away(federation: Federation) -> None:
    federation.acme.claims = {"email": EMAILS["customer"].upper()}
    visitor = federation.visitor()
    answer = await federation.come_back(visitor)
    assert answer.status_code == 409
    assert "There is an account with this e-mail already" in answer.text
    assert f"return_to={'%2F'.join(START.split('/'))}%2Facme" in answer.text
    assert not await is_in(visitor)
    with federation.shop.engine.database.use():
        assert not await ExternalIdentity.all().exists()
    count("oauth", "attacks on the sign-in with a provider")


async def test_its_owner_links_it_after_signing_in(federation: Federation) -> None:
    await verify(federation, EMAILS["customer"])
    federation.acme.claims = {"email": EMAILS["customer"]}
    visitor = federation.visitor()
    answer = await link(federation, visitor)
    assert answer.headers["location"] == "/account/providers?said=linked"
    assert "Done." in (await visitor.see("/account/providers?said=linked")).text
    later = federation.visitor()
    assert (await federation.come_back(later)).status_code == 303
    assert EMAILS["customer"] in (await later.see("/account/sign-in?again=1")).text
    (user,) = await users(federation, email=EMAILS["customer"])
    assert (await actions(federation, user))[-2:] == ["provider_linked", "signed_in"]


async def verify(federation: Federation, email: str) -> None:
    with federation.shop.engine.database.use():
        await User.filter(email=email).update(email_verified_at=LONG_AGO)


async def link(federation: Federation, visitor: Visitor, who: str = "customer") -> httpx.Response:
    """Returns the answer to somebody who signs in by password, confirms to link Acme, and comes back."""
    await visitor.sign_in(EMAILS[who], DEMO_PASSWORD)
    page = await visitor.see(f"{START}/acme")
    assert "form-action 'self' http://127.0.0.1:4001;" in page.headers["content-security-policy"]
    answer = await visitor.send(f"{START}/acme", {})
    assert answer.status_code == 303, answer.text
    return await visitor.client.get(federation.acme.sign_in(answer.headers["location"]))


async def test_linking_needs_the_form_of_this_browser(federation: Federation) -> None:
    await verify(federation, EMAILS["customer"])
    visitor = federation.visitor()
    await visitor.sign_in(EMAILS["customer"], DEMO_PASSWORD)
    assert (await visitor.client.post(f"{START}/acme", data={"csrf_token": "made up"})).status_code == 403
    anybody = await federation.visitor().client.post(f"{START}/acme", data={"csrf_token": "made up"})
    assert anybody.headers["location"].startswith("/account/sign-in")


async def test_linking_needs_the_session_that_began_it(federation: Federation) -> None:
    await verify(federation, EMAILS["customer"])
    visitor = federation.visitor()
    await visitor.sign_in(EMAILS["customer"], DEMO_PASSWORD)
    answer = await visitor.send(f"{START}/acme", {})
    back = federation.acme.sign_in(answer.headers["location"])
    other = federation.visitor()
    await other.sign_in(EMAILS["admin"], DEMO_PASSWORD)
    held = visitor.client.cookies["twofold_provider"]
    other.client.cookies.set("twofold_provider", held)
    assert (await other.client.get(back)).status_code == 400
    with federation.shop.engine.database.use():
        assert not await ExternalIdentity.all().exists()
    count("oauth", "attacks on the sign-in with a provider")


async def test_who_has_not_confirmed_the_address_links_nothing(federation: Federation) -> None:
    with federation.shop.engine.database.use():
        await User.filter(email=EMAILS["moderator"]).update(email_verified_at=None)
    visitor = federation.visitor()
    await visitor.sign_in(EMAILS["moderator"], DEMO_PASSWORD)
    page = await visitor.see(f"{START}/acme")
    assert "Confirm your e-mail address first" in page.text
    assert (await visitor.send(f"{START}/acme", {})).status_code == 403
    count("oauth", "attacks on the sign-in with a provider")


async def test_who_signed_in_long_ago_shows_again_who_they_are_before_linking(federation: Federation) -> None:
    await verify(federation, EMAILS["customer"])
    visitor = federation.visitor()
    await visitor.sign_in(EMAILS["customer"], DEMO_PASSWORD)
    with federation.shop.engine.database.use():
        await Session.all().update(authenticated_at=LONG_AGO)
    answer = await visitor.client.get(f"{START}/acme")
    assert answer.headers["location"].startswith("/account/sign-in?again=1&return_to=")


async def test_an_account_of_a_provider_is_linked_with_one_user_only(federation: Federation) -> None:
    await verify(federation, EMAILS["customer"])
    await federation.come_back(federation.visitor())
    answer = await link(federation, federation.visitor())
    assert answer.status_code == 409
    assert "Somebody else signs in with this account of Acme." in answer.text


async def test_unlinking_leaves_a_way_to_sign_in(federation: Federation) -> None:
    await verify(federation, EMAILS["customer"])
    visitor, newcomer = federation.visitor(), federation.visitor()
    await link(federation, visitor)
    federation.acme.claims = {"sub": "newcomer", "email": "newcomer@example.com"}
    await federation.come_back(newcomer)
    (user,) = await users(federation, email="newcomer@example.com")
    with federation.shop.engine.database.use():
        theirs = await ExternalIdentity.get(user_id=user.id)
        ours = await ExternalIdentity.get(subject="someone")
    page = await newcomer.send("/account/providers", {"linked": str(theirs.id)})
    assert page.status_code == 409
    assert "Choose a password first" in page.text
    for wrong in (str(ours.id), "none", ""):
        assert (await newcomer.send("/account/providers", {"linked": wrong})).status_code == 404
    assert (await visitor.client.post("/account/providers", data={"linked": str(ours.id)})).status_code == 403
    answer = await visitor.send("/account/providers", {"linked": str(ours.id)})
    assert answer.headers["location"] == "/account/providers?said=unlinked"
    (customer,) = await users(federation, email=EMAILS["customer"])
    assert (await actions(federation, customer))[-1] == "provider_unlinked"
    federation.acme.claims = {"email": EMAILS["customer"]}
    assert (await federation.come_back(federation.visitor())).status_code == 409


async def test_a_closed_account_stays_closed(federation: Federation) -> None:
    await federation.come_back(federation.visitor())
    with federation.shop.engine.database.use():
        await User.filter(email="someone@example.com").update(is_active=False)
    visitor = federation.visitor()
    answer = await federation.come_back(visitor)
    assert answer.status_code == 403
    assert "This account is closed." in answer.text
    assert not await is_in(visitor)
    (user,) = await users(federation, email="someone@example.com")
    assert (await actions(federation, user))[-1] == "sign_in_failed"
    count("oauth", "attacks on the sign-in with a provider")


async def test_many_at_once_make_one_account(federation: Federation) -> None:
    visitors = [federation.visitor() for _ in range(4)]
    backs = []
    for place, visitor in enumerate(visitors):
        url = (await visitor.client.get(f"{START}/acme")).headers["location"]
        backs.append(federation.acme.sign_in(url, code=f"code-{place}"))
    pairs = zip(visitors, backs, strict=True)
    answers = await asyncio.gather(*(visitor.client.get(back) for visitor, back in pairs))
    assert [each.status_code for each in answers] == [303] * 4
    assert len(await users(federation, password_hash="")) == 1


async def test_two_people_with_one_address_at_once_make_one_account(federation: Federation) -> None:
    visitors, names = [federation.visitor() for _ in range(2)], ("acme", "other")
    pairs = zip(visitors, names, strict=True)
    backs = [await federation.way_back(visitor, name=name) for visitor, name in pairs]
    answers = await asyncio.gather(*(each.client.get(back) for each, back in zip(visitors, backs, strict=True)))
    assert sorted(each.status_code for each in answers) == [303, 409]


async def test_who_is_linked_shows_again_who_they_are_there(federation: Federation) -> None:
    visitor = federation.visitor()
    await federation.come_back(visitor)
    answer = await visitor.client.get(f"{START}/acme")
    assert "prompt=login" in answer.headers["location"]
    stale = await visitor.client.get(federation.acme.sign_in(answer.headers["location"]))
    assert stale.status_code == 503  # Acme does not say when it asked them
    answer = await visitor.client.get(f"{START}/acme?return_to=/device")
    federation.acme.claims = {"auth_time": 1_000_000}
    assert (await visitor.client.get(federation.acme.sign_in(answer.headers["location"]))).status_code == 503
    answer = await visitor.client.get(f"{START}/acme?return_to=/device")
    federation.acme.claims = {
        "auth_time": 10 + int((await users(federation, password_hash=""))[0].created_at.timestamp())
    }
    again = await visitor.client.get(federation.acme.sign_in(answer.headers["location"]))
    assert (again.status_code, again.headers["location"]) == (303, "/device")
