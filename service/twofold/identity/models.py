"""Who may sign in, and the credentials they hold. Secrets are stored as hashes only."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import Model, fields

from twofold.fields import VersionField, checks, id_field

if TYPE_CHECKING:
    from twofold.identity.oauth.models import Client, Grant

__all__ = ["AccessToken", "ApiKey", "Attempt", "EmailToken", "ExternalIdentity", "RecoveryCode", "Session",
           "TotpDevice", "User"]  # fmt: skip


class User(Model):
    """A person with an account."""

    id = id_field()
    email = fields.CharField(max_length=254, unique=True, description="Lower case.")
    name = fields.CharField(max_length=100)
    password_hash = fields.CharField(max_length=255, description="argon2id, RFC 9106; of no password: empty.")
    role = fields.CharField(max_length=20, default="customer")
    is_active = fields.BooleanField(default=True)
    email_verified_at = fields.DatetimeField(null=True, description="When a link sent to the address was opened.")
    created_at = fields.DatetimeField(auto_now_add=True)
    version = VersionField()

    class Meta:
        app = "twofold"
        table = "users"
        constraints = checks("users", email="email = lower(email)")


class Session(Model):
    """A browser in which somebody signed in; its cookie is stored as a SHA-256."""

    id = id_field()
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "twofold.User", related_name="sessions", on_delete=fields.CASCADE, db_index=True
    )
    user_id: UUID
    token_hash = fields.CharField(max_length=64, unique=True)
    methods = fields.JSONField[list[str]](default=list, description="How they proved who they are (amr, RFC 8176).")
    user_agent = fields.CharField(max_length=200, default="")
    address = fields.CharField(max_length=45, default="", description="The client's IP address.")
    created_at = fields.DatetimeField(auto_now_add=True)
    authenticated_at = fields.DatetimeField(description="When they last proved who they are (auth_time).")
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        app = "twofold"
        table = "sessions"


class AccessToken(Model):
    """An opaque bearer token, stored as the SHA-256 of what its holder sends."""

    id = id_field()
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "twofold.User", related_name="access_tokens", on_delete=fields.CASCADE, db_index=True
    )
    client: fields.ForeignKeyNullableRelation[Client] = fields.ForeignKeyField(
        "twofold.Client", related_name="access_tokens", null=True, on_delete=fields.CASCADE, db_index=True,
        description="The application that holds it; null: the person's own sign-in.",
    )  # fmt: skip
    grant: fields.ForeignKeyNullableRelation[Grant] = fields.ForeignKeyField(
        "twofold.Grant", related_name="access_tokens", null=True, on_delete=fields.CASCADE, db_index=True,
        description="The permission that it comes from, and ends with; null: none of a person's.",
    )  # fmt: skip
    client_id: UUID | None
    token_hash = fields.CharField(max_length=64, unique=True)
    scopes = fields.JSONField[list[str] | None](null=True, description="What it may do; null: all that its user may.")
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        app = "twofold"
        table = "access_tokens"


class ApiKey(Model):
    """A long-lived key for a program, stored as the SHA-256 of what its holder sends."""

    id = id_field()
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "twofold.User", related_name="api_keys", on_delete=fields.CASCADE, db_index=True
    )
    name = fields.CharField(max_length=100)
    prefix = fields.CharField(max_length=16, description="The key's first characters, by which its owner knows it.")
    key_hash = fields.CharField(max_length=64, unique=True)
    scopes = fields.JSONField[list[str]](default=list, description="What it may do; empty: all that its owner may.")
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        app = "twofold"
        table = "api_keys"


class EmailToken(Model):
    """A link that was sent by e-mail, good once: stored as the SHA-256 of what is in it."""

    id = id_field()
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "twofold.User", related_name="email_tokens", on_delete=fields.CASCADE, db_index=True
    )
    purpose = fields.CharField(max_length=10, description="verify or reset")
    email = fields.CharField(max_length=254, description="Where it was sent: good while this is the user's address.")
    token_hash = fields.CharField(max_length=64, unique=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField()
    consumed_at = fields.DatetimeField(null=True)

    class Meta:
        app = "twofold"
        table = "email_tokens"


class TotpDevice(Model):
    """A user's second factor, which makes time-based one-time passwords (RFC 6238)."""

    id = id_field()
    user: fields.OneToOneRelation[User] = fields.OneToOneField(
        "twofold.User", related_name="totp_device", on_delete=fields.CASCADE
    )
    user_id: UUID
    sealed_secret = fields.TextField(description="The shared secret, encrypted under the server's own.")
    last_step = fields.BigIntField(
        default=0, description="The time step of the last password taken: none is good twice."
    )
    created_at = fields.DatetimeField(auto_now_add=True)
    confirmed_at = fields.DatetimeField(
        null=True, description="When its first password was right; null: not in use yet."
    )

    class Meta:
        app = "twofold"
        table = "totp_devices"


class RecoveryCode(Model):
    """What opens an account once when the second factor is lost: stored as a SHA-256."""

    id = id_field()
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "twofold.User", related_name="recovery_codes", on_delete=fields.CASCADE, db_index=True
    )
    code_hash = fields.CharField(max_length=64, unique=True)
    consumed_at = fields.DatetimeField(null=True)

    class Meta:
        app = "twofold"
        table = "recovery_codes"


class ExternalIdentity(Model):
    """A user as another OpenID provider knows them."""

    id = id_field()
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "twofold.User", related_name="external_identities", on_delete=fields.CASCADE, db_index=True
    )
    issuer = fields.CharField(max_length=255)
    subject = fields.CharField(max_length=255)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "twofold"
        table = "external_identities"
        unique_together = (("issuer", "subject"),)


class Attempt(Model):
    """How often something that is limited was tried since `began_at`: counted for all processes together."""

    key_hash = fields.CharField(max_length=64, primary_key=True, description="Of what is limited, and for whom.")
    number = fields.IntField()
    began_at = fields.DatetimeField(db_index=True)

    class Meta:
        app = "twofold"
        table = "attempts"
