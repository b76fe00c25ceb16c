"""openid-client and oauth4webapi, two clients of npm by others than us, run every flow that they know."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from support.authority import CALLBACK, SCOPES, Authority, Registered, authority, new_client
from support.figures import count
from support.needs import cannot
from support.people import Person
from twofold.identity.models import User

pytestmark = pytest.mark.oauth

FOLDER = Path(__file__).parent
INSTALL = ("ci", "--loglevel=error", "--prefer-offline", "--fetch-timeout=30000", "--fetch-retries=1")
INSTALL_S = 120
SCRIPT_S = 120
SCRIPTS = ("openid_client.mjs", "oauth4webapi.mjs")
FLOWS = [
    "discovery", "code", "code, Basic", "code, public client", "userinfo", "api", "denied", "iss", "refresh",
    "introspection", "revocation", "reuse", "client_credentials", "device", "device, denied", "par", "registration",
    "logout",
]  # fmt: skip


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the scripts and their libraries, installed as the lock file says."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        cannot("there is no Node.js with npm on PATH (Debian: apt-get install nodejs npm)")
    folder = tmp_path_factory.mktemp("clients") / "node"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("node_modules", "*.py", "__pycache__"))
    done = subprocess.run(
        [npm, *INSTALL], cwd=folder, capture_output=True, text=True, timeout=INSTALL_S, check=False
    )  # fmt: skip
    if done.returncode:
        cannot(f"npm could not install the clients: {done.stderr}")
    return folder


@pytest.fixture(scope="module")
async def server(shop_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Authority]:
    async with authority(shop_url, tmp_path_factory.mktemp("authority")) as server:
        yield server


@pytest.fixture(scope="module", params=SCRIPTS)
async def flows(request: pytest.FixtureRequest, installed: Path, server: Authority) -> dict[str, dict[str, Any]]:
    """What the script reports, by flow; the customer is who signs in."""
    own = await new_client(server.database, "Confidential", post_logout_redirect_uris=[CALLBACK])
    public = await new_client(server.database, "Public", public=True)
    given = {
        "issuer": server.issuer, "confidential": _known(own), "open": _known(public), "redirect_uri": CALLBACK,
        "scope": " ".join(SCOPES), "api": f"{server.issuer}/api/v1/orders",
    }  # fmt: skip
    async with server.person("customer") as person:
        reported = await _run(installed, request.param, given, person)
    found = {each.pop("flow"): each for each in reported}
    found["client"] = {"client_id": own.client_id, "script": request.param}
    with server.database.use():
        found["user"] = {"sub": str((await User.get(email=person.email)).id), "email": person.email}
    for flow in FLOWS:
        if flow in found:
            count("oauth", f"flows of {Path(request.param).stem}")
    return found


def _known(client: Registered) -> dict[str, str | None]:
    return {"client_id": client.client_id, "secret": client.secret}


async def _run(folder: Path, script: str, given: dict[str, Any], person: Person) -> list[dict[str, Any]]:
    """Runs a script and does the person's part of it; returns what it reports."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        "node", script, json.dumps(given), cwd=folder, stdin=pipe, stdout=pipe, stderr=pipe
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stderr is not None
    reported = []
    try:
        async with asyncio.timeout(SCRIPT_S):
            async for line in process.stdout:
                said = json.loads(line)
                if "person" not in said:
                    reported.append(said)
                    continue
                process.stdin.write(json.dumps(await _person_does(person, said["person"])).encode() + b"\n")
                await process.stdin.drain()
            complaints = (await process.stderr.read()).decode()
            assert await process.wait() == 0, f"{script} after {reported[-1:]}: {complaints}"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return reported


async def _person_does(person: Person, what: dict[str, Any]) -> str:
    match what:
        case {"allow": url}:
            return await person.allow(url)
        case {"deny": url}:
            return await person.deny(url)
        case {"device": {"user_code": code, "word": word, "uri": uri}}:
            assert uri.endswith("/device")
            return (await person.allow_device(code, word)).text
        case {"log_out": url}:
            return await person.log_out(url)
    raise AssertionError(f"nobody knows how to do {what}")


def test_every_flow_ran(flows: dict[str, dict[str, Any]]) -> None:
    assert [each for each in flows if each not in ("client", "user")] == FLOWS


@pytest.mark.parametrize("flow", ["code", "code, Basic", "code, public client", "device", "par", "registration"])
def test_tokens_are_for_who_signed_in(flows: dict[str, dict[str, Any]], flow: str) -> None:
    said = flows[flow]
    assert said["sub"] == flows["user"]["sub"]
    assert set(said["scope"].split()) == set(SCOPES)
    assert 0 < said["expires_in"] <= 3600
    assert said["refreshable"]
    assert said["alg"] == ("ES256" if flow == "registration" else "RS256")


def test_userinfo_says_what_was_allowed(flows: dict[str, dict[str, Any]]) -> None:
    said = flows["userinfo"]
    assert (said["sub"], said["email"]) == (flows["user"]["sub"], flows["user"]["email"])
    assert said["name"]


def test_the_token_opens_the_api(flows: dict[str, dict[str, Any]]) -> None:
    assert flows["api"]["status"] == 200


def test_a_refusal_comes_back_with_the_issuer(flows: dict[str, dict[str, Any]]) -> None:
    assert flows["denied"] == {"error": "access_denied", "iss": flows["discovery"]["issuer"]}


def test_the_issuer_is_checked_by_the_client(flows: dict[str, dict[str, Any]]) -> None:
    """RFC 9207: the server promises `iss`, so that its absence is a sign of an attack too."""
    assert flows["iss"]["other"]
    assert flows["iss"]["none"]
    assert flows["iss"]["ours"] is None


def test_refresh_tokens_rotate_and_none_is_good_twice(flows: dict[str, dict[str, Any]]) -> None:
    assert flows["refresh"]["rotated"]
    assert flows["refresh"]["public_rotated"]
    assert flows["reuse"] == {"error": "invalid_grant", "family": "invalid_grant"}


def test_introspection_and_revocation(flows: dict[str, dict[str, Any]]) -> None:
    said = flows["introspection"]
    assert said["active"] is True
    assert (said["sub"], said["client_id"]) == (flows["user"]["sub"], flows["client"]["client_id"])
    assert set(said["scope"].split()) == set(SCOPES)
    assert flows["revocation"] == {"active": False}


def test_a_client_gets_tokens_of_its_own(flows: dict[str, dict[str, Any]]) -> None:
    assert flows["client_credentials"] == {"scope": "products:read", "refreshable": False}


def test_a_denied_device_is_told(flows: dict[str, dict[str, Any]]) -> None:
    assert flows["device, denied"] == {"error": "access_denied"}
    assert flows["device"].get("early", "authorization_pending") == "authorization_pending"


def test_registration_gives_a_client_that_works(flows: dict[str, dict[str, Any]]) -> None:
    assert flows["registration"]["client_name"].startswith("Registered by")
    assert flows["registration"]["token_endpoint_auth_method"] == "client_secret_basic"


def test_log_out_leads_back(flows: dict[str, dict[str, Any]]) -> None:
    assert flows["logout"]["left"] == CALLBACK
