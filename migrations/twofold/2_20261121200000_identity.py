"""OAuth and OpenID Connect: clients, grants, codes, tokens and keys; browser sessions, second factors, links by e-mail."""

from tortoise import BaseDBAsyncClient

from twofold.migrate import run

RUN_IN_TRANSACTION = False


def tables(key: str, time: str, json: str, boolean: str) -> list[str]:
    return [
        f"""
        CREATE TABLE clients (
            id {key} NOT NULL PRIMARY KEY,
            owner_id {key},
            name VARCHAR(100) NOT NULL,
            uri VARCHAR(255) NOT NULL,
            secret_hash VARCHAR(64),
            redirect_uris {json} NOT NULL,
            post_logout_redirect_uris {json} NOT NULL,
            grant_types {json} NOT NULL,
            scopes {json} NOT NULL,
            auth_method VARCHAR(30) NOT NULL,
            id_token_alg VARCHAR(10) NOT NULL,
            is_active {boolean} NOT NULL,
            created_at {time} NOT NULL,
            CONSTRAINT fk_clients_owner_id FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE CASCADE
        )
        """,
        f"""
        CREATE TABLE sessions (
            id {key} NOT NULL PRIMARY KEY,
            user_id {key} NOT NULL,
            token_hash VARCHAR(64) NOT NULL,
            methods {json} NOT NULL,
            user_agent VARCHAR(200) NOT NULL,
            address VARCHAR(45) NOT NULL,
            created_at {time} NOT NULL,
            authenticated_at {time} NOT NULL,
            expires_at {time} NOT NULL,
            revoked_at {time},
            CONSTRAINT uq_sessions_token_hash UNIQUE (token_hash),
            CONSTRAINT fk_sessions_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
        )
        """,
        f"""
        CREATE TABLE consents (
            id {key} NOT NULL PRIMARY KEY,
            user_id {key} NOT NULL,
            client_id {key} NOT NULL,
            scopes {json} NOT NULL,
            created_at {time} NOT NULL,
            CONSTRAINT uq_consents_user_id_client_id UNIQUE (user_id, client_id),
            CONSTRAINT fk_consents_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
            CONSTRAINT fk_consents_client_id FOREIGN KEY (client_id) REFERENCES clients (id) ON DELETE CASCADE
        )
        """,
        f"""
        CREATE TABLE grants (
            id {key} NOT NULL PRIMARY KEY,
            user_id {key} NOT NULL,
            client_id {key} NOT NULL,
            session_id {key},
            scopes {json} NOT NULL,
            authenticated_at {time} NOT NULL,
            created_at {time} NOT NULL,
            revoked_at {time},
            CONSTRAINT fk_grants_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
            CONSTRAINT fk_grants_client_id FOREIGN KEY (client_id) REFERENCES clients (id) ON DELETE CASCADE,
            CONSTRAINT fk_grants_session_id FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE SET NULL
        )
        """,
        f"""
        CREATE TABLE authorization_codes (
            id {key} NOT NULL PRIMARY KEY,
            grant_id {key} NOT NULL,
            code_hash VARCHAR(64) NOT NULL,
            redirect_uri VARCHAR(2000) NOT NULL,
            code_challenge VARCHAR(64) NOT NULL,
            nonce VARCHAR(512),
            created_at {time} NOT NULL,
            expires_at {time} NOT NULL,
            consumed_at {time},
            CONSTRAINT uq_authorization_codes_code_hash UNIQUE (code_hash),
            CONSTRAINT fk_authorization_codes_grant_id FOREIGN KEY (grant_id) REFERENCES grants (id) ON DELETE CASCADE
        )
        """,
        f"""
        CREATE TABLE refresh_tokens (
            id {key} NOT NULL PRIMARY KEY,
            grant_id {key} NOT NULL,
            token_hash VARCHAR(64) NOT NULL,
            created_at {time} NOT NULL,
            expires_at {time} NOT NULL,
            consumed_at {time},
            CONSTRAINT uq_refresh_tokens_token_hash UNIQUE (token_hash),
            CONSTRAINT fk_refresh_tokens_grant_id FOREIGN KEY (grant_id) REFERENCES grants (id) ON DELETE CASCADE
        )
        """,
        f"""
        CREATE TABLE device_codes (
            id {key} NOT NULL PRIMARY KEY,
            client_id {key} NOT NULL,
            device_code_hash VARCHAR(64) NOT NULL,
            user_code_hash VARCHAR(64) NOT NULL,
            scopes {json} NOT NULL,
            interval_s INT NOT NULL,
            polled_at {time},
            grant_id {key},
            denied_at {time},
            created_at {time} NOT NULL,
            expires_at {time} NOT NULL,
            consumed_at {time},
            CONSTRAINT uq_device_codes_device_code_hash UNIQUE (device_code_hash),
            CONSTRAINT uq_device_codes_user_code_hash UNIQUE (user_code_hash),
            CONSTRAINT fk_device_codes_client_id FOREIGN KEY (client_id) REFERENCES clients (id) ON DELETE CASCADE,
            CONSTRAINT fk_device_codes_grant_id FOREIGN KEY (grant_id) REFERENCES grants (id) ON DELETE CASCADE
        )
        """,
        f"""
        CREATE TABLE pushed_requests (
            id {key} NOT NULL PRIMARY KEY,
            client_id {key} NOT NULL,
            uri_hash VARCHAR(64) NOT NULL,
            parameters {json} NOT NULL,
            created_at {time} NOT NULL,
            expires_at {time} NOT NULL,
            CONSTRAINT uq_pushed_requests_uri_hash UNIQUE (uri_hash),
            CONSTRAINT fk_pushed_requests_client_id FOREIGN KEY (client_id) REFERENCES clients (id) ON DELETE CASCADE
        )
        """,
        f"""
        CREATE TABLE signing_keys (
            id {key} NOT NULL PRIMARY KEY,
            algorithm VARCHAR(10) NOT NULL,
            state VARCHAR(10) NOT NULL,
            public_jwk {json} NOT NULL,
            sealed_jwk TEXT NOT NULL,
            created_at {time} NOT NULL,
            activated_at {time},
            retired_at {time}
        )
        """,
        f"""
        CREATE TABLE email_tokens (
            id {key} NOT NULL PRIMARY KEY,
            user_id {key} NOT NULL,
            purpose VARCHAR(10) NOT NULL,
            email VARCHAR(254) NOT NULL,
            token_hash VARCHAR(64) NOT NULL,
            created_at {time} NOT NULL,
            expires_at {time} NOT NULL,
            consumed_at {time},
            CONSTRAINT uq_email_tokens_token_hash UNIQUE (token_hash),
            CONSTRAINT fk_email_tokens_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
        )
        """,
        f"""
        CREATE TABLE totp_devices (
            id {key} NOT NULL PRIMARY KEY,
            user_id {key} NOT NULL,
            sealed_secret TEXT NOT NULL,
            last_step BIGINT NOT NULL,
            created_at {time} NOT NULL,
            confirmed_at {time},
            CONSTRAINT uq_totp_devices_user_id UNIQUE (user_id),
            CONSTRAINT fk_totp_devices_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
        )
        """,
        f"""
        CREATE TABLE recovery_codes (
            id {key} NOT NULL PRIMARY KEY,
            user_id {key} NOT NULL,
            code_hash VARCHAR(64) NOT NULL,
            consumed_at {time},
            CONSTRAINT uq_recovery_codes_code_hash UNIQUE (code_hash),
            CONSTRAINT fk_recovery_codes_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
        )
        """,
        f"""
        CREATE TABLE external_identities (
            id {key} NOT NULL PRIMARY KEY,
            user_id {key} NOT NULL,
            issuer VARCHAR(255) NOT NULL,
            subject VARCHAR(255) NOT NULL,
            created_at {time} NOT NULL,
            CONSTRAINT uq_external_identities_issuer_subject UNIQUE (issuer, subject),
            CONSTRAINT fk_external_identities_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
        )
        """,
        f"""
        CREATE TABLE attempts (
            key_hash VARCHAR(64) NOT NULL PRIMARY KEY,
            number INT NOT NULL,
            began_at {time} NOT NULL
        )
        """,
    ]


