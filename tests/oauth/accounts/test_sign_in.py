"""Signing in and out by pages."""

from __future__ import annotations

import pytest

from storefront.seed import DEMO_PASSWORD
from support.shop import EMAILS, Shop
from support.visitor import Visitor, csrf_of

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
