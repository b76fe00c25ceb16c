"""What clients can find out by program: where everything is, and what it can do (RFC 8414, OpenID Discovery 1.0)."""

from __future__ import annotations

from typing import Any

from twofold.identity.identity import Identity
from twofold.identity.oauth.grants import EVERY_METHOD, GRANTS, SECRET_METHODS
from twofold.identity.oauth.signing import ALGORITHMS

__all__ = ["server_metadata"]


def server_metadata(identity: Identity) -> dict[str, Any]:
    """Returns the metadata document, the same for OAuth and for OpenID Connect."""
    issuer = identity.issuer
    document: dict[str, Any] = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "userinfo_endpoint": f"{issuer}/oauth/userinfo",
        "jwks_uri": f"{issuer}/oauth/jwks",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "introspection_endpoint": f"{issuer}/oauth/introspect",
        "device_authorization_endpoint": f"{issuer}/oauth/device_authorization",
        "pushed_authorization_request_endpoint": f"{issuer}/oauth/par",
        "end_session_endpoint": f"{issuer}/oauth/logout",
        "scopes_supported": list(identity.scopes),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [grant.GRANT_TYPE for grant in GRANTS],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": EVERY_METHOD,
        "revocation_endpoint_auth_methods_supported": EVERY_METHOD,
        "introspection_endpoint_auth_methods_supported": SECRET_METHODS,
        "authorization_response_iss_parameter_supported": True,
        "require_pushed_authorization_requests": False,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(ALGORITHMS),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "name", "email",
                             "email_verified"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "service_documentation": f"{issuer}/api/v1/docs",
    }  # fmt: skip
    if identity.settings.registration != "off":
        document["registration_endpoint"] = f"{issuer}/oauth/register"
    return document