def columns(key: str, time: str, json: str) -> list[str]:
    return [
        f"ALTER TABLE users ADD COLUMN email_verified_at {time}",
        f"ALTER TABLE access_tokens ADD COLUMN scopes {json}",
        f"""
        ALTER TABLE access_tokens ADD COLUMN client_id {key}
        CONSTRAINT fk_access_tokens_client_id REFERENCES clients (id) ON DELETE CASCADE
        """,
        f"""
        ALTER TABLE access_tokens ADD COLUMN grant_id {key}
        CONSTRAINT fk_access_tokens_grant_id REFERENCES grants (id) ON DELETE CASCADE
        """,
    ]


INDEXED = {
    "access_tokens": ("client_id", "grant_id"),
    "attempts": ("began_at",),
    "authorization_codes": ("grant_id",),
    "clients": ("owner_id",),
    "consents": ("client_id",),
    "device_codes": ("client_id", "grant_id"),
    "email_tokens": ("user_id",),
    "external_identities": ("user_id",),
    "grants": ("user_id", "client_id", "session_id"),
    "pushed_requests": ("client_id",),
    "recovery_codes": ("user_id",),
    "refresh_tokens": ("grant_id",),
    "sessions": ("user_id",),
}
INDEXES = [f"CREATE INDEX ix_{table}_{name} ON {table} ({name})" for table, names in INDEXED.items() for name in names]

