"""What the OpenAPI document says of signing in."""

from __future__ import annotations

from typing import Any

from twofold.identity.identity import Identity

__all__ = ["identity_schemes"]


def identity_schemes(identity: Identity) -> dict[str, Any]:
    """Returns the security schemes of applications and of browsers (OpenAPI 3.1 §4.8.27)."""
    issuer = identity.issuer
    scopes = {name: scope.sentence for name, scope in identity.scopes.items()}
    token = {"tokenUrl": f"{issuer}/oauth/token", "refreshUrl": f"{issuer}/oauth/token", "scopes": scopes}
    return {
        "session": {
            "type": "apiKey", "in": "cookie", "name": identity.session_cookie,
            "description": "A browser in which somebody signed in.",
        },
        "csrf": {
            "type": "apiKey", "in": "header", "name": "X-CSRF-Token",
            "description": "What `GET /auth/session` gives to the browser, for whatever changes something.",
        },
        "oauth2": {
            "type": "oauth2",
            "description": f"Applications; all that they need to know is at {issuer}/.well-known/openid-configuration.",
            "flows": {
                "authorizationCode": {"authorizationUrl": f"{issuer}/oauth/authorize", **token},
                "clientCredentials": {"tokenUrl": f"{issuer}/oauth/token", "scopes": scopes},
            },
        },
    }  # fmt: skip
