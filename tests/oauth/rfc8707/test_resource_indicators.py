"""Tokens for this server only: there is no other resource (RFC 8707)."""

from __future__ import annotations

import pytest

from support.authority import Registered
from support.oauth import DEVICE_CODE, ISSUER, Browser, Provider, error_of, params_of, query_of

pytestmark = pytest.mark.oauth

HERE = ([ISSUER], [f"{ISSUER}/graphql"], [f"{ISSUER}/api/v1", f"{ISSUER}/graphql"])
ELSEWHERE = (
    ["https://elsewhere.example"], [f"{ISSUER}.evil.example"], [f"{ISSUER}@evil.example/"], [ISSUER, "https://other.example"],
    ["https://other.example", ISSUER], ["graphql"], ["/graphql"], [f"{ISSUER}/graphql#part"], ["urn:x"],
)  # fmt: skip


@pytest.mark.parametrize("resource", HERE)
async def test_here(server: Provider, browser: Browser, confidential: Registered, resource: list[str]) -> None:
    """This server's own addresses are taken, several too, at every step."""
    tokens = await server.tokens(confidential, browser, resource=resource)
    answer = await server.redeem(confidential, await browser.code(confidential), resource=resource)
    assert answer.status_code == 200
    answer = await server.refresh(confidential, tokens["refresh_token"], resource=resource)
    assert answer.status_code == 200
    answer = await server.token(confidential, grant_type="client_credentials", resource=resource)
    assert answer.status_code == 200


@pytest.mark.parametrize("resource", ELSEWHERE)
async def test_elsewhere(server: Provider, browser: Browser, confidential: Registered, resource: list[str]) -> None:
    """A client that asks for tokens for others is told that there are none (§2), and uses nothing up."""
    answer = await browser.authorize(confidential, resource=resource)
    assert query_of(answer.headers["Location"])["error"] == "invalid_target"
    code = await browser.code(confidential)
    tokens = await server.tokens(confidential, browser)
    for answer in (
        await server.redeem(confidential, code, resource=resource),
        await server.refresh(confidential, tokens["refresh_token"], resource=resource),
        await server.token(confidential, grant_type="client_credentials", resource=resource),
        await server.token(confidential, grant_type=DEVICE_CODE, device_code="x", resource=resource),
        await server.post("/oauth/device_authorization", confidential, resource=resource),
        await server.post("/oauth/par", confidential, **params_of(confidential, client_id=None, resource=resource)),
    ):
        assert (answer.status_code, error_of(answer)) == (400, "invalid_target"), answer.request.url
    assert (await server.redeem(confidential, code)).status_code == 200
    assert (await server.refresh(confidential, tokens["refresh_token"])).status_code == 200