UP = {
    "sqlite": [
        *tables("CHAR(36)", "TIMESTAMP", "JSON", "INT"),
        *columns("CHAR(36)", "TIMESTAMP", "JSON"),
        *INDEXES,
    ],
    "postgres": [
        *tables("UUID", "TIMESTAMPTZ", "JSONB", "BOOL"),
        *columns("UUID", "TIMESTAMPTZ", "JSONB"),
        *INDEXES,
    ],
}
DOWN_STATEMENTS = [
    # What an application holds must not become a person's own sign-in, which is all that is known before.
    "DELETE FROM access_tokens WHERE client_id IS NOT NULL OR grant_id IS NOT NULL OR scopes IS NOT NULL",
    "DROP INDEX ix_access_tokens_client_id",
    "DROP INDEX ix_access_tokens_grant_id",
    "ALTER TABLE access_tokens DROP COLUMN client_id",
    "ALTER TABLE access_tokens DROP COLUMN grant_id",
    "ALTER TABLE access_tokens DROP COLUMN scopes",
    "ALTER TABLE users DROP COLUMN email_verified_at",
    *(f"DROP TABLE {table}" for table in (
        "attempts", "external_identities", "recovery_codes", "totp_devices", "email_tokens", "signing_keys",
        "pushed_requests", "device_codes", "refresh_tokens", "authorization_codes", "grants", "consents", "sessions",
        "clients",
    )),
]  # fmt: skip
DOWN = {"sqlite": DOWN_STATEMENTS, "postgres": DOWN_STATEMENTS}


async def upgrade(db: BaseDBAsyncClient | None) -> str:
    return await run(db, UP, __file__, "up")


async def downgrade(db: BaseDBAsyncClient | None) -> str:
    return await run(db, DOWN, __file__, "down")


