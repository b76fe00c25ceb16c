"""One-time passwords and recovery codes."""

from __future__ import annotations

import asyncio
import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from pyotp.totp import TOTP

from support.shop import Shop
from support.visitor import Visitor, csrf_of
from support.visitors import PASSWORD, NewUser, SignedIn
from twofold.identity import second_factor
from twofold.identity.models import RecoveryCode, Session, TotpDevice, User
from twofold.identity.sealed import Sealer
from twofold.settings import Settings

pytestmark = pytest.mark.oauth

PATH = "/account/second-factor"
CHALLENGE = "/account/sign-in/second-factor"
SECRET = re.compile(r"Secret: <code>([A-Z2-7]{32})</code>")
CODES = re.compile(r"<li>((?:[A-Z2-7]{4}-){3}[A-Z2-7]{4})</li>")


async def set_up(browser: Visitor) -> tuple[TOTP, list[str]]:
    """Turns the second factor on, and uses the code of this step up."""
    await browser.send(f"{PATH}/start", {}, at=PATH)
    page = await browser.see(PATH)
    assert "<svg" in page.text
    found = SECRET.search(page.text)
    assert found
    totp = TOTP(found[1])
    answer = await browser.send(f"{PATH}/confirm", {"code": totp.now()}, at=PATH)
    assert answer.status_code == 303, answer.text
    codes = CODES.findall((await browser.see(PATH)).text)
    assert len(set(codes)) == 10
    assert CODES.findall((await browser.see(PATH)).text) == []
    return totp, codes


def next_code(totp: TOTP) -> str:
    """Returns the code of the step to come, which is good already, and still is when that step begins meanwhile."""
    return totp.at(int(time.time()) + 30)


async def challenged(accounts: Shop, user: User) -> Visitor:
    visitor = Visitor(accounts.app)
    answer = await visitor.sign_in(user.email, PASSWORD)
    assert answer.headers["location"] == CHALLENGE
    assert not await visitor.is_signed_in()
    return visitor


async def test_a_code_is_asked_for_after_the_password_and_is_good_once(
    accounts: Shop, new_user: NewUser, signed_in: SignedIn
) -> None:
    user = await new_user()
    totp, _ = await set_up(await signed_in(user))
    visitor = await challenged(accounts, user)
    assert (await visitor.send(CHALLENGE, {"code": "000000"})).status_code == 401
    code = next_code(totp)
    answer = await visitor.send(CHALLENGE, {"code": f"{code[:3]} {code[3:]}"})
    assert answer.headers["location"] == "/account"
    assert await visitor.is_signed_in()
    again = await challenged(accounts, user)
    assert (await again.send(CHALLENGE, {"code": code})).status_code == 401


async def test_it_is_set_up_by_who_showed_lately_who_they_are(
    accounts: Shop, new_user: NewUser, signed_in: SignedIn
) -> None:
    """Whoever has a session only must not shut its owner out, who gets back in by a new password otherwise."""
    user = await new_user()
    browser = await signed_in(user)
    await browser.send(f"{PATH}/start", {}, at=PATH)
    found = SECRET.search((await browser.see(PATH)).text)
    assert found
    with accounts.engine.database.use():
        await Session.filter(user_id=user.id).update(authenticated_at=datetime.now(UTC) - timedelta(minutes=11))
    for step, form in (("confirm", {"code": TOTP(found[1]).now()}), ("start", {})):
        answer = await browser.send(f"{PATH}/{step}", form, at=PATH)
        assert answer.headers["location"] == "/account/sign-in?again=1&return_to=%2Faccount%2Fsecond-factor"
    assert (await Visitor(accounts.app).sign_in(user.email, PASSWORD)).headers["location"] == "/account"


async def test_it_leads_to_where_the_person_wanted_to_go(
    accounts: Shop, new_user: NewUser, signed_in: SignedIn
) -> None:
    user, place = await new_user(), "/oauth/authorize?" + "a" * 6000
    totp, _ = await set_up(await signed_in(user))
    visitor = Visitor(accounts.app)
    form = {"email": user.email, "password": PASSWORD, "return_to": place}
    answer = await visitor.send("/account/sign-in", form)
    assert all(len(each) < 4096 for each in answer.headers.get_list("set-cookie"))
    page = await visitor.see(answer.headers["location"])
    assert f'value="{place}"' in page.text
    form = {"csrf_token": csrf_of(page), "code": next_code(totp), "return_to": place}
    assert (await visitor.client.post(CHALLENGE, data=form)).headers["location"] == place


