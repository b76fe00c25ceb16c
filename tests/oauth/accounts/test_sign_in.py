"""Signing in and out by pages."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from storefront.seed import DEMO_PASSWORD
from support.shop import EMAILS, Shop, opened
from support.visitor import Visitor, csrf_of
from support.visitors import PASSWORD, SECRET, NewUser, SignedIn
from twofold.identity.models import Session, User

pytestmark = pytest.mark.oauth

CUSTOMER = EMAILS["customer"]
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


async def test_signing_in_and_out(accounts: Shop) -> None:
    visitor = Visitor(accounts.app)
    answer = await visitor.sign_in(CUSTOMER, DEMO_PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    cookie = next(each for each in answer.headers.get_list("set-cookie") if each.startswith("twofold="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert (await visitor.client.get("/account/sign-in")).headers["location"] == "/account"
    page = await visitor.see("/account/sign-in?again=1")
    stolen = visitor.client.cookies["twofold"]
    answer = await visitor.client.post("/account/sign-out", data={"csrf_token": csrf_of(page)})
    assert answer.headers["location"] == "/account/sign-in?said=out"
    assert "twofold" not in visitor.client.cookies
    visitor.client.cookies.set("twofold", stolen)
    assert "You are signed out." in (await visitor.see("/account/sign-in?said=out")).text


@pytest.mark.parametrize("email", [CUSTOMER, "nobody@example.com", "\x00", "<b>"])
async def test_a_wrong_password_says_the_same_to_everybody(accounts: Shop, email: str) -> None:
    answer = await Visitor(accounts.app).sign_in(email, "a wrong password")
    assert answer.status_code == 401
    assert "E-mail or password is wrong." in answer.text
    assert "<b>" not in answer.text


@pytest.mark.parametrize("path", ["/account/sign-in", "/account/sign-in?return_to=/account", "/account/sign-in?again"])
async def test_every_page_has_the_headers(accounts: Shop, path: str) -> None:
    page = await Visitor(accounts.app).see(path)
    assert page.headers["content-security-policy"] == CSP
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert '<html lang="en">' in page.text


@pytest.mark.parametrize(
    ("return_to", "goes"),
    [
        ("/account/keys", "/account/keys"),
        ("/oauth/authorize?a=b&c=%2F%2F", "/oauth/authorize?a=b&c=%2F%2F"),
        ("//evil.example", "/account"),
        ("/\\evil.example", "/account"),
        ("/a\\b", "/account"),
        ("\\/evil.example", "/account"),
        ("https://evil.example/", "/account"),
        ("javascript:alert(1)", "/account"),
        ("/\t/evil.example", "/account"),
        ("/\n/evil.example", "/account"),
        ("/a\r\nSet-Cookie: a=b", "/account"),
        (" //evil.example", "/account"),
        ("/é", "/account"),
        ("/" + "a" * 30_000, "/account"),
        ("account", "/account"),
        ("", "/account"),
    ],
)
async def test_signing_in_leads_to_no_other_place(accounts: Shop, return_to: str, goes: str) -> None:
    visitor = Visitor(accounts.app)
    page = await visitor.client.get("/account/sign-in", params={"return_to": return_to})
    form = {"csrf_token": csrf_of(page), "email": CUSTOMER, "password": DEMO_PASSWORD, "return_to": return_to}
    answer = await visitor.client.post("/account/sign-in", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, goes)
    answer = await visitor.client.get("/account/sign-in", params={"return_to": return_to})
    assert (answer.status_code, answer.headers["location"]) == (303, goes)


async def test_a_cookie_from_before_is_never_signed_in(accounts: Shop) -> None:
    visitor, planted = Visitor(accounts.app), "tfs_" + "a" * 43
    visitor.client.cookies.set("twofold", planted, domain="shop.local", path="/")
    await visitor.sign_in(CUSTOMER, DEMO_PASSWORD)
    cookies = {each.value for each in visitor.client.cookies.jar if each.name == "twofold"}
    assert len(cookies - {planted}) == 1
    other = Visitor(accounts.app)
    other.client.cookies.set("twofold", planted)
    assert not await other.is_signed_in()


async def test_the_cookie_from_before_is_void_on_the_api_too(
    accounts: Shop, new_user: NewUser, signed_in: SignedIn
) -> None:
    """It is at once, although who it stood for was remembered a moment ago."""
    user, other = await new_user(), await new_user()
    for then in (user, other):
        visitor = await signed_in(user)
        stolen = {"Cookie": f"twofold={visitor.client.cookies['twofold']}"}
        assert (await accounts.client.get("/api/v1/orders", headers=stolen)).status_code == 200
        form = {"email": then.email, "password": PASSWORD}
        answer = await visitor.send("/account/sign-in", form, at="/account/sign-in?again=1")
        assert answer.status_code == 303
        assert (await accounts.client.get("/api/v1/orders", headers=stolen)).status_code == 401


async def test_signing_in_again_keeps_the_session_under_a_new_cookie(
    accounts: Shop, new_user: NewUser, signed_in: SignedIn
) -> None:
    user = await new_user()
    visitor = await signed_in(user)
    old = visitor.client.cookies["twofold"]
    form = {"email": user.email, "password": PASSWORD}
    await visitor.send("/account/sign-in", form, at="/account/sign-in?again=1")
    assert visitor.client.cookies["twofold"] != old
    with accounts.engine.database.use():
        assert await Session.filter(user_id=user.id).count() == 1
    thief = Visitor(accounts.app)
    thief.client.cookies.set("twofold", old)
    assert not await thief.is_signed_in()


async def test_signing_in_as_somebody_else_ends_the_session_before(
    accounts: Shop, new_user: NewUser, signed_in: SignedIn
) -> None:
    ada, eve = await new_user(), await new_user()
    visitor = await signed_in(ada)
    form = {"email": eve.email, "password": PASSWORD}
    await visitor.send("/account/sign-in", form, at="/account/sign-in?again=1")
    assert eve.email in (await visitor.see("/account")).text
    with accounts.engine.database.use():
        assert (await Session.get(user_id=ada.id)).revoked_at is not None


async def test_a_disabled_user_is_signed_out(accounts: Shop, new_user: NewUser, signed_in: SignedIn) -> None:
    user = await new_user()
    visitor = await signed_in(user)
    with accounts.engine.database.use():
        await User.filter(id=user.id).update(is_active=False)
    assert not await visitor.is_signed_in()
    assert (await visitor.sign_in(user.email, PASSWORD)).status_code == 401


async def test_closing_an_account_ends_what_was_held_of_it(
    accounts: Shop, new_user: NewUser, signed_in: SignedIn
) -> None:
    user = await new_user()
    visitor = await signed_in(user)
    for is_active in (False, True):
        await accounts.rest("PATCH", f"/users/{user.id}", {"is_active": is_active}, who="admin")
        assert not await visitor.is_signed_in()
    assert (await visitor.sign_in(user.email, PASSWORD)).status_code == 303


async def test_guesses_are_limited(accounts: Shop, new_user: NewUser) -> None:
    user, visitor = await new_user(), Visitor(accounts.app)
    answers = [await visitor.sign_in(user.email, f"guess number {number}") for number in range(11)]
    assert [each.status_code for each in answers] == [401] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert answers[-1].headers["content-type"].startswith("text/html")


async def test_by_https_cookies_are_of_this_host_alone(shop_url: str, mail_folder: Path) -> None:
    async with opened(shop_url, secret=SECRET, mail_folder=mail_folder, public_url="https://shop") as shop:
        visitor = Visitor(shop.app)
        visitor.client.base_url = httpx.URL("https://shop")
        page = await visitor.see("/account/sign-in")
        assert page.headers["set-cookie"].startswith("__Host-twofold_visit=")
        answer = await visitor.sign_in(CUSTOMER, DEMO_PASSWORD)
        [cookie] = [each for each in answer.headers.get_list("set-cookie") if each.startswith("__Host-twofold=")]
        assert "Secure" in cookie
        assert "Domain" not in cookie


async def test_other_providers_have_a_button(shop_url: str, mail_folder: Path) -> None:
    provider = {"name": "acme", "title": "Acme", "issuer": "https://acme.example", "client_id": "a",
                "client_secret": "b"}  # fmt: skip
    async with opened(shop_url, secret=SECRET, mail_folder=mail_folder, public_url="http://shop",
                      providers=[provider]) as shop:  # fmt: skip
        page = await Visitor(shop.app).see("/account/sign-in?return_to=/a")
    assert 'href="/account/sign-in/with/acme?return_to=%2Fa"' in page.text


async def test_every_step_is_in_the_audit_without_a_secret(
    accounts: Shop, new_user: NewUser, signed_in: SignedIn
) -> None:
    user = await new_user()
    visitor = await signed_in(user)
    await Visitor(accounts.app).sign_in(user.email, "a wrong password")
    form = {"current_password": PASSWORD, "new_password": "another horse battery"}
    await visitor.send("/account/password", form, at="/account")
    await visitor.send("/account/sign-out", {}, at="/account")
    rows = await accounts.engine.database.fetch(
        f"SELECT action, changes FROM audit_entries WHERE row_id = '{user.id}' ORDER BY at"
    )
    assert [row[0] for row in rows] == ["signed_in", "sign_in_failed", "password_changed", "signed_out"]
    assert "password" not in str([row[1] for row in rows])
