"""A second copy of our own server as the provider: in this process, and as processes over both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from pyotp.totp import TOTP

from storefront.seed import DEMO_PASSWORD
from support.authority import authority, new_client
from support.figures import count
from support.people import Page, Person
from support.providers import START, Federation
from support.server import free_port
from support.shop import EMAILS
from support.visitor import Visitor
from support.visitors import SECRET
from twofold.identity import second_factor
from twofold.identity.identity import From
from twofold.identity.models import ExternalIdentity, Session, User
from twofold.identity.oauth.models import Consent

pytestmark = pytest.mark.oauth

NEWCOMER = "newcomer@example.net"
VERIFIED = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def newcomer(federation: Federation) -> None:
    """A customer of the copy whose address nobody has at the shop, and who has allowed nothing yet."""
    with federation.copy.engine.database.use():
        theirs = User.filter(email__in=[EMAILS["customer"], NEWCOMER])
        await theirs.update(email=NEWCOMER, email_verified_at=VERIFIED)
        await Consent.all().delete()


async def back_from_copy(federation: Federation, visitor: Visitor, path: str = f"{START}/copy", *, post: bool = False
                         ) -> httpx.Response:  # fmt: skip
    """Returns the shop's answer to somebody who signed in at the copy as the newcomer, and allowed it."""
    answer = await visitor.send(path, {}) if post else await visitor.client.get(path)
    async with federation.person_at_copy(NEWCOMER) as person:
        back = urlsplit(await person.allow(answer.headers["location"]))
    return await visitor.client.get(f"{back.path}?{back.query}")


async def test_newcomer(federation: Federation) -> None:
    visitor = federation.visitor()
    answer = await back_from_copy(federation, visitor)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    with federation.shop.engine.database.use():
        made = await User.get(email=NEWCOMER)
        external = await ExternalIdentity.get(user_id=made.id)
    with federation.copy.engine.database.use():
        there = await User.get(email=NEWCOMER)
    assert (external.issuer, external.subject) == (federation.copy.engine.settings.public_url, str(there.id))
    assert made.name == there.name
    again = await back_from_copy(federation, visitor, f"{START}/copy?return_to=/device")
    assert again.headers["location"] == "/device"  # the copy says when it asked them (auth_time)
    count("oauth", "sign-ins with a copy of the server", 2)


async def test_address_that_the_copy_has_not_verified(federation: Federation) -> None:
    with federation.copy.engine.database.use():
        await User.filter(email=NEWCOMER).update(email_verified_at=None)
    assert (await back_from_copy(federation, federation.visitor())).status_code == 403


async def test_denied_there(federation: Federation) -> None:
    visitor = federation.visitor()
    answer = await visitor.client.get(f"{START}/copy")
    async with federation.person_at_copy(NEWCOMER) as person:
        back = urlsplit(await person.deny(answer.headers["location"]))
    ended = await visitor.client.get(f"{back.path}?{back.query}")
    assert ended.status_code == 403
    assert "You did not sign in at Copy" in ended.text


async def test_our_second_factor_is_asked_for_too(federation: Federation) -> None:
    identity = federation.shop.engine.identity
    await back_from_copy(federation, federation.visitor())
    with identity.database.use():
        user = await User.get(email=NEWCOMER)
    await second_factor.start_set_up(identity, user.id)
    set_up = await second_factor.setting_up(identity, user)
    assert set_up is not None
    codes = await second_factor.confirm(identity, user, TOTP(set_up.secret).now(), From())
    visitor = federation.visitor()
    answer = await back_from_copy(federation, visitor, f"{START}/copy?return_to=/device")
    assert answer.headers["location"] == "/account/sign-in/second-factor?return_to=%2Fdevice"
    assert (await visitor.client.get("/account/providers")).status_code == 303
    answer = await visitor.send("/account/sign-in/second-factor", {"code": codes[0], "return_to": "/device"})
    assert answer.headers["location"] == "/device"
    with identity.database.use():
        session = await Session.filter(user_id=user.id).order_by("-created_at").first()
    assert session is not None
    assert session.methods[0] == "fed"
    assert len(session.methods) > 1


async def test_linking_with_the_copy(federation: Federation) -> None:
    with federation.shop.engine.database.use():
        await User.filter(email=EMAILS["admin"]).update(email_verified_at=VERIFIED)
    visitor = federation.visitor()
    await visitor.sign_in(EMAILS["admin"], DEMO_PASSWORD)
    answer = await back_from_copy(federation, visitor, post=True)
    assert answer.headers["location"] == "/account/providers?said=linked"
    later = federation.visitor()
    await back_from_copy(federation, later)
    assert EMAILS["admin"] in (await later.see("/account/sign-in?again=1")).text


async def test_started_processes(both_urls: tuple[str, str], tmp_path: Path) -> None:
    ours, theirs = both_urls
    (tmp_path / "ours").mkdir()
    (tmp_path / "theirs").mkdir()
    port = free_port()
    async with authority(theirs, tmp_path / "theirs", 1, TWOFOLD_SECRET=SECRET) as copy:
        with copy.database.use():
            await User.filter(email=EMAILS["admin"]).update(email="admin@example.net", email_verified_at=VERIFIED)
        callback = f"http://127.0.0.1:{port}{START}/copy/callback"
        known = await new_client(copy.database, "The shop", owner="admin@example.net", redirect_uris=[callback])
        setting = (
            f'[{{"name": "copy", "title": "Copy", "issuer": "{copy.issuer}", "client_id": "{known.client_id}",'
            f' "client_secret": "{known.secret}"}}]'
        )
        settings = {"TWOFOLD_SECRET": SECRET, "TWOFOLD_PROVIDERS": setting}
        async with authority(ours, tmp_path / "ours", 1, port=port, **settings) as shop:
            await _signs_in(shop.issuer, copy.issuer)
            with shop.database.use():
                assert await ExternalIdentity.filter(issuer=copy.issuer).count() == 1
            said = "".join(each.said for each in (*shop.workers, *copy.workers))
    assert known.secret is not None
    assert known.secret not in said
    count("oauth", "sign-ins with a copy of the server", 2)


async def _signs_in(ours: str, theirs: str) -> None:
    """Signs somebody in at the shop by the copy, and once more from another browser."""
    for _ in range(2):
        async with (
            httpx.AsyncClient(base_url=ours, timeout=30) as here,
            httpx.AsyncClient(base_url=theirs, timeout=30) as there,
        ):
            us, them = Person(here, ""), Person(there, "admin@example.net")
            page: Page = await us.open("/account/sign-in?return_to=/account/providers")
            assert f"{START}/copy?return_to=%2Faccount%2Fproviders" in page.html
            away = await us.open(f"{START}/copy?return_to=/account/providers")
            back = await us.open(await them.allow(away.left))
            assert (back.status, urlsplit(back.url).path) == (200, "/account/providers"), back.text
            assert "Unlink Copy" in back.text
