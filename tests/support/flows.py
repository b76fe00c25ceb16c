"""What a client does in a flow, step by step, for tests that change a step."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from support.authority import SCOPES, Registered
from support.people import Person

__all__ = ["DEVICE_GRANT", "Code", "code_of", "form_of", "redemption", "tokens_of"]

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass(frozen=True, kw_only=True)
class Code:
    """A code that a browser brought back, and what redeems it."""

    code: str
    verifier: str
    back: str
    """The whole address that the browser was sent to."""


def form_of(client: Registered, **parameters: str) -> dict[str, str]:
    """Returns the parameters of a request by which a client shows who it is in the form."""
    shown = {"client_id": client.client_id} | ({} if client.secret is None else {"client_secret": client.secret})
    return shown | parameters


async def code_of(person: Person, client: Registered, scopes: Sequence[str] = SCOPES, **more: str) -> Code:
    """Returns a code for what a person allowed a client."""
    verifier = secrets.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code", "client_id": client.client_id, "redirect_uri": client.redirect_uri,
        "scope": " ".join(scopes), "state": "of-the-test", "code_challenge": challenge,
        "code_challenge_method": "S256", **more,
    }  # fmt: skip
    back = await person.allow(f"/oauth/authorize?{urlencode(asked)}")
    return Code(code=parse_qs(urlsplit(back).query)["code"][0], verifier=verifier, back=back)


async def tokens_of(asking: httpx.AsyncClient, client: Registered, code: Code) -> dict[str, Any]:
    """Returns the tokens for a code."""
    answer = await asking.post("/oauth/token", data=redemption(client, code))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def redemption(client: Registered, code: Code) -> dict[str, str]:
    """Returns the form that redeems a code."""
    return form_of(client, grant_type="authorization_code", code=code.code, redirect_uri=client.redirect_uri,
                   code_verifier=code.verifier)  # fmt: skip
