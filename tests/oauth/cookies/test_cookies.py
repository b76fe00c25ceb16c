"""A browser's session on both faces: the same person as by a token, and changes only with the CSRF token."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from support.shop import EMAILS, Shop, opened
from support.statements import recorded
from twofold.identity.identity import From
from twofold.identity.models import Session, User
from twofold.identity.sessions import csrf_token, end_session, start_session
from twofold.identity.tokens import hash_of, new_secret

pytestmark = pytest.mark.oauth

QUERY = {"query": "{ orders { totalCount } }"}


async def signed_in(shop: Shop, who: str = "customer") -> str:
    """Returns the cookie of a new session."""
    with shop.engine.database.use():
        user = await User.get(email=EMAILS[who])
    return (await start_session(shop.engine.identity, user, ["pwd"], From(face="pages"))).cookie


def sent(cookie: str, *, csrf: str | None = None, name: str = "twofold", **more: str) -> dict[str, str]:
    token = {} if csrf is None else {"X-CSRF-Token": csrf}
    return {"Cookie": f"theme=dark; {name}={cookie}; lang=en", **token, **more}


async def asked(shop: Shop, headers: dict[str, str]) -> list[httpx.Response]:
    """A read by each face."""
    return [
        await shop.client.get("/api/v1/orders?page_size=1", headers=headers),
        await shop.client.get("/graphql", params=QUERY, headers=headers),
    ]


async def changed(shop: Shop, headers: dict[str, str]) -> list[httpx.Response]:
    """What may change something, by each face and in each way; the answers to what nothing is wrong with."""
    tag: dict[str, Any] = {"name": f"t{new_secret('code')[-8:].lower()}"}
    batch = {"operations": [{"resource": "tags", "action": "create", "input": {"name": tag["name"] + "b"}}]}
    return [
        await shop.client.post("/api/v1/tags", json=tag, headers=headers),
        await shop.client.post("/api/v1/batch", json=batch, headers=headers),
        await shop.client.post("/graphql", json=QUERY, headers=headers),
    ]


def statuses(answers: list[httpx.Response]) -> list[int]:
    return [each.status_code for each in answers]


async def test_a_cookie_is_the_same_person_as_a_token(shop: Shop) -> None:
    by_cookie = await asked(shop, sent(await signed_in(shop)))
    by_token = await asked(shop, await shop.headers("customer"))
    assert [each.json() for each in by_cookie] == [each.json() for each in by_token]
    assert statuses(by_cookie) == [200, 200]
    assert "errors" not in by_cookie[1].json()


async def test_changes_need_the_csrf_token(shop: Shop) -> None:
    cookie, other = await signed_in(shop, "admin"), await signed_in(shop, "admin")
    for token in (None, "", "x", csrf_token(other), csrf_token(cookie)[:-1]):
        answers = await changed(shop, sent(cookie, csrf=token))
        assert statuses(answers) == [403, 403, 403]
        assert all("GET /auth/session" in each.text for each in answers)
    answers = await changed(shop, sent(cookie, csrf=csrf_token(cookie)))
    assert statuses(answers) == [201, 200, 200]
    assert "errors" not in answers[2].json()


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_every_unsafe_method_does(shop: Shop, method: str) -> None:
    path = "/api/v1/tags/00000000-0000-7000-8000-000000000000"
    body = None if method == "DELETE" else {"name": "x"}
    cookie = await signed_in(shop, "admin")
    assert (await shop.client.request(method, path, headers=sent(cookie), json=body)).status_code == 403
    known = await shop.client.request(method, path, headers=sent(cookie, csrf=csrf_token(cookie)), json=body)
    assert known.status_code == 404


async def test_reading_needs_none(shop: Shop) -> None:
    cookie = await signed_in(shop)
    assert (await shop.client.head("/api/v1/orders", headers=sent(cookie))).status_code == 200


async def test_a_credential_in_a_header_wins(shop: Shop) -> None:
    token = await shop.headers("admin")
    answers = await changed(shop, {**sent(await signed_in(shop)), **token})
    assert statuses(answers) == [201, 200, 200]
    answers = await asked(shop, {**sent(new_secret("session")), **token})
    assert statuses(answers) == [200, 200]


async def test_each_credential_has_its_place(shop: Shop) -> None:
    cookie, token = await signed_in(shop), await shop.sign_in("customer")
    for headers in (
        {"Authorization": f"Bearer {cookie}"},
        {"X-API-Key": cookie},
        sent(token),
        sent(cookie, name="__Host-twofold", Authorization=f"Bearer {cookie}"),
    ):
        assert statuses(await asked(shop, headers)) == [401, 401]


@pytest.mark.parametrize("cookie", ["", "other"])
async def test_other_cookies_say_nothing(shop: Shop, cookie: str) -> None:
    headers = {"Cookie": f"twofold={cookie}" if not cookie else "theme=twofold; twofold_visit=x"}
    answer = await shop.client.get("/api/v1/products?page_size=1", headers=headers)
    assert answer.status_code == 200


async def test_a_session_that_has_ended(shop: Shop) -> None:
    cookie = await signed_in(shop)
    assert statuses(await asked(shop, sent(cookie))) == [200, 200]
    with shop.engine.database.use():
        session = await Session.get(token_hash=hash_of(cookie))
    await end_session(shop.engine.identity, session.id, session.user_id, From())
    for ended in (cookie, new_secret("session"), "nonsense"):
        for answer in await asked(shop, sent(ended)):
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            assert "Sign in again" in answer.text


async def test_a_session_of_who_is_not_active_any_more(shop: Shop) -> None:
    cookie = await signed_in(shop, "moderator")
    assert statuses(await asked(shop, sent(cookie))) == [200, 200]
    with shop.engine.database.use():
        user = await User.get(email=EMAILS["moderator"])
    await shop.rest("PATCH", f"/users/{user.id}", {"is_active": False}, who="admin")
    assert statuses(await asked(shop, sent(cookie))) == [401, 401]


async def test_who_is_signed_in(shop: Shop) -> None:
    cookie = await signed_in(shop)
    answer = await shop.client.get("/auth/session", headers=sent(cookie))
    said = answer.json()
    assert set(said) == {"signed_in", "user", "csrf_token"}
    assert (said["signed_in"], said["csrf_token"]) == (True, csrf_token(cookie))
    assert set(said["user"]) == {"id", "name", "email", "role"}
    assert (said["user"]["email"], said["user"]["role"]) == (EMAILS["customer"], "customer")
    assert (answer.headers["cache-control"], answer.headers["vary"]) == ("no-store", "Cookie")
    assert cookie not in answer.text


async def test_nobody_is_signed_in(shop: Shop) -> None:
    visitor = await shop.client.get("/auth/session")
    assert (visitor.status_code, visitor.json()) == (200, {"signed_in": False})
    assert "set-cookie" not in visitor.headers
    ended = await shop.client.get("/auth/session", headers=sent(new_secret("session")))
    assert (ended.status_code, ended.json()) == (200, {"signed_in": False})
    assert "Max-Age=0" in ended.headers["set-cookie"]


async def test_signing_out(shop: Shop) -> None:
    cookie = await signed_in(shop)
    assert (await shop.client.post("/auth/logout", headers=sent(cookie))).status_code == 403
    left = await shop.client.post("/auth/logout", headers=sent(cookie, csrf=csrf_token(cookie)))
    assert left.status_code == 204
    assert left.headers["set-cookie"].startswith('twofold=""; expires=')
    assert statuses(await asked(shop, sent(cookie))) == [401, 401]
    with shop.engine.database.use():
        revoked_at = (await Session.get(token_hash=hash_of(cookie))).revoked_at
    assert revoked_at is not None
    assert revoked_at <= datetime.now(UTC)


@pytest.fixture(scope="module")
async def secure(shop_url: str) -> AsyncIterator[Shop]:
    """The shop at an https URL, which remembers."""
    async with opened(shop_url, public_url="https://shop.example", credential_memory_s=60) as shop:
        yield shop


async def test_on_https_the_cookie_is_of_this_host_only(secure: Shop) -> None:
    cookie = await signed_in(secure)
    assert statuses(await asked(secure, sent(cookie, name="__Host-twofold"))) == [200, 200]
    assert statuses(await asked(secure, sent(cookie))) == [401, 200]  # a visitor, whom GraphQL answers in the body
    ended = await secure.client.get("/auth/session", headers=sent(new_secret("session"), name="__Host-twofold"))
    assert ended.headers["set-cookie"].startswith('__Host-twofold=""; ')
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(ended.headers["set-cookie"].split("; "))


async def test_a_remembered_cookie_costs_no_statement(secure: Shop) -> None:
    headers = sent(await signed_in(secure), name="__Host-twofold")
    for size, expected in ((1, 2), (2, 1)):  # each is another question, so that nothing is kept of it
        asked = f"/api/v1/orders?page_size={size}&include=lines.product"
        with recorded() as statements:
            answer = await secure.client.get(asked, headers=headers)
        assert answer.status_code == 200
        assert len(statements) == expected, statements