async def test_of_parallel_uses_of_a_code_one_wins(accounts: Shop, new_user: NewUser, signed_in: SignedIn) -> None:
    user = await new_user()
    totp, _ = await set_up(await signed_in(user))
    visitors = [await challenged(accounts, user) for _ in range(4)]
    tokens = [csrf_of(await each.see(CHALLENGE)) for each in visitors]
    code = next_code(totp)
    answers = await asyncio.gather(
        *(
            each.client.post(CHALLENGE, data={"csrf_token": csrf, "code": code})
            for each, csrf in zip(visitors, tokens, strict=True)
        )
    )
    assert sorted(each.status_code for each in answers) == [303, 401, 401, 401]


async def test_a_recovery_code_opens_the_account_once(accounts: Shop, new_user: NewUser, signed_in: SignedIn) -> None:
    user = await new_user()
    _, codes = await set_up(await signed_in(user))
    visitor = await challenged(accounts, user)
    assert (await visitor.send(CHALLENGE, {"code": codes[0].lower()})).headers["location"] == "/account"
    again = await challenged(accounts, user)
    assert (await again.send(CHALLENGE, {"code": codes[0]})).status_code == 401
    assert "9 recovery codes left" in (await visitor.see(PATH)).text


async def test_the_api_asks_for_the_second_factor_too(accounts: Shop, new_user: NewUser, signed_in: SignedIn) -> None:
    user = await new_user()
    totp, _ = await set_up(await signed_in(user))
    account = {"email": user.email, "password": PASSWORD}
    refused = await accounts.client.post("/auth/login", json=account)
    assert refused.status_code == 401
    assert "`totp`" in refused.json()["hint"]
    wrong = await accounts.client.post("/auth/login", json={**account, "totp": "000000"})
    assert wrong.status_code == 401
    right = {**account, "totp": next_code(totp)}
    assert (await accounts.client.post("/auth/login", json=right)).status_code == 200
    assert (await accounts.client.post("/auth/login", json=right)).status_code == 401


async def test_wrong_codes_are_in_the_audit_whichever_way_they_come(
    accounts: Shop, new_user: NewUser, signed_in: SignedIn
) -> None:
    user = await new_user()
    await set_up(await signed_in(user))
    visitor = await challenged(accounts, user)
    await visitor.send(CHALLENGE, {"code": "000000"})
    account = {"email": user.email, "password": PASSWORD}
    await accounts.client.post("/auth/login", json={**account, "totp": "000000"})
    rows = await accounts.engine.database.fetch(
        f"SELECT face FROM audit_entries WHERE row_id = '{user.id}' AND action = 'second_factor_refused' ORDER BY at"
    )
    assert [row[0] for row in rows] == ["pages", "rest"]


async def test_a_new_password_voids_the_step_between(accounts: Shop, new_user: NewUser, signed_in: SignedIn) -> None:
    user = await new_user()
    totp, _ = await set_up(await signed_in(user))
    visitor = await challenged(accounts, user)
    page = await visitor.see(CHALLENGE)
    with accounts.engine.database.use():
        await User.filter(id=user.id).update(password_hash="another")
    answer = await visitor.client.post(CHALLENGE, data={"csrf_token": csrf_of(page), "code": next_code(totp)})
    assert answer.headers["location"] == "/account/sign-in?said=again"
    assert not await visitor.is_signed_in()


@pytest.mark.parametrize("cookie", ["", "x", "é", "gAAAAA"])
async def test_without_the_password_there_is_no_second_step(accounts: Shop, cookie: str) -> None:
    headers = {b"Cookie": f"twofold_challenge={cookie}".encode()}
    answer = await Visitor(accounts.app).client.get(CHALLENGE, headers=headers)
    assert answer.headers["location"] == "/account/sign-in?said=again"


