"""Signing up, confirming an address, and new passwords."""

from __future__ import annotations

import asyncio
import logging
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.authority import new_client
from support.shop import Shop
from support.visitor import Visitor, csrf_of, letters_to, token_of
from support.visitors import PASSWORD, NewUser, SignedIn
from twofold.identity.identity import From
from twofold.identity.models import AccessToken, ApiKey, User
from twofold.identity.oauth.models import Client, Grant
from twofold.identity.own_keys import create_own_key

pytestmark = pytest.mark.oauth

NEW = "another horse battery"


def modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}


async def test_who_signs_up_gets_a_link_that_confirms_the_address_once(accounts: Shop, mail_folder: Path) -> None:
    visitor, email = Visitor(accounts.app), "new@example.com"
    answer = await visitor.send("/account/sign-up", {"name": "New", "email": email, "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/sign-in?said=letter")
    [letter] = letters_to(mail_folder, email)
    link = f"/account/verify?token={token_of(letter)}"
    assert f"http://shop{link}" in letter.get_payload()
    assert email in (await visitor.see(link)).text
    answer = await visitor.send("/account/verify", {"token": token_of(letter)}, at=link)
    assert answer.headers["location"] == "/account/sign-in?said=verified"
    await visitor.see(link, 404)
    with accounts.engine.database.use():
        assert (await User.get(email=email)).email_verified_at is not None
    assert (await visitor.sign_in(email, PASSWORD)).status_code == 303


async def test_looking_at_a_link_confirms_nothing(accounts: Shop, mail_folder: Path) -> None:
    visitor, email = Visitor(accounts.app), "scanned@example.com"
    await visitor.send("/account/sign-up", {"name": "New", "email": email, "password": PASSWORD})
    [letter] = letters_to(mail_folder, email)
    for _ in range(3):
        await visitor.see(f"/account/verify?token={token_of(letter)}")
    with accounts.engine.database.use():
        assert (await User.get(email=email)).email_verified_at is None


async def test_a_known_address_is_answered_as_a_new_one_is(
    accounts: Shop, new_user: NewUser, mail_folder: Path
) -> None:
    user = await new_user()
    form = {"name": "Eve", "password": NEW}
    known = await Visitor(accounts.app).send("/account/sign-up", {**form, "email": user.email.upper()})
    fresh = await Visitor(accounts.app).send("/account/sign-up", {**form, "email": f"not-{user.email}"})
    assert (known.status_code, known.text) == (fresh.status_code, fresh.text)
    assert known.headers["location"] == fresh.headers["location"]
    [letter] = letters_to(mail_folder, user.email)
    assert letter["Subject"] == "You have an account already"
    assert "token=" not in letter.get_payload()
    assert (await Visitor(accounts.app).sign_in(user.email, NEW)).status_code == 401


async def test_what_is_wrong_in_a_sign_up_stands_beside_its_field(accounts: Shop) -> None:
    answer = await Visitor(accounts.app).send("/account/sign-up", {"name": "<b>", "email": "x", "password": "short"})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    for name in ("email", "password"):
        assert f'id="{name}-error"' in answer.text
    assert "<b>" not in answer.text
    assert "short" not in answer.text


async def test_a_reset_ends_everything_but_api_keys(
    accounts: Shop, new_user: NewUser, signed_in: SignedIn, mail_folder: Path
) -> None:
    user, identity = await new_user(), accounts.engine.identity
    with accounts.engine.database.use():
        await User.filter(id=user.id).update(email_verified_at=datetime.now(UTC))
    browser, stranger = await signed_in(user), Visitor(accounts.app)
    login = await accounts.client.post("/auth/login", json={"email": user.email, "password": PASSWORD})
    token = {"Authorization": f"Bearer {login.json()['access_token']}"}
    key = await create_own_key(identity, user.id, "till", [], None, From())
    with accounts.engine.database.use():
        client = await Client.create(name="App", auth_method="none")
        grant = await Grant.create(user=user, client=client, authenticated_at=datetime.now(UTC))
    await stranger.send("/account/reset", {"email": user.email})
    [letter] = letters_to(mail_folder, user.email)
    link = f"/account/reset/new?token={token_of(letter)}"
    answer = await stranger.send("/account/reset/new", {"token": token_of(letter), "new_password": NEW}, at=link)
    assert answer.headers["location"] == "/account/sign-in?said=reset"
    assert not await browser.is_signed_in()
    assert (await accounts.client.get("/api/v1/orders", headers=token)).status_code == 401
    assert (await accounts.client.get("/api/v1/orders", headers={"X-API-Key": key.key})).status_code == 200
    with accounts.engine.database.use():
        assert (await Grant.get(id=grant.id)).revoked_at is not None
        assert not await AccessToken.filter(user_id=user.id, revoked_at__isnull=True).exists()
    assert letters_to(mail_folder, user.email)[-1]["Subject"] == "Your password was changed"
    assert (await Visitor(accounts.app).sign_in(user.email, PASSWORD)).status_code == 401
    assert (await Visitor(accounts.app).sign_in(user.email, NEW)).status_code == 303
    await stranger.see(link, 404)


async def test_who_first_shows_that_an_address_is_theirs_ends_what_a_stranger_made(
    accounts: Shop, new_user: NewUser, mail_folder: Path
) -> None:
    user = await new_user()
    await create_own_key(accounts.engine.identity, user.id, "left behind", [], None, From())
    app = await new_client(accounts.engine.database, "Left behind", owner=user.email)
    acts = {"grant_type": "client_credentials", "client_id": app.client_id, "client_secret": app.secret}
    assert (await accounts.client.post("/oauth/token", data=acts)).status_code == 200
    visitor = Visitor(accounts.app)
    await visitor.send("/account/reset", {"email": user.email})
    token = token_of(letters_to(mail_folder, user.email)[0])
    form = {"token": token, "new_password": NEW}
    await visitor.send("/account/reset/new", form, at=f"/account/reset/new?token={token}")
    with accounts.engine.database.use():
        assert not await ApiKey.filter(user_id=user.id, revoked_at__isnull=True).exists()
        assert (await User.get(id=user.id)).email_verified_at is not None
    assert (await accounts.client.post("/oauth/token", data=acts)).status_code == 401


async def test_a_reset_is_answered_alike_whoever_asks_and_writes_to_users_only(
    accounts: Shop, new_user: NewUser, mail_folder: Path
) -> None:
    user, closed = await new_user(), await new_user()
    with accounts.engine.database.use():
        await User.filter(id=closed.id).update(is_active=False)
    answers = [
        await Visitor(accounts.app).send("/account/reset", {"email": email})
        for email in (user.email, closed.email, "nobody@example.com")
    ]
    assert len({(each.status_code, each.text, each.headers["location"]) for each in answers}) == 1
    written = [len(letters_to(mail_folder, each)) for each in (user.email, closed.email, "nobody@example.com")]
    assert written == [1, 0, 0]


async def test_of_parallel_resets_with_one_link_one_wins(accounts: Shop, new_user: NewUser, mail_folder: Path) -> None:
    user, visitor = await new_user(), Visitor(accounts.app)
    await visitor.send("/account/reset", {"email": user.email})
    token = token_of(letters_to(mail_folder, user.email)[0])
    csrf = csrf_of(await visitor.see(f"/account/reset/new?token={token}"))
    answers = await asyncio.gather(
        *(
            visitor.client.post(
                "/account/reset/new", data={"csrf_token": csrf, "token": token, "new_password": f"{NEW} {number}"}
            )
            for number in range(6)
        )
    )
    assert sorted(each.status_code for each in answers) == [303, *[404] * 5]


@pytest.mark.parametrize("change", [{"email": "moved@example.com"}, {"is_active": False}])
async def test_a_link_is_for_the_address_that_it_was_sent_to(
    accounts: Shop, new_user: NewUser, mail_folder: Path, change: dict[str, object]
) -> None:
    user, visitor = await new_user(), Visitor(accounts.app)
    await visitor.send("/account/reset", {"email": user.email})
    token = token_of(letters_to(mail_folder, user.email)[0])
    csrf = csrf_of(await visitor.see(f"/account/reset/new?token={token}"))
    with accounts.engine.database.use():
        await User.filter(id=user.id).update(**change)
    await visitor.see(f"/account/reset/new?token={token}", 404)
    form = {"csrf_token": csrf, "token": token, "new_password": NEW}
    assert (await visitor.client.post("/account/reset/new", data=form)).status_code == 404
    with accounts.engine.database.use():
        await User.filter(id=user.id).update(email=f"{user.id}@example.com")


@pytest.mark.parametrize("token", ["", "x", "tfe_", "\x00", "tft_" + "a" * 43, "tfe_" + "a" * 43, "é"])
@pytest.mark.parametrize("path", ["/account/verify", "/account/reset/new"])
async def test_what_is_no_link_leads_nowhere(accounts: Shop, path: str, token: str) -> None:
    visitor = Visitor(accounts.app)
    page = await visitor.client.get(path, params={"token": token})
    assert page.status_code == 404
    csrf = csrf_of(await visitor.see("/account/sign-in"))
    form = {"csrf_token": csrf, "token": token, "new_password": NEW}
    assert (await visitor.client.post(path, data=form)).status_code == 404


async def test_an_older_link_is_void_once_there_is_a_newer_one(
    accounts: Shop, new_user: NewUser, mail_folder: Path
) -> None:
    user, visitor = await new_user(), Visitor(accounts.app)
    for _ in range(2):
        await visitor.send("/account/reset", {"email": user.email})
    first, second = (token_of(each) for each in letters_to(mail_folder, user.email))
    await visitor.see(f"/account/reset/new?token={first}", 404)
    await visitor.see(f"/account/reset/new?token={second}")


async def test_a_changed_password_ends_the_other_sessions(
    accounts: Shop, new_user: NewUser, signed_in: SignedIn, mail_folder: Path
) -> None:
    user = await new_user()
    here, elsewhere = await signed_in(user), await signed_in(user)
    form = {"current_password": PASSWORD, "new_password": NEW}
    answer = await here.send("/account/password", form, at="/account")
    assert answer.headers["location"] == "/account?said=password"
    assert await here.is_signed_in()
    assert not await elsewhere.is_signed_in()
    assert [each["Subject"] for each in letters_to(mail_folder, user.email)] == ["Your password was changed"]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"current_password": "wrong", "new_password": NEW}, "current_password"),
        ({"current_password": PASSWORD, "new_password": "short"}, "new_password"),
    ],
)
async def test_what_is_wrong_about_a_new_password(
    accounts: Shop, new_user: NewUser, signed_in: SignedIn, form: dict[str, str], field: str
) -> None:
    here = await signed_in(await new_user())
    answer = await here.send("/account/password", form, at="/account")
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


