"""No secret is kept as it is: not in the database, not in its file, and not in what the processes log (25 and 37)."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import asyncpg
import httpx
import pytest
from pyotp.totp import TOTP

from storefront.seed import DEMO_PASSWORD
from support.authority import CALLBACK, SCOPES, WAIT_S, Authority, Registered, authority
from support.figures import count
from support.flows import DEVICE_GRANT, code_of, form_of, tokens_of
from support.people import Page, Person
from support.shop import EMAILS
from twofold.identity.oauth.models import Client, SigningKey
from twofold.identity.oauth.signing import PURPOSE
from twofold.identity.sealed import Sealer
from twofold.settings import Settings

pytestmark = pytest.mark.oauth

OURS = re.compile(r"tf([tksrcdxep])_[A-Za-z0-9_-]{43}")
JWT = re.compile(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
PRIVATE = re.compile(r'["\\]+d["\\]+\s*:|-----BEGIN [A-Z ]*PRIVATE KEY')
"""A member of a private JWK, however dumps write quotes, or a key in PEM."""
RECOVERY = re.compile(r"\b(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}\b")
TOTP_SECRET = re.compile(r"\b[A-Z2-7]{32}\b")
PRIVATE_PARTS = ("d", "p", "q", "dp", "dq", "qi")
KINDS = "tksrcdxep"
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"all": {"format": "%(name)s %(levelname)s %(message)s"}},
    "handlers": {"all": {"class": "logging.StreamHandler", "formatter": "all"}},
    "root": {"level": "DEBUG", "handlers": ["all"]},
}
"""Every logger of every library, down to DEBUG; uvicorn's requests too."""