MODELS_STATE = (
    "eJztXW1z27ay/isYfWk6o2QS+S117twZJ3Eb35PEHcc57Zy2o8IUJOGYInQISopub//73Q"
    "VIiu8mJUqGZHxpYwILUrvkYvfZF/zVCRZiKNzBiwvHYVLeinvmdc7JXx2PThj8o3C8Szp0"
    "Ok2M4pWA3rmKgqqZ/QCnSjX3TgY+dQIYHFJXMrg0YNLx+TTgAu/WufCImNL/zBi5Y9RnPl"
    "HEXSID4bMBoZIEY0a+fLh43js5JWJIFmMaEB5IMoa7w3zJvIF8gTcbCAfuxr1Ry+vOPA7r"
    "wK8aMaDxYfXf/oDL3Buwb0xGf07v+0POgCFJFnLFH3W9Hyyn6trXr1fvf1Qz8Znv+o5wZx"
    "NvNXu6DMbCi6fPZnzwAmlwbMQ85tOADRIM9WauGwoguqSfGC4E/ozFjzpYXRiwIZ25KJbO"
    "fw1nnoPSIJG81ePKFx5b9Pngv8OnTFD0+5+vb/tfLm/7/U5OoPg0GVmElxzh4cvAvQB59t"
    "ffet0Vb9TVDt7g3YeLm2dHp98rbggZjHw1qDjX+VsR0oBqUsX/xDuLUu6PqRznGf9uTP1i"
    "xqepMgKAh94O6yNWbYG5nQn91neZNwrG8OfpcQWz/3lxo/h9eqz4LeBz1R/z53Ckp4aQ7S"
    "s2S0fgGjkW/8+X68/FLF5RZNg74E5A/o+4XAY12BwyMeZyNGXF5pWeWZ/PnV+0MiATuiQD"
    "8UYtcU6o64LWCNXETIKSgPGc6mn8uiPTcJGJlP9xk5x/9uni16xQ3n28fpv9LnCBtxkJOT"
    "5DLvZpkJfSexgJ+IQVSypNmZVWSPoi+sc6n8Z2hFb/44AfOLj23GX4PlWI5vbq0+WX24tP"
    "P6fk8/7i9hJHeurqMnP12WlGZvEi5Jer2w8E/yT/uv58mRVjPO/2Xx18JjoLRN8Tiz4dJP"
    "RHdDXiWkrq7NuUw2prSD1NeYBS3xMpRzypFLPP5rBjrfNxpylbEPNuFPKTlLLjcuYF/WY2"
    "ZIpoA1PyYbm2YM90bsEGB3/C5Q7VJijurmiAS9hjo20XDfUp86XwvpNELDwi+ch7zr3Nd9"
    "4HDc2VMEY+bSyLJM1eiAK4POFSxpIAC8gREybJ0BeTLqHegKBXRBY8GEfS8YTH0H+isYx2"
    "Khc0wxqKJUHSpq+1FbHswJ1C53V4X+hNIafynP0RPGj4Av/Bloq/V/Ac1HNYAT8jj/JruM"
    "5esnR1dXV/ny5ibz/5PsFvHzCXBdrfvPjy7uL9ZadAqbfB1HfxSsbojx2p8gclktoEH5aJ"
    "0tNtiOSnaCFjJPIYGv1B8ST3xWLpoE66o879gvqDfko54YjoicyVeG5+aNKbZK9Qj44Ul/"
    "Fn4EPHSOeUg7Q7hSCoHupW459T3r9ny7rQJ3GFN3ru8jkbECAjQ+Ej030BDJq0AIG2v76F"
    "Qs3au7sVUKj6f47l5SBoNL8d+POxMZ4UAPrq5csaCCjMKoVA1Vja8pz6bMi/NeHwisJkHq"
    "t9A9QF7NBD7kvYMOAHgSKDvaBL7pagHbgzVuoBNnDQDvfgv+IeX3OTyEjmtI5gsl54Qi6n"
    "WbHAkzfG/5M0Fv03F/1f6wtIqPW7GXcD7skXeL+m6jwXFGCTabDMRAX0J2HDAuaoMxsWMC"
    "osYPFiGxWwUt5AyhbwtIDndlm6OeD5WPBNEKBN1inEb8KxbjWAo2fVBHA+iAURw4B5RIoJ"
    "C8bA29ASlGDRTjjInSwQXvE5/EtyeGfIn3dsRD3QtH+eE0fMPJyjcBmwIqe+wPw5BhQhwJ"
    "IHdXZ0zw2AnsN1wDrXETYW81pDqMjMxVhM1nKB2/LPKpCg2eSuSK9deUEJFBQTZITBa8Hb"
    "xln2I3yI571Xx2fHr49Oj1/DFPWg8ZWzChFcfb7NOFHR59TUzErS7caBMmRD3gsjK2cWPN"
    "Iudjmh3C3Pxk4MV+9lDCc2y8UGrebd6+0E9xDJvAARP/Ycl+qSkRADImBHOX8odiAJ94og"
    "wS3dwoYlzLKwqzaj6cwHikaRiQSJ0cD5nPl8uCRgDAA7WLAWHl4vUFERp8iCtUoNNOF2TG"
    "A0r3+B75whGhtpkXOtOxZj7jLQGKgftOZAb+U7SUD7g1TqhrLTUumd1LHRYFapXNRYWjC2"
    "VGEnwQqLeJez3iLeNhHeVCnXS5GGnzabrPd1p0kt6G2ynC3obUHv7bJ0b0Hvy28B8z3qXg"
    "3ACOZBcfZiblK3GjoIp8PvVfM5q40gqLJIMMmpJ9AVJ9dT5l29R5h5zgdxthAM5cHS5tQF"
    "fv9vHS7lTL+Icnb3bwaP+4cFAwwFA1ayquv/rChMdk/X9H56Jye1/MyTCj/zJJetFX4FDZ"
    "icILFcrsdl62aWc/9w3Uxrl1q71NqlhXbpDXPEnPnLd2LACm3S1IRqe9QPpwI3BnVNUZWt"
    "K8B+RGuSUEclPqjQElmMmaegYQnrYvgeFhK+iurDC5qMPNEo7pQ3Vrewvg1jmaWbqixXfB"
    "Mbg/cpIovdP4zdW3hvndfaJCvKwnvWjDKApXtrRn1hqnq70IKKxqqNJ6ln1Ubw7nyxQBiO"
    "e2GpHyaa3onBUhXrg93CvTeq1skR4p4zNGtqGUytrmxNJbP0T5WpZBMddmIsYTa4GDQqy0"
    "yQ7HFdJqbEgxJYqjABpr+Phf6b+ow8oxO/S25+fEdevzo7/d7Qsky1+8AOUNSGpPwTSVPt"
    "DqntbEv/ZHDaWlX7vYqq/V6+aj9MA2vC5gSJuTxWVfu67813klz9vFG+23EdgPy4HB8/tv"
    "C4hcfP1eAYA8jOmrIvot+fNwBzVD29E7lUBiXbE/zEPj53C1uTSa9HLb/fZuk9CTHbwvSn"
    "IGUL4lkQb7ss3SaIl+kGWeAgvA3pfvzHDXNVj8sKPrfXCbL9apkRnzMFtK1aP8IfXTLzXH"
    "AY8DqXqqRZDIcu9xjRx7ps2ATy763CpLcimL5nc+4Ux5oTw91KsDSAicBWnNko5fE7mQ72"
    "dkOEc0LvsbQeNqfnd1QyrG1kz/FPMqVSLoQPAniG6MRp7+h13gRsf3ULnJql87sVwKlk1A"
    "XjB0TvswLT6ZZ9K6nfzxGanMWnkAs5pojz6yfugmJy/OUU+1TMPMz71ckU/lx9CmLRQuv3"
    "28tfb6thvNi6+nj9+adoehbbS6Mc6Ob1ZcCmBbsHH5W2W0iR7a7jwss15KSUCz4qFmKjVL"
    "RnG2obEoBC8s51B2HYRFRFZrAAZVoXhtKdGn7o9Y6Oznovj05fnxyfnZ28fhm3bMgPVfVu"
    "eHv1E7ZvSAku38/BglPlAjlccAp+6ZD7a2eXpGj3xjPVmBTGWHVv1/jLRcPQ56NxsOoCHm"
    "CgFswPsmR1m7vuyeuxZ/7so4YtW3Rnm6RQPOT6XnvsVsB/tu34msD7lv3ezTwtxcgiHyvi"
    "cIV3hc9Z263Shw9o93SVYVvkIlXMtO6OWTqhyt157E4lW2kZ91EswH9xwDs3p/OIPRlgyy"
    "cDhEZV45ynHKHJHO9QfyS8Hh/o9JofXr08fYNeoSdiq/Jc90hf883fQpWeL9xGb340f4d5"
    "H85MBmKit9Jd5NjUSrGpyLDJspjLPmzsfF7A57cC2Em9kg00SZfh9x0QbovhkZLf7Tb59v"
    "r6Y8oRenuVxZe+fnp7CapHsR4m8aAEvdB9/lTvMb6WM1u4wJ55tFT3FVTtBAOVXxElQCnP"
    "Fuu02OAJOrEW2ipXhIcLbcG3HBUGpEX+Tz1QLPEE1e5A6FcNv/Z36Nrpxn7OmHojJt+o88"
    "kwbIkeLn79eoAIkK1uFroUMzKmc4whsLqxgzaaBjdAQBJJcyrammjcukEY+kKtFXeL3bMv"
    "tDSUnMoxTJy5twmn4vP9DpFJ2V7AGzAq3X/4IJlV3P1oE54VtF86RM7l6/Q3YFq2P8AhMi"
    "xZm7cBqxKFgIfIJV3WsCmTWjwvuSW/RRCfjbgE3YC1j0H6LAk0aMAhltgdXTOAgEmuFAjc"
    "PYrSwaTUGpK5w00TtbIV+G3wXi9zqC/oTlMG95JDoTO+9qag6oCHvvCCFxercqxD5NSE4d"
    "krcsynLfDqU7zYobJL+IMwprgZp65xnUNlks/mnC1a4NKNWuiQ2NQoKzlZ0x7nCZdzNcpR"
    "qKH80wnKRhgo7fC20fltM+CNz/9XMau0b1h+Vrf6TLfk/CYdxC4ITtZn1dC4eYVDfZ+r49"
    "LgojbMEsfWKBNOwv0CNx/2amdFm9KwPykNtkvYDhpfgOfDfeYE/ZnPGwV3M3QmB9vXDu/W"
    "7aFQ2UQhF+RVr6gzpi7eqVFEPU9pMts7X3onpzq/4ez06JT8Pnv5kp4dv+g96kmPiUwe4R"
    "UZIBWpPKI4TbIe1w0zPNLcPXnVq8FemFXKXzVmSwNs/NT2JVjHTjJJyvWSI2x70SchZwXP"
    "NizlSNLY3gSVvQlGEXC9aXOCFhFwE6s0kq+UUT1Gw8hYEdiyCppVICyJ+FwNVMUjsJSLPZ"
    "2Ul49YyIQuCZX3KvalkxR02frZyQ+vQpu7971uDcoH6uhf+Nef+rbA0D8LkJZt3cWiL2bp"
    "pW4F+mLrHLZb59AQb9k5zNK4h+IVfPBjodpnjNat19nGCU6qK0JjHDFDZrDH3wlbO0dZDZ"
    "RMZ3egvGM0HEv7xAyP11hPLNsFHRv13M0R7m/n3TbU+1ba6eJ43xUjeGX6awuqchErtNaF"
    "ps1jfaMGYsqQWcG0LhjpiIYyWVHsrzj0AU885TYY2j1c9ZDVvdyb2AcZMpOtXoxbwBqhLx"
    "YaNndUgokAzlz6MnJrHRvhqI6FfFRuIB/lSyEHOuW+T91RE8Fk6XZoMd9gwKvpl6KIUBCX"
    "MXVj96SWd1LhnNgy1HXUUYtlqDZSVv6uH26kTCy8xl2SkjQb4FsPu6Zt9O8wJEu/XcReSa"
    "ANxL5mV6UnJaoH4wDJ93/9NsWPVya6I0wI203mMPwxPC4C85G4sA5Yt3/SjUHVSWLPecMG"
    "obYGZnMu6WToVir/dCL0Idf92YKhhzg0nckx2IQ+g0eWG7PqZ7XajV7skFi23bhwqLEKA8"
    "MrbVYVGU6ozppHdlPV8ZxQ1xULPPkxjgFIobeA+Owc7FBK5T3TWzzu7iNaoPlbXLYg+Ptb"
    "3J9SL9j5w4aDDQ0HP00c01hY2QIGpaI4YMAgTqdpovxSRDYbr+DsUCP6VJthJLULlZh38J"
    "IRhme3aQfqvA5og6u1e3qY+eU/yNaU4jMqZzThoxe5B2kXvsJDyMIGdcpyNY022xdUHWYA"
    "lnp8mDzW0aKZj7Y7XgzGIIouYbDaQp2DpbI+X5/2ig9canl1mzBqlq6v8hASL2PjbLsiWl"
    "u8m4nT5vPo1MaxFsPzlJbdD7Lb+sBG+cBwX+bPqdsvEEnpcWFpot21al0jhvMB9klXeCMV"
    "pwk3VvhacRPFrZXcsWDBmNo8iMJmsRneDhu0ppNGXXctOCJFaCsBTa4EHDBvvR7pKUIrY5"
    "NlbHHFcpV5uLiiLdl/Gh+3Ldl/GnK2YYKWwwSP2ARhV+l/ul4Dz3sJw/yJs0wRpWvnINP1"
    "YwkW924R9869223wtW5K1f6+0fvbpULLpijYEEutIs6wyrirmYeER5inWoeSEZ4gEyUO6d"
    "TTIZ1wd4mn3lHd2hMTjkFUUX8JFURwsKJ86KsM5JLspC3ezMYfTNuTbYbSnqCz+EVieYCz"
    "Jp5QRL8//qU+WA8Vj8qcdCkeF++LORtgOcUqX/KZqiPFZ8+HU5+Ao2LRpieINvlsDnvuOl"
    "JPU1oQwuhv24IQLYMQ4XlXDVmaptoDIALTgEK/bcTnzMOmcoR5A6kaGanKxJnn4uG0cJ3r"
    "BCMxHLoc3QBVi7d1mGJfMkj34x3fqwRSEwEfmz9qAo4mV+cIbsrZ+kcSHqpSflA46W0tJR"
    "34FeTz148fbSl4XAo+Zf6EK4ZpoItrrEsqsEtX+sfCXKGkIDuFl0U14u3WhW9e6lx4mNGe"
    "+XlGl4fv7DDPHUD1GRd0CDbIuJ2v/kYvdnDHOm81IJEuKi8KTOTKzisCFAUF7w9HKpRipD"
    "7cNgAFp1SdlwkkhAt2yWLMnXEcUiBYl03omNEBkiHMF51HpgoYfnjVOy0oj9jFDW3Ewizn"
    "plsRsZj5vHnifoLGpuzrkERFyv7qc2sSGEpT7T449Dhuui1UtxB/ap5NKLUYv8X4HxP/tG"
    "Dd/hd7p9zDIkcn6z9W+Dl5v7VmQhZ4A3LlTWBdtse+BWHyU+LAZJ0spcYQ/tEgkYL44Pqk"
    "JAGrxcWt+2KWbqpyX3Sb7aYOTJrKujAPujDWgrYWtLWgD9WCtiVZT0LO9hRVe4qqAV6Ssf"
    "UpX0BM8ANBUp0iFykx3K10kKSe2L9ny9odsWAumVLu69A4riDJ1fvQfckdaXpffGTquqtY"
    "h8csJdOtcHioOxI+uKuTJv5OisjoY6JMPIkIFHbQ6BjamMBoViMGcq7P6cTAdVf1zZ5JNs"
    "BEhzdEH6L0hvhguflskJhJZMBdd61jPNsXjj5ntP/vxX2j4FqKah+Cax190PWrsy6hUYJb"
    "LBFDj7WTjGJfpULZ3MLbV5YsnqQy+hPCZIpoz+0S5jn+cgoPRWZwG18BjZL5c+ZHR5uo8+"
    "1aqLG6/PW2Wlix4/Hx+vNP0fSsBC3EYyEepeXXrY7M0Frv32TvP9zH16p4S1JaKZsm5Rwm"
    "8Uj+8+W87KwZPdKt9JrZvP45M1+its3hmWKwLLxxeTOodOLv3u/eVUDwOaXap32xUBno+n"
    "iyKO0c3eQ5dWdMnquSaY6NL92BHiK4KyjqyWrDB98bd3p/5jJpfet9862bb4HW5DFKR9Yx"
    "edT/c3Iu9+aj+UZ7IjdMipnv6JYyi6SuO8eeD4OZE8gXsym+kXW9xaznXs91r/Ldc867Hz"
    "51E3EkaUwWybqx+zpsPi3n8mmeyWJRGPSpYHFMcYgMbj05AkwV0bT8Okmz1Xp4UyzpBtXs"
    "zph6aGHm2FmO5yVI9reNkoKTtEka1tdoIyXsC6Z/okFQnyl+x9WATaYiYJ6zLIvdZaZUey"
    "J8NblxDE8H3qKjZlTFlEoupGTh84B1V/szylddw5LDsmDeJssVnnUZHxwOq9uTLo31RErO"
    "dy/fsmMCk3dspeBULzJ0pqVO1H1D4GsLlqpaf84lh32x9gESqY396LTGxn6UdTxWGzsOpT"
    "eie60q6sognG6yBNa0mXonJzV4C7NKmavG0twdwv2ZP/V5UdZMOZczZCZzu3M9XOnlc9DV"
    "AhWxyjuf0KWKt46xS6gKFAFXUOWv9eq3b9OKWaBS45sYYUmajaywXZb8O8h3hed18X+MOt"
    "hJpKDMwIyQ6n5F6XaaAn9YiJUpxvUF87kzLjSqw6FqY5quJj1kQpeLumUQvfxgriLLteBA"
    "rlBo5paDtHKyVrl5Omd+cZup8m07QWLylm2SgYRfVQMOh9MPkLtbwZ7hjkFhXWsFyrQi2Y"
    "eUsTZ82MMAi/7+fxwjgrs="
)
