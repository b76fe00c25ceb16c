"""Secrets are nowhere in plain: not in the database, not in the log; and guessing them is slow (RFC 9700, RFC 6819)."""

from __future__ import annotations

import logging
import sqlite3
from typing import Any

import pytest

from support.authority import Registered
from support.figures import count
from support.oauth import CHALLENGE, DEVICE_CODE, VERIFIER, Browser, Provider, error_of, params_of, raw_basic
from twofold.identity.attempts import LIMITS
from twofold.identity.identity import From
from twofold.identity.oauth.clients import new_client_secret
from twofold.identity.oauth.models import Client

pytestmark = pytest.mark.oauth

TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
    "postgres": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
}


async def dump(server: Provider) -> str:
    """Returns all that the database holds, as text."""
    database, found = server.identity.database, []
    for (table,) in await database.fetch(TABLES[database.dialect], []):
        try:
            rows = await database.fetch(f'SELECT * FROM "{table}"', [])  # a table of ours
        except sqlite3.OperationalError:
            continue  # a shadow of the full text index
        found += [" ".join(map(str, tuple(row))) for row in rows]
    return "\n".join(found)


async def every_secret(server: Provider, browser: Browser) -> dict[str, str]:
    """Returns one of each secret that there is, most of which were used."""
    client = await server.register("Of the dump")
    code = await browser.code(client, scope="openid orders:read offline_access")
    first = (await server.redeem(client, code)).json()
    second = (await server.refresh(client, first["refresh_token"])).json()
    waiting = (await server.post("/oauth/device_authorization", client, scope="orders:read")).json()
    await browser.send("/device", user_code=waiting["user_code"], decision="allow")
    device = (await server.token(client, grant_type=DEVICE_CODE, device_code=waiting["device_code"])).json()
    pushed = (await server.post("/oauth/par", client, **params_of(client, client_id=None))).json()
    registered = (await server.client.post("/oauth/register", json={"redirect_uris": ["https://a.example/"]})).json()
    with server.identity.database.use():
        row = await Client.get(id=client.client_id)
    changed = await new_client_secret(server.identity, row, From())
    return {
        "client secret": client.secret or "", "another client secret": changed, "code": code,
        "registered client secret": registered["client_secret"], "access token": first["access_token"],
        "refresh token": first["refresh_token"], "next access token": second["access_token"],
        "next refresh token": second["refresh_token"], "ID token": second["id_token"],
        "device code": waiting["device_code"], "user code": waiting["user_code"],
        "user code without hyphen": waiting["user_code"].replace("-", ""), "device's token": device["access_token"],
        "pushed request": pushed["request_uri"].rpartition(":")[2], "session": browser.cookie,
        "CSRF token": browser.csrf,
        "verifier": VERIFIER, "own token": (await server.own_token(await server.register()))["access_token"],
    }  # fmt: skip


async def test_a_dump_and_the_log(server: Provider, browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    """Check 25: neither a dump of the database nor the log at its most talkative holds a secret in plain (check 37)."""
    with caplog.at_level(logging.DEBUG):
        secrets = await every_secret(server, browser)
    held = await dump(server)
    assert CHALLENGE in held, "the dump is one"
    said = "\n".join([caplog.text, *(f"{each.getMessage()} {each.args}" for each in caplog.records)])
    assert "Issue token" in said, "the log is one"
    for what, secret in secrets.items():
        assert secret, what
        assert secret not in held, f"{what} in the database"
        if what not in ("user code", "user code without hyphen"):
            assert secret not in said, f"{what} in the log"
        count("oauth", "secrets that are nowhere in plain")


async def test_signing_keys_are_sealed(server: Provider, browser: Browser, confidential: Registered) -> None:
    """Check 25 (keys): nor does a dump hold the private part of a key that signs."""
    await server.tokens(confidential, browser)
    held = await dump(server)
    assert '"kty"' in held.replace("'", '"')
    for private in ('"d":', '"p":', '"q":', '"dp":', '"qi":', "PRIVATE KEY"):
        assert private not in held.replace("'", '"').replace(" ", "")


async def test_guessing_a_secret(server: Provider, confidential: Registered) -> None:
    """Check 28 (client authentication): who guesses a client's secret has to wait, from whatever addresses."""
    client = await server.register("Of the guesser")
    most, answers = LIMITS["client"].most["client"], []
    for number in range(most + 5):
        guesser = await server.browser(None, address=f"198.51.100.{number}")
        answers.append(
            await guesser.client.post(
                "/oauth/token",
                data={"grant_type": "client_credentials"},
                headers=raw_basic(f"{client.client_id}:x{number}"),
            )
        )
    assert [each.status_code for each in answers] == most * [401] + 5 * [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert error_of(answers[-1]) == "temporarily_unavailable"
    assert (await server.token(confidential, grant_type="client_credentials")).status_code == 200


async def test_guessing_ids_from_one_address(server: Provider) -> None:
    """Check 28 (client authentication, one address): nor does it help to try many clients."""
    guesser = await server.browser(None, address="198.51.101.1")
    most, paths = LIMITS["client"].most["address"], ["token", "revoke", "introspect", "par", "device_authorization"]
    statuses = []
    for number in range(most + 5):
        form: dict[str, Any] = {"grant_type": "client_credentials", "client_id": f"client-{number}", "token": "x"}
        answer = await guesser.client.post(f"/oauth/{paths[number % len(paths)]}", data=form)
        statuses.append(answer.status_code)
    assert statuses == most * [401] + 5 * [429]


async def test_guesses_lock_nobody_out(server: Provider) -> None:
    """A client that is guessed at goes on: 256 random bits are not found by guessing."""
    client = await server.register("Guessed at")
    for number in range(LIMITS["client"].most["client"] + 2):
        guesser = await server.browser(None, address=f"198.51.102.{number}")
        await guesser.client.post("/oauth/token", headers=raw_basic(f"{client.client_id}:x"),
                                  data={"grant_type": "client_credentials"})  # fmt: skip
    assert (await server.token(client, grant_type="client_credentials")).status_code == 200


async def test_what_answers_tell(server: Provider, browser: Browser, confidential: Registered) -> None:
    """An unknown client and a wrong secret are answered alike, word by word."""
    known = await server.client.post("/oauth/token", data={"grant_type": "client_credentials"},
                                     headers=raw_basic(f"{confidential.client_id}:x"))  # fmt: skip
    unknown = await server.client.post("/oauth/token", data={"grant_type": "client_credentials"},
                                       headers=raw_basic("00000000-0000-0000-0000-000000000000:x"))  # fmt: skip
    assert known.json() == unknown.json()
    assert known.status_code == unknown.status_code == 401
