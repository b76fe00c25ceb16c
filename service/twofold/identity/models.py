"""Who may sign in, and the credentials they hold. Secrets are stored as hashes only."""

from tortoise import Model, fields

from twofold.fields import VersionField, id_field

__all__ = ["AccessToken", "ApiKey", "User"]


class User(Model):
    """A person with an account."""

    id = id_field()
    email = fields.CharField(max_length=254, unique=True, description="Lower case.")
    name = fields.CharField(max_length=100)
    password_hash = fields.CharField(max_length=255, description="argon2id, RFC 9106.")
    role = fields.CharField(max_length=20, default="customer")
    is_active = fields.BooleanField(default=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    version = VersionField()

    class Meta:
        app = "twofold"
        table = "users"


class AccessToken(Model):
    """An opaque bearer token, stored as the SHA-256 of what its holder sends."""

    id = id_field()
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "twofold.User", related_name="access_tokens", on_delete=fields.CASCADE, db_index=True
    )
    token_hash = fields.CharField(max_length=64, unique=True)
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