async def test_of_parallel_changes_one_wins(accounts: Shop, new_user: NewUser, signed_in: SignedIn) -> None:
    user = await new_user()
    browsers = [await signed_in(user) for _ in range(3)]
    tokens = [csrf_of(await each.see("/account")) for each in browsers]
    answers = await asyncio.gather(
        *(
            each.client.post(
                "/account/password",
                data={"csrf_token": csrf, "current_password": PASSWORD, "new_password": f"{NEW} {number}"},
            )
            for number, (each, csrf) in enumerate(zip(browsers, tokens, strict=True))
        )
    )
    assert sum(each.headers.get("location") == "/account?said=password" for each in answers) == 1


async def test_a_name_is_changed(accounts: Shop, new_user: NewUser, signed_in: SignedIn) -> None:
    user = await new_user()
    here = await signed_in(user)
    assert (await here.send("/account/name", {"name": " Grace "}, at="/account")).status_code == 303
    with accounts.engine.database.use():
        assert (await User.get(id=user.id)).version == user.version + 1
    assert 'value="Grace"' in (await here.see("/account")).text
    assert (await here.send("/account/name", {"name": "\n"}, at="/account")).status_code == 422


async def test_mail_is_for_its_owner_and_logs_hold_no_link(
    accounts: Shop, new_user: NewUser, mail_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    user = await new_user()
    with caplog.at_level(logging.DEBUG):
        await Visitor(accounts.app).send("/account/reset", {"email": user.email})
    assert modes(mail_folder) == {0o600}
    assert modes(mail_folder.parent) == {0o700}
    assert f"mail for {user.email} is in {mail_folder}" in caplog.text
    assert token_of(letters_to(mail_folder, user.email)[0]) not in caplog.text
    assert "tfe_" not in "\n".join(each.getMessage() for each in caplog.records if each.name.startswith("twofold"))


async def test_a_mail_that_cannot_be_sent_changes_no_answer(
    accounts: Shop, new_user: NewUser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        async def send(self, message: object) -> None:
            raise ConnectionRefusedError(str(message))

    monkeypatch.setattr(accounts.engine.identity, "mailer", Broken())
    user = await new_user()
    answer = await Visitor(accounts.app).send("/account/reset", {"email": user.email})
    assert answer.headers["location"] == "/account/reset?said=letter"
    assert f"mail for {user.email} was not sent: ConnectionRefusedError" in caplog.text
    assert "tfe_" not in caplog.text