async def test_guesses_are_limited(accounts: Shop, new_user: NewUser, signed_in: SignedIn) -> None:
    user = await new_user()
    await set_up(await signed_in(user))
    visitor = await challenged(accounts, user)
    statuses = [(await visitor.send(CHALLENGE, {"code": f"{n:06}"})).status_code for n in range(6)]
    assert statuses[-1] == 429
    assert statuses[0] == 401


async def test_a_wrong_first_code_turns_nothing_on(accounts: Shop, new_user: NewUser, signed_in: SignedIn) -> None:
    user = await new_user()
    browser = await signed_in(user)
    await browser.send(f"{PATH}/start", {}, at=PATH)
    for code in ("000000", "", "x" * 40, "١٢٣٤٥٦"):
        answer = await browser.send(f"{PATH}/confirm", {"code": code}, at=PATH)
        assert answer.status_code == 422
    assert (await Visitor(accounts.app).sign_in(user.email, PASSWORD)).headers["location"] == "/account"
    assert (await browser.send(f"{PATH}/cancel", {}, at=PATH)).status_code == 303
    assert (await browser.send(f"{PATH}/confirm", {"code": "000000"}, at=PATH)).status_code == 404


@pytest.mark.parametrize("by_code", [False, True])
async def test_turning_it_off_takes_the_password_or_a_code(
    accounts: Shop, new_user: NewUser, signed_in: SignedIn, by_code: bool
) -> None:
    user = await new_user()
    browser = await signed_in(user)
    totp, _ = await set_up(browser)
    assert (await browser.send(f"{PATH}/off", {"proof": "wrong"}, at=PATH)).status_code == 422
    proof = next_code(totp) if by_code else PASSWORD
    assert (await browser.send(f"{PATH}/off", {"proof": proof}, at=PATH)).status_code == 303
    assert (await Visitor(accounts.app).sign_in(user.email, PASSWORD)).headers["location"] == "/account"
    with accounts.engine.database.use():
        assert not await RecoveryCode.filter(user_id=user.id).exists()


async def test_new_recovery_codes_void_the_old_ones(accounts: Shop, new_user: NewUser, signed_in: SignedIn) -> None:
    user = await new_user()
    browser = await signed_in(user)
    _, old = await set_up(browser)
    assert (await browser.send(f"{PATH}/codes", {"proof": PASSWORD}, at=PATH)).status_code == 303
    new = CODES.findall((await browser.see(PATH)).text)
    assert len(new) == 10
    assert not set(new) & set(old)
    visitor = await challenged(accounts, user)
    assert (await visitor.send(CHALLENGE, {"code": old[0]})).status_code == 401
    assert (await visitor.send(CHALLENGE, {"code": new[0]})).status_code == 303


async def test_a_second_one_cannot_replace_the_first(accounts: Shop, new_user: NewUser, signed_in: SignedIn) -> None:
    user = await new_user()
    browser = await signed_in(user)
    await set_up(browser)
    assert (await browser.send(f"{PATH}/start", {}, at=PATH)).status_code == 409


async def test_secrets_are_sealed_and_codes_hashed(accounts: Shop, new_user: NewUser, signed_in: SignedIn) -> None:
    user = await new_user()
    totp, codes = await set_up(await signed_in(user))
    with accounts.engine.database.use():
        device = await TotpDevice.get(user_id=user.id)
        hashes = await RecoveryCode.filter(user_id=user.id).values_list("code_hash", flat=True)
    assert totp.secret not in device.sealed_secret
    assert not {each.replace("-", "") for each in codes} & {str(each) for each in hashes}
    assert totp.secret not in repr(await second_factor.setting_up(accounts.engine.identity, user))


async def test_under_another_secret_it_cannot_be_checked_and_the_log_says_why(
    accounts: Shop, new_user: NewUser, signed_in: SignedIn, caplog: pytest.LogCaptureFixture
) -> None:
    user = await new_user()
    totp, _ = await set_up(await signed_in(user))
    other = Sealer(Settings(secret=SecretStr("another secret that seals other things")))
    with accounts.engine.database.use():
        await TotpDevice.filter(user_id=user.id).update(sealed_secret=other.seal("totp", "A" * 32))
    visitor = await challenged(accounts, user)
    assert (await visitor.send(CHALLENGE, {"code": next_code(totp)})).status_code == 503
    assert "TWOFOLD_SECRET" in caplog.text
