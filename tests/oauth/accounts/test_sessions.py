"""Where somebody is signed in, and API keys."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from support.shop import Shop
from support.visitor import Visitor, csrf_of
from support.visitors import NewUser, SignedIn

pytestmark = pytest.mark.oauth

SESSIONS, KEYS = "/account/sessions", "/account/keys"
ID = re.compile(r'name="id" value="([^"]+)"')
KEY = re.compile(r"tfk_[A-Za-z0-9_-]{43}")


async def test_sessions_are_listed_and_ended_one_by_one(accounts: Shop, new_user: NewUser, signed_in: SignedIn) -> None:
    user = await new_user()
    elsewhere, here = await signed_in(user), await signed_in(user)
    page = await here.see(SESSIONS)
    ids = ID.findall(page.text)
    assert len(ids) == 2
    assert page.text.count("(this one)") == 1
    assert (await here.send(f"{SESSIONS}/end", {"id": ids[1]}, at=SESSIONS)).status_code == 303
    assert not await elsewhere.is_signed_in()
    assert await here.is_signed_in()


async def test_all_others_are_ended_at_once(accounts: Shop, new_user: NewUser, signed_in: SignedIn) -> None:
    user = await new_user()
    others, here = [await signed_in(user) for _ in range(2)], await signed_in(user)
    await here.send(f"{SESSIONS}/end-others", {}, at=SESSIONS)
    assert [await each.is_signed_in() for each in (*others, here)] == [False, False, True]


async def test_sessions_of_others_stay(accounts: Shop, new_user: NewUser, signed_in: SignedIn) -> None:
    ada, eve = await signed_in(await new_user()), await signed_in(await new_user())
    [session_id] = ID.findall((await ada.see(SESSIONS)).text)
    await eve.send(f"{SESSIONS}/end", {"id": session_id}, at=SESSIONS)
    assert await ada.is_signed_in()
    assert (await eve.send(f"{SESSIONS}/end", {"id": "x"}, at=SESSIONS)).status_code == 404


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit Version/18.0 Safari/604.1",
         "Safari on iPhone"),
        ("<script>", "A browser"),
    ],
)  # fmt: skip
async def test_browsers_are_called_what_people_call_them(
    accounts: Shop, new_user: NewUser, agent: str, said: str
) -> None:
    user, visitor = await new_user(), Visitor(accounts.app)
    visitor.client.headers["User-Agent"] = agent
    await visitor.sign_in(user.email, "correct horse battery")
    page = await visitor.see(SESSIONS)
    assert f"<strong>{said}</strong>" in page.text
    assert "<script>" not in page.text


async def test_a_key_is_shown_once_and_does_what_was_ticked(
    accounts: Shop, new_user: NewUser, signed_in: SignedIn
) -> None:
    here = await signed_in(await new_user())
    form = {"name": "till", "days": "30", "access": "some", "scopes": ["orders:read", "products:read"]}
    assert (await here.send(KEYS, form)).headers["location"] == KEYS
    [key] = KEY.findall((await here.see(KEYS)).text)
    page = await here.see(KEYS)
    assert KEY.findall(page.text) == []
    assert "orders:read, products:read" in page.text
    sent = {"X-API-Key": key}
    assert (await accounts.client.get("/api/v1/orders", headers=sent)).status_code == 200
    assert (await accounts.client.get("/api/v1/addresses", headers=sent)).status_code == 403
    [key_id] = ID.findall(page.text)
    await here.send(f"{KEYS}/revoke", {"id": key_id}, at=KEYS)
    assert (await accounts.client.get("/api/v1/orders", headers=sent)).status_code == 401


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["orders:fly"]}, "scopes"),
        ({"scopes": ["openid"]}, "scopes"),
        ({"name": ""}, "name"),
        ({"days": "-1"}, "days"),
        ({"days": "9" * 30}, "days"),
    ],
)
async def test_what_is_wrong_about_a_key(
    accounts: Shop, new_user: NewUser, signed_in: SignedIn, change: dict[str, object], field: str
) -> None:
    here = await signed_in(await new_user())
    form = {"name": "till", "days": "30", "access": "some", "scopes": ["orders:read"]} | change
    answer = await here.send(KEYS, form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "You have none." in answer.text


async def test_keys_of_others_stay(accounts: Shop, new_user: NewUser, signed_in: SignedIn) -> None:
    ada, eve = await signed_in(await new_user()), await signed_in(await new_user())
    await ada.send(KEYS, {"name": "till", "days": "", "access": "all"})
    [key_id] = ID.findall((await ada.see(KEYS)).text)
    for wrong in (key_id, str(uuid4()), "x"):
        assert (await eve.send(f"{KEYS}/revoke", {"id": wrong}, at=KEYS)).status_code == 404
    assert "Everything that you may do" in (await ada.see(KEYS)).text


PAGES = ["/account", SESSIONS, KEYS, "/account/second-factor"]
FORMS = [
    "/account/name", "/account/password", "/account/verify/again", f"{SESSIONS}/end", f"{SESSIONS}/end-others", KEYS,
    f"{KEYS}/revoke", *(f"/account/second-factor/{each}" for each in ("start", "cancel", "confirm", "codes", "off")),
]  # fmt: skip
OPEN_FORMS = ["/account/sign-in", "/account/sign-up", "/account/reset", "/account/reset/new", "/account/verify",
              "/account/sign-in/second-factor", "/account/sign-out"]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
async def test_strangers_are_sent_to_sign_in_and_back(accounts: Shop, path: str) -> None:
    answer = await Visitor(accounts.app).client.get(f"{path}?a=b")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/account/sign-in?return_to=%2Faccount")


@pytest.mark.parametrize("path", FORMS)
async def test_forms_of_an_account_are_for_who_is_signed_in(accounts: Shop, path: str) -> None:
    answer = await Visitor(accounts.app).client.post(path, data={"csrf_token": "x"})
    assert answer.headers["location"].startswith("/account/sign-in")


async def test_a_form_without_its_csrf_token_is_refused(accounts: Shop, new_user: NewUser, signed_in: SignedIn) -> None:
    here, eve, stranger = await signed_in(await new_user()), await signed_in(await new_user()), Visitor(accounts.app)
    foreign = csrf_of(await eve.see("/account"))
    visits = csrf_of(await stranger.see("/account/sign-in"))
    for path in [*FORMS, *OPEN_FORMS]:
        for form in (
            {"a": "b"},
            {"csrf_token": ""},
            {"csrf_token": "é"},
            {"csrf_token": foreign},
            {"csrf_token": visits},
        ):
            assert (await here.client.post(path, data=form)).status_code == 403, path
    for path in OPEN_FORMS:
        for form in ({"a": "b"}, {"csrf_token": foreign}):
            assert (await stranger.client.post(path, data=form)).status_code == 403, path
            assert (await Visitor(accounts.app).client.post(path, data=form)).status_code == 403, path
    assert await here.is_signed_in()


@pytest.mark.parametrize("path", ["/account/sign-in", "/account/sign-up", "/account/reset"])
@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"x=%ff", "application/x-www-form-urlencoded", 400),
        (b"\xff", "application/x-www-form-urlencoded", 400),
        (b"csrf_token=a&csrf_token=b", "application/x-www-form-urlencoded", 400),
        (b"&".join([b"a=b"] * 501), "application/x-www-form-urlencoded", 400),
        (b"a=" + b"b" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"{}", "application/json", 415),
        (b"", "", 415),
    ],
)
async def test_what_is_no_form(accounts: Shop, path: str, body: bytes, kind: str, status: int) -> None:
    visitor = Visitor(accounts.app)
    await visitor.see("/account/sign-in")
    answer = await visitor.client.post(path, content=body, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
