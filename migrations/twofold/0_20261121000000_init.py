"""Users, their credentials, the outbox of events, and idempotency keys."""

from tortoise import BaseDBAsyncClient

from twofold.migrate import run
from twofold.sql.search import function_down, function_up

RUN_IN_TRANSACTION = False

SQLITE_TABLES = [
    """
    CREATE TABLE users (
        id CHAR(36) NOT NULL PRIMARY KEY,
        email VARCHAR(254) NOT NULL,
        name VARCHAR(100) NOT NULL,
        password_hash VARCHAR(255) NOT NULL,
        role VARCHAR(20) NOT NULL,
        is_active INT NOT NULL,
        created_at TIMESTAMP NOT NULL,
        CONSTRAINT uq_users_email UNIQUE (email),
        CONSTRAINT ck_users_email CHECK (email = lower(email))
    )
    """,
    """
    CREATE TABLE access_tokens (
        id CHAR(36) NOT NULL PRIMARY KEY,
        user_id CHAR(36) NOT NULL,
        token_hash VARCHAR(64) NOT NULL,
        created_at TIMESTAMP NOT NULL,
        expires_at TIMESTAMP NOT NULL,
        revoked_at TIMESTAMP,
        CONSTRAINT uq_access_tokens_token_hash UNIQUE (token_hash),
        CONSTRAINT fk_access_tokens_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE api_keys (
        id CHAR(36) NOT NULL PRIMARY KEY,
        user_id CHAR(36) NOT NULL,
        name VARCHAR(100) NOT NULL,
        prefix VARCHAR(16) NOT NULL,
        key_hash VARCHAR(64) NOT NULL,
        scopes JSON NOT NULL,
        created_at TIMESTAMP NOT NULL,
        expires_at TIMESTAMP,
        revoked_at TIMESTAMP,
        CONSTRAINT uq_api_keys_key_hash UNIQUE (key_hash),
        CONSTRAINT fk_api_keys_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE events (
        id CHAR(36) NOT NULL PRIMARY KEY,
        at TIMESTAMP NOT NULL,
        name VARCHAR(100) NOT NULL,
        resource VARCHAR(60) NOT NULL,
        row_id VARCHAR(64) NOT NULL,
        actor_id CHAR(36),
        changed JSON NOT NULL
    )
    """,
    """
    CREATE TABLE idempotency_keys (
        id CHAR(36) NOT NULL PRIMARY KEY,
        owner VARCHAR(36) NOT NULL,
        key VARCHAR(255) NOT NULL,
        fingerprint VARCHAR(64) NOT NULL,
        row_id VARCHAR(64),
        created_at TIMESTAMP NOT NULL,
        CONSTRAINT uq_idempotency_keys_owner_key UNIQUE (owner, key)
    )
    """,
]

POSTGRES_TABLES = [
    """
    CREATE TABLE users (
        id UUID NOT NULL PRIMARY KEY,
        email VARCHAR(254) NOT NULL,
        name VARCHAR(100) NOT NULL,
        password_hash VARCHAR(255) NOT NULL,
        role VARCHAR(20) NOT NULL,
        is_active BOOL NOT NULL,
        created_at TIMESTAMPTZ NOT NULL,
        CONSTRAINT uq_users_email UNIQUE (email),
        CONSTRAINT ck_users_email CHECK (email = lower(email))
    )
    """,
    """
    CREATE TABLE access_tokens (
        id UUID NOT NULL PRIMARY KEY,
        user_id UUID NOT NULL,
        token_hash VARCHAR(64) NOT NULL,
        created_at TIMESTAMPTZ NOT NULL,
        expires_at TIMESTAMPTZ NOT NULL,
        revoked_at TIMESTAMPTZ,
        CONSTRAINT uq_access_tokens_token_hash UNIQUE (token_hash),
        CONSTRAINT fk_access_tokens_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE api_keys (
        id UUID NOT NULL PRIMARY KEY,
        user_id UUID NOT NULL,
        name VARCHAR(100) NOT NULL,
        prefix VARCHAR(16) NOT NULL,
        key_hash VARCHAR(64) NOT NULL,
        scopes JSONB NOT NULL,
        created_at TIMESTAMPTZ NOT NULL,
        expires_at TIMESTAMPTZ,
        revoked_at TIMESTAMPTZ,
        CONSTRAINT uq_api_keys_key_hash UNIQUE (key_hash),
        CONSTRAINT fk_api_keys_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE events (
        id UUID NOT NULL PRIMARY KEY,
        at TIMESTAMPTZ NOT NULL,
        name VARCHAR(100) NOT NULL,
        resource VARCHAR(60) NOT NULL,
        row_id VARCHAR(64) NOT NULL,
        actor_id UUID,
        changed JSONB NOT NULL
    )
    """,
    """
    CREATE TABLE idempotency_keys (
        id UUID NOT NULL PRIMARY KEY,
        owner VARCHAR(36) NOT NULL,
        key VARCHAR(255) NOT NULL,
        fingerprint VARCHAR(64) NOT NULL,
        row_id VARCHAR(64),
        created_at TIMESTAMPTZ NOT NULL,
        CONSTRAINT uq_idempotency_keys_owner_key UNIQUE (owner, key)
    )
    """,
]

