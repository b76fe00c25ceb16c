"""Proof Key for Code Exchange: asked of every client, by SHA-256 only (RFC 7636, OAuth 2.1 §7.5)."""

from __future__ import annotations

from typing import Any

import pytest

from support.oauth import CHALLENGE, ISSUER, STATE, VERIFIER, Browser, Provider, error_of, query_of

pytestmark = pytest.mark.oauth

WRONG_CHALLENGES: tuple[dict[str, Any], ...] = (
    {"code_challenge": None, "code_challenge_method": None},
    {"code_challenge": None},
    {"code_challenge": ""},
    {"code_challenge_method": None},
    {"code_challenge_method": ""},
    {"code_challenge_method": "plain"},
    {"code_challenge": VERIFIER, "code_challenge_method": "plain"},
    {"code_challenge_method": "s256"},
    {"code_challenge_method": "S512"},
    {"code_challenge": CHALLENGE[:-1]},
    {"code_challenge": CHALLENGE + "A"},
    {"code_challenge": CHALLENGE[:-1] + "="},
    {"code_challenge": CHALLENGE[:-1] + " "},
    {"code_challenge": CHALLENGE[:-1] + "+"},
)


@pytest.mark.parametrize("is_public", [True, False])
async def test_challenges(server: Provider, browser: Browser, is_public: bool) -> None:
    """Check 6: without a challenge, by `plain`, or without a method, the client is told of its error."""
    client = await server.register(public=is_public)
    for wrong in WRONG_CHALLENGES:
        for answer in (await browser.authorize(client, **wrong), await browser.decide(client, **wrong)):
            assert answer.status_code == 303, (wrong, answer.text)
            said = query_of(answer.headers["Location"])
            assert (said["error"], said["state"], said["iss"]) == ("invalid_request", STATE, ISSUER)


@pytest.mark.parametrize("is_public", [True, False])
async def test_verifiers(server: Provider, browser: Browser, is_public: bool) -> None:
    """Check 7: without the verifier, or with another one, a code is worth nothing; not even to its own client."""
    client = await server.register(public=is_public)
    for wrong in (None, "", VERIFIER[:-1], VERIFIER + "x", CHALLENGE, VERIFIER.upper(), "x" * 43, "x" * 42, "x" * 129,
                  VERIFIER[:-1] + "é", VERIFIER[:-1] + "~"):  # fmt: skip
        code = await browser.code(client)
        answer = await server.redeem(client, code, code_verifier=wrong)
        assert answer.status_code == 400, wrong
        assert error_of(answer) in ("invalid_grant", "invalid_request")
        assert "access_token" not in answer.text


async def test_a_verifier_without_a_challenge(server: Provider, browser: Browser) -> None:
    """Check 8: no code is ever made without a challenge, so that a verifier alone gets nothing (RFC 9700 §2.1.1)."""
    client = await server.register()
    answer = await browser.decide(client, code_challenge=None, code_challenge_method=None)
    assert "code" not in query_of(answer.headers["Location"])
    answer = await server.redeem(client, "tfc_" + 43 * "A")
    assert (answer.status_code, error_of(answer)) == (400, "invalid_grant")
    pushed = await server.post(
        "/oauth/par", client, response_type="code", redirect_uri=client.redirect_uri, scope="openid"
    )
    assert (pushed.status_code, error_of(pushed)) == (400, "invalid_request")


async def test_another_codes_verifier(server: Provider, browser: Browser) -> None:
    """A code that was put in the place of another one fails by its challenge (RFC 9700 §4.5)."""
    client = await server.register()
    other = "another-verifier-of-at-least-forty-three-characters"
    code = await browser.code(client)
    answer = await server.redeem(client, code, code_verifier=other)
    assert (answer.status_code, error_of(answer)) == (400, "invalid_grant")
