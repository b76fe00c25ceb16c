"""Applications, what people allowed them, and what they hold for it. Secrets are stored as hashes only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise import Model, fields

from twofold.fields import id_field
from twofold.identity.models import Session, User

__all__ = ["AuthorizationCode", "Client", "Consent", "DeviceCode", "Grant", "PushedRequest", "RefreshToken",
           "SigningKey"]  # fmt: skip


class Client(Model):
    """An application that may ask for tokens (RFC 7591 §2); its id is its `client_id`."""

    id = id_field()
    owner: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "twofold.User", related_name="clients", null=True, on_delete=fields.CASCADE, db_index=True,
        description="Who registered it, and for whom it acts by client credentials; null: it registered itself.",
    )  # fmt: skip
    owner_id: UUID | None
    name = fields.CharField(max_length=100)
    uri = fields.CharField(max_length=255, default="", description="Its home page.")
    secret_hash = fields.CharField(max_length=64, null=True, description="SHA-256; null: a public client, without one.")
    redirect_uris = fields.JSONField[list[str]](default=list)
    post_logout_redirect_uris = fields.JSONField[list[str]](default=list)
    grant_types = fields.JSONField[list[str]](default=list)
    scopes = fields.JSONField[list[str]](default=list, description="What it may ask for.")
    auth_method = fields.CharField(max_length=30, description="none, client_secret_basic or client_secret_post")
    id_token_alg = fields.CharField(max_length=10, default="RS256", description="RS256 or ES256")
    is_active = fields.BooleanField(default=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "twofold"
        table = "clients"


class Consent(Model):
    """What a user allowed a client, so that they are not asked for it again."""

    id = id_field()
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "twofold.User", related_name="consents", on_delete=fields.CASCADE
    )
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "twofold.Client", related_name="consents", on_delete=fields.CASCADE, db_index=True
    )
    scopes = fields.JSONField[list[str]](default=list)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "twofold"
        table = "consents"
        unique_together = (("user", "client"),)


class Grant(Model):
    """What one authorization gave a client: the family of a code and all tokens that come from it."""

    id = id_field()
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "twofold.User", related_name="grants", on_delete=fields.CASCADE, db_index=True
    )
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "twofold.Client", related_name="grants", on_delete=fields.CASCADE, db_index=True
    )
    session: fields.ForeignKeyNullableRelation[Session] = fields.ForeignKeyField(
        "twofold.Session", related_name="grants", null=True, on_delete=fields.SET_NULL, db_index=True,
        description="Where it was given; it ends with it, unless it is for offline access.",
    )  # fmt: skip
    user_id: UUID
    client_id: UUID
    scopes = fields.JSONField[list[str]](default=list)
    authenticated_at = fields.DatetimeField(description="When the user last proved who they are (auth_time).")
    created_at = fields.DatetimeField(auto_now_add=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        app = "twofold"
        table = "grants"


class AuthorizationCode(Model):
    """A code that a browser carries to a client, good once and shortly."""

    id = id_field()
    grant: fields.ForeignKeyRelation[Grant] = fields.ForeignKeyField(
        "twofold.Grant", related_name="codes", on_delete=fields.CASCADE, db_index=True
    )
    code_hash = fields.CharField(max_length=64, unique=True)
    redirect_uri = fields.CharField(max_length=2000)
    code_challenge = fields.CharField(max_length=64, description="S256, RFC 7636 §4.2.")
    nonce = fields.CharField(max_length=512, null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField()
    consumed_at = fields.DatetimeField(null=True)

    class Meta:
        app = "twofold"
        table = "authorization_codes"


class RefreshToken(Model):
    """What gets a client its next tokens, good once: the next one comes with them."""

    id = id_field()
    grant: fields.ForeignKeyRelation[Grant] = fields.ForeignKeyField(
        "twofold.Grant", related_name="refresh_tokens", on_delete=fields.CASCADE, db_index=True
    )
    token_hash = fields.CharField(max_length=64, unique=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField()
    consumed_at = fields.DatetimeField(null=True)

    class Meta:
        app = "twofold"
        table = "refresh_tokens"


class DeviceCode(Model):
    """A device that waits for somebody to allow it something, elsewhere (RFC 8628)."""

    id = id_field()
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "twofold.Client", related_name="device_codes", on_delete=fields.CASCADE, db_index=True
    )
    client_id: UUID
    device_code_hash = fields.CharField(max_length=64, unique=True)
    user_code_hash = fields.CharField(max_length=64, unique=True)
    scopes = fields.JSONField[list[str]](default=list)
    interval_s = fields.IntField(description="How long the device has to wait between two questions.")
    polled_at = fields.DatetimeField(null=True)
    grant: fields.ForeignKeyNullableRelation[Grant] = fields.ForeignKeyField(
        "twofold.Grant", related_name="device_codes", null=True, on_delete=fields.CASCADE, db_index=True,
        description="What it was allowed; null: nothing yet.",
    )  # fmt: skip
    denied_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField()
    consumed_at = fields.DatetimeField(null=True)

    class Meta:
        app = "twofold"
        table = "device_codes"


class PushedRequest(Model):
    """The parameters of an authorization request, which a client sent ahead of the browser (RFC 9126)."""

    id = id_field()
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "twofold.Client", related_name="pushed_requests", on_delete=fields.CASCADE, db_index=True
    )
    client_id: UUID
    uri_hash = fields.CharField(max_length=64, unique=True)
    parameters = fields.JSONField[dict[str, Any]]()
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField()

    class Meta:
        app = "twofold"
        table = "pushed_requests"


class SigningKey(Model):
    """A key pair that signs ID tokens; its id is its `kid`."""

    id = id_field()
    algorithm = fields.CharField(max_length=10, description="RS256 or ES256")
    state = fields.CharField(
        max_length=10, description="next: published, not used yet; active; retired: published still."
    )
    public_jwk = fields.JSONField[dict[str, Any]](description="RFC 7517, as it is published.")
    sealed_jwk = fields.TextField(description="The key pair, encrypted under the server's own secret.")
    created_at = fields.DatetimeField(auto_now_add=True)
    activated_at = fields.DatetimeField(null=True)
    retired_at = fields.DatetimeField(null=True)

    class Meta:
        app = "twofold"
        table = "signing_keys"