INDEXES = [
    "CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at)",
    "CREATE INDEX ix_access_tokens_user_id ON access_tokens (user_id)",
    "CREATE INDEX ix_api_keys_user_id ON api_keys (user_id)",
]

DROPS = [
    "DROP TABLE idempotency_keys",
    "DROP TABLE events",
    "DROP TABLE api_keys",
    "DROP TABLE access_tokens",
    "DROP TABLE users",
]

UP = {
    "sqlite": [*SQLITE_TABLES, *INDEXES, *function_up("sqlite")],
    "postgres": [*POSTGRES_TABLES, *INDEXES, *function_up("postgres")],
}
DOWN = {"sqlite": [*DROPS, *function_down("sqlite")], "postgres": [*DROPS, *function_down("postgres")]}


async def upgrade(db: BaseDBAsyncClient | None) -> str:
    return await run(db, UP, __file__, "up")


async def downgrade(db: BaseDBAsyncClient | None) -> str:
    return await run(db, DOWN, __file__, "down")


MODELS_STATE = (
    "eJztW1Fv2zYQ/iuEXtYBadA6idtlwwAnTVCvTTwkzjq0HQRaom0iMqmSlBWj63/fkZJsWZ"
    "JV2bFdxfNTYvKOpL4jj/cdya+WCnmfe+5hy3GIlF1+T5h1ir5aDI8I/FNYf4As7PupWl2i"
    "cM8zGthI2kqLSiPbk0pgR0FlH3uSQJFLpCOoryjXvVkthriPvwQE9QgWRCCjfICk4oK4CE"
    "ukhgTdvm09b5w0Ee+jcIgVokqiIfQO8pIwVx7qzlzuQG+UDdbcbsAotANfNSCgI6D1T/9A"
    "MWUueSAy+enf231KAJA0hNTgY8ptNfFN2d1d+82lkdRj7tkO94IRm0n7EzXkbCoeBNQ91D"
    "q6bkAYEVgRNwUoCzwvNkBSFI0YCpQIyHSo7qzAJX0ceNos1m/9gDnaGiixtxmuPGQktKn7"
    "ezzKlIZtX3e69u1F17atnEH1aDK2iIsczvRkoExpzL5+i9qdYWNKLd3B+dvWzbOj5s8GDS"
    "7VQJhKg5z1zShihSNVg39qzmor20Msh3ngz4dYFAM/r5UxAAx6M9AnUG0AXGuEH2yPsIEa"
    "ws/mcQnYf7VuDN7NY4M3h+UaLebruKZhqjTsM5gdQTQUNlZ5mN9AjaIjUgz1vGYGajdWPU"
    "z+WQX4pGCG/Mz1bAN6+EC3w7xJbPIS6Lvtq4vbbuvqT93dSMovnsGv1b3QNQ1TOsmUPmtm"
    "zDRtBH1od98i/RN97FxfZBfPVK770dJjwoHiNuOhjd3U7ExKE9TmrE4efAqtrWD1ec0dtP"
    "oTsXKCSamZBRmDP1xlcc9rrsHM8azcW3n9Vg4kEfZy8UlKZZ1BSt6o29wqV49DdNTXvy8M"
    "QzRSeWQvIfSkA/aOTAy+bRgHZg4pwDMJxe7idp4kpLPSWf8Ch9MwOT2f4Ntd4hEVBWqt2/"
    "PWmwvLINzDzn2IhWvPQa1reINnSqay+apRY5QtwQwPDDb6K/SYp4THp2Ajq5ALRVUH5TTI"
    "p/Y9mVRlQMjjbPDco2PgJaCG+lwgjHzBBwKP1sCE1t/+nhHVyxMdlDAi8zcH+WIulMivhw"
    "X96GB8jge9fPGiAhECqYVMyNTNUyFfkD59WAbhmUadMba64A3AXfwkUZ8KqZADHwSOjAh5"
    "gHoT8A7UGRr3wEMYL7qHQEPC75wDqmSZZhXDZMOllF2aWbPAyJdOA6R19kmA7yYBpMN1Gz"
    "mA/7jtXBcDPNPIcgPqKPQv8qhUm1oBKbfeC6inKJOHur9l3bn1IdoW0QhPkMt/RWTkq8kp"
    "wp4HG2i8Y0ZLAiQqroYS02g05zhFYpJnV62/s9Y6f985y+4RuoGzff5mn7+pU/5mT+z36Z"
    "u9lffpm336praQPtn0jUG9KHmTmKMkdaO/qXLexgdZCCdDqoYIM4QdhwcsT4DKJfe5lHq5"
    "hYOSXAoZYeotwyinCvWlk9Z7HgJXcbAkK1H3xkkVYglSC5mlqZvnJ/uk1YaTVljKkIOnXT"
    "ZFklOsM+IWFgPOGtQ9QDeX5+iXly+aK07xk0pT/KRkip9kTSC4t9QUT+S3B7jlBFLxUbRn"
    "bn6iN6rM88biad7IzXIKhBU2n3EBzmcc4MRswU6Z1svg3QPFTQGeePPt7odnnc77OdZz1u"
    "5mML67OrsAH2OgByEaxXnt6+4+rfQ/TSvlyNPiWH82PXLXQzNrMla/fHdDPGwAzs+FBZdS"
    "n9hsWESx5lZT+hj5MUhNj6x3EiTXhZksi84hKqFkTr/7ggMba0VN7SxSgUsL/PLSKOlmLp"
    "gSVaZUPROA5TiNyKgHdH1I/TXMqatpY7s6rYAMxCmTxyHV0e3sKkiCjCkJ14DSjWlol2Da"
    "aCrwYkxMT/lcYFRzUJoMJFqmYjbwFoiSGgIC0SHwEJoFA7n5ZOAiwc/sM2srpMcZ3cQSPE"
    "SYueb2lUSMM6IvZenT5TH2AiJPUTjkiIIwCERVSAeZRnuEAqbvbMG/VOjjaCQCj+xvbz21"
    "jOPyTGrPoJ4Gg9r1dKd1QyQPhEOMEwvTvu5UXz51A0fJw8DXMzLvJn9YZlTEo14qNZfSqb"
    "NJVr05VgXm5mKUm3mQeVh4dl2W/QyLj653AuC1X82DUIUvez0grfOIPbuelG+lbTmV2Bxi"
    "piPMHJyL7zqmVJ7wZUd9CTgKSSHA1FFpFKREsWv8iTW647hEWnKjvKPtkpHPFWHOZNFLko"
    "xIOROhM+GlXpbo5x7GVBJYR4+7E/2IQ8X3EFAoqAK16f6s7WvKUIgLH5I8trkC5vHJMndl"
    "dS20bv2zZyI1ZSJTM1XdsqcKdd6xjYPTl34MmTazmar4Trd5KDWmksK+mF8OVTb2oyrPGo"
    "4WP2s4KnrWsIwNYvE6W2DV0+JNnMn3oX8ifEFZAe1ejHJGrc5oW53+zC+fgq/m2hEjnVzS"
    "7xngJ7C0MTEyElDRLn+lqb/+mHbrpGE7kWzyzioJsHTaz+yxsGkaM8GuXxMLPK3j/a0+td"
    "qt3FRdwugWEdQZFobPcVV52IxnQt8Llhebes3p8jZTS8So8ZaSXg2x0er77HCgh/C88fL4"
    "1fHro+bxaxAxw5yWvCpZHsmlosWB6JgIGZ+TVd0IUip13pzrFArpVbUEwrH4DqK7kSwz9K"
    "hIUZBZkk+aqWw/n/RjEnS7kRb69h8znEC1"
)