@dataclass
class Collected:
    """The secrets that went over the wire, and in which flow."""

    found: dict[str, str] = field(default_factory=dict)

    def add(self, what: str, *values: str) -> None:
        for value in values:
            assert len(value) >= 8, what
            self.found.setdefault(value, what)

    async def listen(self, answer: httpx.Response) -> None:
        """Takes what is a secret by its form from an answer, and all cookies."""
        text = f"{(await answer.aread()).decode()}\n{answer.headers}"
        self.harvest(f"{answer.request.method} {answer.request.url.path}", text)
        for cookie in answer.headers.get_list("set-cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            if len(value.strip('"')) >= 8:
                self.add(f"cookie {name}", value.strip('"'))

    def harvest(self, what: str, text: str) -> None:
        for form in (OURS, JWT, RECOVERY):
            self.add(what, *(each[0] for each in form.finditer(text)))

    def kinds(self) -> set[str]:
        return {match[1] for each in self.found if (match := OURS.fullmatch(each))}

    def seen_in(self, text: str) -> list[str]:
        """Returns what of all this is in a text, by where it came from: as it is, or as URLs and codes are written."""
        written = {
            value: {value, quote(value, safe=""), value.replace("-", "") if RECOVERY.fullmatch(value) else value}
            for value in self.found
        }
        return [self.found[value] for value, forms in written.items() if any(each in text for each in forms)]


@dataclass
class World:
    """A server that everything was done with, and the secrets of all that."""

    server: Authority
    url: str
    collected: Collected
    logs: Path

    def logged(self) -> str:
        return "\n".join(each.said for each in self.server.workers)


@pytest.fixture(scope="module")
async def world(shop_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("authority")
    (folder / "logging.json").write_text(json.dumps(LOGGING))
    environment: dict[str, Any] = {"UVICORN_LOG_CONFIG": str(folder / "logging.json"), "UVICORN_LOG_LEVEL": "debug"}
    async with authority(shop_url, folder, **environment) as server:
        collected = Collected()
        await _do_everything(server, collected, folder)
        yield World(server, shop_url, collected, folder)


# -- everything --------------------------------------------------------------------------------------------------


async def _do_everything(server: Authority, collected: Collected, folder: Path) -> None:
    """Runs every flow there is, with listeners on the wire."""
    options: dict[str, Any] = {"timeout": WAIT_S, "event_hooks": {"response": [collected.listen]}}
    async with (
        httpx.AsyncClient(base_url=server.issuer, **options) as browser,
        httpx.AsyncClient(base_url=server.workers[1].url, **options) as program,
    ):
        person = Person(browser, "ines@example.com", _password(collected))
        await _account(person, collected, folder / "mail")
        client = await _application(person)
        await _flows(person, program, client, collected)
        await _mistakes(person, program, client, collected)
        await person.sign_in()
        await _second_factor(person, collected)
        await program.post("/auth/login", json={"email": EMAILS["customer"], "password": DEMO_PASSWORD})
        collected.add("the demo's password", DEMO_PASSWORD)
    await _signing_keys(server, collected, folder)


def _password(collected: Collected) -> str:
    password = secrets.token_urlsafe(16)
    collected.add("a password", password)
    return password


def _newest_link(mail: Path, path: str, collected: Collected) -> str:
    """Returns the newest link of this kind that was sent."""
    letters = [each.read_text().replace("=\n", "").replace("=3D", "=") for each in sorted(mail.iterdir())]
    collected.harvest("an e-mail", "\n".join(letters))
    return re.findall(rf"{re.escape(path)}\?token=\S+", "\n".join(letters))[-1]


async def _account(person: Person, collected: Collected, mail: Path) -> None:
    """Signs up, confirms the address, forgets the password, takes a key."""
    page = await person.open("/account/sign-up")
    page = await person.press(page, page.form_with("name"), name="Ines", email=person.email, password=person.password)
    await _wait_for_mail(mail, 1)
    page = await person.open(_newest_link(mail, "/account/verify", collected))
    await person.press(page, page.form_with("token"))
    page = await person.open("/account/reset")
    await person.press(page, page.form_with("email"), email=person.email)
    await _wait_for_mail(mail, 2)
    page = await person.open(_newest_link(mail, "/account/reset/new", collected))
    person.password = _password(collected)
    await person.press(page, page.form_with("new_password"), new_password=person.password)
    await person.sign_in()
    page = await person.open("/account/keys")
    page = await person.press(page, page.form_with("days"), name="A key", days="30", access="all")
    assert OURS.search(page.html), page.text


async def _application(person: Person) -> Registered:
    """Registers an application by its page, which shows its secret."""
    page = await person.open("/account/developer")
    form = page.form_with("client_name")
    assert form is not None
    form.fields["grant_types"] = ["authorization_code", "refresh_token", "client_credentials", DEVICE_GRANT]
    form.fields["scope"] = list(SCOPES)
    page = await person.press(
        page, form, client_name="An application", redirect_uris=CALLBACK, post_logout_redirect_uris=CALLBACK,
        token_endpoint_auth_method="client_secret_basic",
    )  # fmt: skip
    page = await person.press(page, page.form_to("/secret"))
    secret = OURS.search(page.html)
    assert secret, page.text
    return Registered(client_id=page.url.rpartition("/")[2], secret=secret[0])


async def _flows(person: Person, program: httpx.AsyncClient, client: Registered, collected: Collected) -> None:
    """Code, refresh, userinfo, introspection, revocation, client credentials, device, pushed, registration, logout."""
    code = await code_of(person, client, nonce="a-nonce-of-the-test")
    collected.add("a verifier", code.verifier)
    tokens = await tokens_of(program, client, code)
    renewed = await _post(program, client, "/oauth/token", grant_type="refresh_token",
                          refresh_token=tokens["refresh_token"])  # fmt: skip
    bearer = {"Authorization": f"Bearer {renewed['access_token']}"}
    assert (await program.get("/oauth/userinfo", headers=bearer)).status_code == 200
    assert (await program.get("/api/v1/orders", headers=bearer)).status_code == 200
    await _post(program, client, "/oauth/introspect", token=renewed["access_token"])
    await _post(program, client, "/oauth/token", grant_type="client_credentials", scope="products:read")
    await _post(program, client, "/oauth/revoke", token=renewed["access_token"])

    device = await _post(program, client, "/oauth/device_authorization", scope="orders:read")
    collected.add("a user code", device["user_code"], device["user_code"].replace("-", ""))
    await person.open(device["verification_uri_complete"])
    await person.allow_device(device["user_code"])
    await _post(program, client, "/oauth/token", grant_type=DEVICE_GRANT, device_code=device["device_code"])

    verifier = secrets.token_urlsafe(32)
    pushed = await _post(
        program, client, "/oauth/par", response_type="code", redirect_uri=CALLBACK, scope="openid",
        code_challenge="c" * 43, code_challenge_method="S256", state=verifier,
    )  # fmt: skip
    collected.harvest("a pushed request", json.dumps(pushed))
    asked = {"client_id": client.client_id, "request_uri": pushed["request_uri"]}
    await person.allow(f"/oauth/authorize?{urlencode(asked)}")
    metadata = {"client_name": "Registered", "redirect_uris": [CALLBACK], "scope": "openid"}
    assert (await program.post("/oauth/register", json=metadata)).status_code == 201
    query = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": CALLBACK}
    await person.log_out(f"/oauth/logout?{urlencode(query)}")


async def _post(program: httpx.AsyncClient, client: Registered, path: str, **form: str) -> dict[str, Any]:
    answer = await program.post(path, data=form_of(client, **form))
    assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
    found: dict[str, Any] = answer.json() if answer.content else {}
    return found


async def _mistakes(person: Person, program: httpx.AsyncClient, client: Registered, collected: Collected) -> None:
    """What is refused is remembered nowhere either: wrong passwords, secrets and tokens, and those in a wrong place."""
    wrong = _password(collected)
    page = await person.open("/account/sign-in")
    await person.press(page, page.form_with("password"), email=person.email, password=wrong)
    await program.post("/auth/login", json={"email": person.email, "password": wrong})
    forged = "tft_" + secrets.token_urlsafe(32)
    collected.add("a token that nobody made", forged)
    bearer = {"Authorization": f"Bearer {forged}"}
    assert (await program.get("/api/v1/orders", headers=bearer)).status_code == 401
    assert (await program.get("/api/v1/orders", params={"access_token": forged})).status_code == 401
    form = form_of(client, grant_type="client_credentials") | {"client_secret": forged}
    assert (await program.post("/oauth/token", data=form)).status_code == 401
    assert (await program.post("/oauth/token", params=form)).status_code == 400
    code = await code_of(person, client)
    collected.add("a verifier", code.verifier)
    for _ in range(2):
        await program.post("/oauth/token", data=form_of(client, grant_type="refresh_token", refresh_token=forged))
        await tokens_or_refusal(program, client, code.code, code.verifier)


async def tokens_or_refusal(program: httpx.AsyncClient, client: Registered, code: str, verifier: str) -> None:
    form = form_of(client, grant_type="authorization_code", code=code, redirect_uri=CALLBACK, code_verifier=verifier)
    assert (await program.post("/oauth/token", data=form)).status_code in (200, 400)


async def _second_factor(person: Person, collected: Collected) -> None:
    """Turns it on, and signs in with it."""
    page = await person.open("/account/second-factor")
    page = await person.press(page, page.form_to("/start"))
    shared = TOTP_SECRET.search(page.text.replace(" ", "\n"))
    assert shared, page.text
    collected.add("the second factor's secret", shared[0])
    page = await person.press(page, page.form_with("code"), code=TOTP(shared[0]).now())
    codes = RECOVERY.findall(page.html)
    assert codes, page.text
    collected.add("a recovery code", *codes)
    page = await person.press(page, page.form_to("/sign-out"))
    person.one_time_code = codes.pop
    page = await person.sign_in()
    assert signed_in(page), page.text


def signed_in(page: Page) -> bool:
    return page.form_to("/sign-out") is not None


async def _signing_keys(server: Authority, collected: Collected, folder: Path) -> None:
    """The private halves of the keys, and the secret under which they are sealed."""
    settings = Settings(secret_file=folder / "secret")
    sealer = Sealer(settings)
    with server.database.use():
        keys = await SigningKey.all()
    assert {each.algorithm for each in keys} == {"RS256", "ES256"}
    for each in keys:
        private = json.loads(sealer.open(PURPOSE, each.sealed_jwk))
        collected.add(
            "a private key", *(private[part] for part in ("d", "p", "q", "dp", "dq", "qi") if part in private)
        )
    collected.add("the server's secret", (folder / "secret").read_text().strip())


async def _wait_for_mail(mail: Path, number: int) -> None:
    """Letters are sent after the answer, so that its time does not tell which accounts there are."""
    for _ in range(100):
        if sum(b"token=" in each.read_bytes() for each in mail.glob("*.eml")) >= number:  # noqa: ASYNC240  # not empty yet
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"there are fewer than {number} letters in {mail}")


# -- dumps -------------------------------------------------------------------------------------------------------


async def dumps(world: World) -> Iterator[tuple[str, str]]:
    """Returns all that the database holds: every row of every table, and of SQLite the bytes of its files too."""
    if world.url.startswith("sqlite:"):
        path = Path(world.url.removeprefix("sqlite://"))
        with closing(sqlite3.connect(path)) as connection:
            rows = "\n".join(connection.iterdump())
        files = [(each.name, each.read_bytes().decode("latin-1")) for each in sorted(path.parent.glob(f"{path.name}*"))]
        return iter([("rows", rows), *files])
    connection = await asyncpg.connect(world.url)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        rows = [
            row[0] for each in tables for row in await connection.fetch(f'SELECT t::text FROM "{each["tablename"]}" t')
        ]
    finally:
        await connection.close()
    return iter([("rows", "\n".join(rows))])


async def test_every_kind_of_secret_was_there(world: World) -> None:
    assert world.collected.kinds() == set(KINDS)
    whats = set(world.collected.found.values())
    assert {"a password", "the second factor's secret", "a private key", "a user code", "a verifier"} <= whats
    for form in (JWT, RECOVERY):
        assert any(form.fullmatch(each) for each in world.collected.found)
    assert "cookie twofold_challenge" in whats
    count("oauth", "secrets searched for in dumps and logs", len(world.collected.found))


async def test_a_dump_of_the_database_holds_no_secret(world: World) -> None:
    """Check 25."""
    found = dict(await dumps(world))
    assert len(found["rows"]) > 100_000
    for place, text in found.items():
        assert world.collected.seen_in(text) == [], place
        assert not PRIVATE.search(text), place


async def test_logs_hold_no_secret(world: World) -> None:
    """Check 37, with every logger at DEBUG."""
    text = world.logged()
    for logger in ("uvicorn.access", "tortoise", "twofold", "authlib"):
        assert re.search(rf"^{logger}", text, re.MULTILINE), logger
    assert world.collected.seen_in(text) == []
    assert not PRIVATE.search(text)


async def test_what_is_planted_is_found(world: World) -> None:
    """The guard of the tests above: a secret that is kept would have been seen."""
    secret = next(each for each in world.collected.found if OURS.fullmatch(each))
    planted = await _plant(world, f'{secret} "d": 1')
    texts = dict(await dumps(world))
    assert world.collected.seen_in(texts["rows"])
    assert PRIVATE.search(texts["rows"])
    with world.server.database.use():
        await Client.filter(id=planted).delete()
    async with httpx.AsyncClient(base_url=world.server.issuer) as program:
        await program.get(f"/api/v1/{next(each for each in world.collected.found if JWT.fullmatch(each))}")
    assert world.collected.seen_in(world.logged())


async def _plant(world: World, name: str) -> Any:
    with world.server.database.use():
        return (await Client.create(name=name[:100], auth_method="none")).id
