"""What a client says of itself when it is registered (RFC 7591 §2), checked before anything else sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from twofold.errors import FieldError, Invalid
from twofold.identity.credentials import is_name
from twofold.identity.oauth.models import Client
from twofold.identity.oauth.redirects import wrong_home_page, wrong_redirect_uri
from twofold.identity.scopes import OPENID_SCOPES, Scope

__all__ = ["DEVICE_CODE", "GRANT_TYPES", "ClientMetadata", "metadata_of", "read_metadata"]

DEVICE_CODE: Final = "urn:ietf:params:oauth:grant-type:device_code"
GRANT_TYPES: Final = ("authorization_code", "refresh_token", "client_credentials", DEVICE_CODE)
MAX_URIS: Final = 20
UNNAMED: Final = "Unnamed application"


class ClientMetadata(BaseModel):
    """The members that count; others are ignored, as RFC 7591 §2 has it."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    client_name: str = UNNAMED
    client_uri: str = ""
    redirect_uris: list[str] = Field(default=[], max_length=MAX_URIS)
    post_logout_redirect_uris: list[str] = Field(default=[], max_length=MAX_URIS)
    grant_types: list[Literal["authorization_code", "refresh_token", "client_credentials",
                              "urn:ietf:params:oauth:grant-type:device_code"]] = Field(
        default=["authorization_code"], min_length=1, max_length=len(GRANT_TYPES)
    )  # fmt: skip
    response_types: list[Literal["code"]] = Field(default=["code"], max_length=1)
    token_endpoint_auth_method: Literal["none", "client_secret_basic", "client_secret_post"] = "client_secret_basic"  # noqa: S105  # a method
    scope: str | None = Field(default=None, max_length=10_000)
    id_token_signed_response_alg: Literal["RS256", "ES256"] = "RS256"  # noqa: S105  # an algorithm
    application_type: Literal["web", "native"] = "web"

    @property
    def is_public(self) -> bool:
        """Whether it can keep no secret (RFC 6749 §2.1)."""
        return self.token_endpoint_auth_method == "none"  # noqa: S105  # a method


def read_metadata(told: object, scopes: Mapping[str, Scope], *, has_owner: bool) -> ClientMetadata:
    """Returns what a client tells of itself, if all of it is right; `scope` is then never None.

    Without an owner nobody answers for it, so that it cannot act for itself (`client_credentials`). A client that
    names no scopes may ask for all that only read.

    Raises:
        Invalid: with a field error for each wrong member, by its name in RFC 7591.
    """
    if not isinstance(told, Mapping):
        raise Invalid("Client metadata is a JSON object.")
    try:
        metadata = ClientMetadata.model_validate({name: value for name, value in told.items() if value is not None})
    except ValidationError as error:
        raise Invalid(
            field_errors=[
                FieldError(path=each["loc"], code="invalid", message=f"{each['msg']}.")
                for each in error.errors(include_url=False, include_input=False, include_context=False)
            ]
        ) from None
    if wrong := [*_wrong_texts(metadata), *_wrong_grants(metadata, has_owner), *_wrong_scopes(metadata, scopes)]:
        raise Invalid(field_errors=[FieldError(path=path, code="invalid", message=said) for path, said in wrong])
    asked = metadata.scope.split() if metadata.scope is not None else _reading(scopes)
    return metadata.model_copy(
        update={"client_name": metadata.client_name.strip(), "scope": " ".join(dict.fromkeys(asked))}
    )


def metadata_of(client: Client) -> dict[str, Any]:
    """Returns what is registered of a client, by the names of RFC 7591 §2."""
    return {
        "client_name": client.name,
        **({"client_uri": client.uri} if client.uri else {}),
        "redirect_uris": client.redirect_uris,
        "post_logout_redirect_uris": client.post_logout_redirect_uris,
        "grant_types": client.grant_types,
        "response_types": ["code"] if "authorization_code" in client.grant_types else [],
        "token_endpoint_auth_method": client.auth_method,
        "scope": " ".join(client.scopes),
        "id_token_signed_response_alg": client.id_token_alg,
    }


_Wrong = Iterable[tuple[tuple[str | int, ...], str]]


def _wrong_texts(metadata: ClientMetadata) -> _Wrong:
    if not is_name(metadata.client_name):
        yield ("client_name",), "Give a name of 1 to 100 characters on one line."
    if metadata.client_uri and (said := wrong_home_page(metadata.client_uri)):
        yield ("client_uri",), said
    for name in ("redirect_uris", "post_logout_redirect_uris"):
        for place, uri in enumerate(getattr(metadata, name)):
            if said := wrong_redirect_uri(uri, is_public=metadata.is_public):
                yield (name, place), said


def _wrong_grants(metadata: ClientMetadata, has_owner: bool) -> _Wrong:
    if "authorization_code" in metadata.grant_types:
        if not metadata.redirect_uris:
            yield ("redirect_uris",), "Give at least one address to send the browser back to."
        if not metadata.response_types:
            yield ("response_types",), "The grant type authorization_code goes with the response type code."
    if "client_credentials" in metadata.grant_types and (metadata.is_public or not has_owner):
        yield ("grant_types",), "Only a client with a secret, which somebody registered as theirs, acts for itself."
    if metadata.grant_types == ["refresh_token"]:
        yield ("grant_types",), "Nothing would give it a refresh token."


def _wrong_scopes(metadata: ClientMetadata, scopes: Mapping[str, Scope]) -> _Wrong:
    if any(name not in scopes for name in (metadata.scope or "").split()):
        yield ("scope",), "One of the scopes does not exist."


def _reading(scopes: Mapping[str, Scope]) -> list[str]:
    return [name for name, scope in scopes.items() if name in OPENID_SCOPES or not scope.changes]
