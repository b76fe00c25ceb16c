"""Comments and defaults."""

from tortoise import BaseDBAsyncClient

from twofold.migrate import Rebuild, run

RUN_IN_TRANSACTION = False

UP = {
    "sqlite": [
        Rebuild(
            table="users",
            create="""CREATE TABLE users (
                id CHAR(36) NOT NULL PRIMARY KEY,
                email VARCHAR(254) NOT NULL,
                name VARCHAR(100) NOT NULL,
                password_hash VARCHAR(255) NOT NULL,
                role VARCHAR(20) NOT NULL,
                is_active INT NOT NULL,
                email_verified_at TIMESTAMP,
                created_at TIMESTAMP NOT NULL,
                version INT NOT NULL,
                CONSTRAINT uq_users_email UNIQUE (email),
                CONSTRAINT ck_users_email CHECK (email = lower(email))
            )""",
        ),
    ],
    "postgres": [
        "COMMENT ON TABLE access_tokens IS 'An opaque bearer token, stored as the SHA-256 of what its holder sends.'",
        "COMMENT ON COLUMN access_tokens.client_id IS 'The application that holds it; null: the person''s own sign-in.'",
        "COMMENT ON COLUMN access_tokens.grant_id IS 'The permission that it comes from, and ends with; null: none of a person''s.'",
        "COMMENT ON COLUMN access_tokens.scopes IS 'What it may do; null: all that its user may.'",
        "COMMENT ON TABLE api_keys IS 'A long-lived key for a program, stored as the SHA-256 of what its holder sends.'",
        "COMMENT ON COLUMN api_keys.prefix IS 'The key''s first characters, by which its owner knows it.'",
        "COMMENT ON COLUMN api_keys.scopes IS 'What it may do; empty: all that its owner may.'",
        "COMMENT ON TABLE attempts IS 'How often something that is limited was tried since `began_at`: counted for all processes together.'",
        "COMMENT ON COLUMN attempts.key_hash IS 'Of what is limited, and for whom.'",
        "COMMENT ON TABLE email_tokens IS 'A link that was sent by e-mail, good once: stored as the SHA-256 of what is in it.'",
        "COMMENT ON COLUMN email_tokens.purpose IS 'verify or reset'",
        "COMMENT ON COLUMN email_tokens.email IS 'Where it was sent: good while this is the user''s address.'",
        "COMMENT ON TABLE external_identities IS 'A user as another OpenID provider knows them.'",
        "COMMENT ON TABLE recovery_codes IS 'What opens an account once when the second factor is lost: stored as a SHA-256.'",
        "COMMENT ON TABLE sessions IS 'A browser in which somebody signed in; its cookie is stored as a SHA-256.'",
        "COMMENT ON COLUMN sessions.methods IS 'How they proved who they are (amr, RFC 8176).'",
        "COMMENT ON COLUMN sessions.address IS 'The client''s IP address.'",
        "COMMENT ON COLUMN sessions.authenticated_at IS 'When they last proved who they are (auth_time).'",
        "COMMENT ON TABLE totp_devices IS 'A user''s second factor, which makes time-based one-time passwords (RFC 6238).'",
        "COMMENT ON COLUMN totp_devices.sealed_secret IS 'The shared secret, encrypted under the server''s own.'",
        "COMMENT ON COLUMN totp_devices.last_step IS 'The time step of the last password taken: none is good twice.'",
        "COMMENT ON COLUMN totp_devices.confirmed_at IS 'When its first password was right; null: not in use yet.'",
        "ALTER TABLE users ALTER COLUMN version DROP DEFAULT",
        "COMMENT ON TABLE users IS 'A person with an account.'",
        "COMMENT ON COLUMN users.email IS 'Lower case.'",
        "COMMENT ON COLUMN users.password_hash IS 'argon2id, RFC 9106; of no password: empty.'",
        "COMMENT ON COLUMN users.email_verified_at IS 'When a link sent to the address was opened.'",
        "COMMENT ON COLUMN users.version IS 'Counts the changes; send it back to change only what you have seen.'",
        "COMMENT ON TABLE authorization_codes IS 'A code that a browser carries to a client, good once and shortly.'",
        "COMMENT ON COLUMN authorization_codes.code_challenge IS 'S256, RFC 7636 §4.2.'",
        "COMMENT ON TABLE clients IS 'An application that may ask for tokens (RFC 7591 §2); its id is its `client_id`.'",
        "COMMENT ON COLUMN clients.owner_id IS 'Who registered it, and for whom it acts by client credentials; null: it registered itself.'",
        "COMMENT ON COLUMN clients.uri IS 'Its home page.'",
        "COMMENT ON COLUMN clients.secret_hash IS 'SHA-256; null: a public client, without one.'",
        "COMMENT ON COLUMN clients.scopes IS 'What it may ask for.'",
        "COMMENT ON COLUMN clients.auth_method IS 'none, client_secret_basic or client_secret_post'",
        "COMMENT ON COLUMN clients.id_token_alg IS 'RS256 or ES256'",
        "COMMENT ON TABLE consents IS 'What a user allowed a client, so that they are not asked for it again.'",
        "COMMENT ON TABLE device_codes IS 'A device that waits for somebody to allow it something, elsewhere (RFC 8628).'",
        "COMMENT ON COLUMN device_codes.interval_s IS 'How long the device has to wait between two questions.'",
        "COMMENT ON COLUMN device_codes.grant_id IS 'What it was allowed; null: nothing yet.'",
        "COMMENT ON TABLE grants IS 'What one authorization gave a client: the family of a code and all tokens that come from it.'",
        "COMMENT ON COLUMN grants.session_id IS 'Where it was given; it ends with it, unless it is for offline access.'",
        "COMMENT ON COLUMN grants.authenticated_at IS 'When the user last proved who they are (auth_time).'",
        "COMMENT ON TABLE pushed_requests IS 'The parameters of an authorization request, which a client sent ahead of the browser (RFC 9126).'",
        "COMMENT ON TABLE refresh_tokens IS 'What gets a client its next tokens, good once: the next one comes with them.'",
        "COMMENT ON TABLE signing_keys IS 'A key pair that signs ID tokens; its id is its `kid`.'",
        "COMMENT ON COLUMN signing_keys.algorithm IS 'RS256 or ES256'",
        "COMMENT ON COLUMN signing_keys.state IS 'next: published, not used yet; active; retired: published still.'",
        "COMMENT ON COLUMN signing_keys.public_jwk IS 'RFC 7517, as it is published.'",
        "COMMENT ON COLUMN signing_keys.sealed_jwk IS 'The key pair, encrypted under the server''s own secret.'",
        "COMMENT ON TABLE events IS 'Something that happened.'",
        "COMMENT ON COLUMN events.name IS 'Resource and what happened: products.updated.'",
        "COMMENT ON COLUMN events.changed IS 'The names of the fields that changed.'",
        "COMMENT ON TABLE idempotency_keys IS 'A key that somebody sent with a write, and what the write was.'",
        "COMMENT ON COLUMN idempotency_keys.owner IS 'The user who sent it; empty for visitors.'",
        "COMMENT ON COLUMN idempotency_keys.fingerprint IS 'Of the write: another one may not have the same key.'",
        "COMMENT ON COLUMN idempotency_keys.outcomes IS 'What came of it, of each item.'",
    ],
}
DOWN = {
    "sqlite": [
        Rebuild(
            table="users",
            create="""CREATE TABLE users (
                id CHAR(36) NOT NULL PRIMARY KEY,
                email VARCHAR(254) NOT NULL,
                name VARCHAR(100) NOT NULL,
                password_hash VARCHAR(255) NOT NULL,
                role VARCHAR(20) NOT NULL,
                is_active INT NOT NULL,
                email_verified_at TIMESTAMP,
                created_at TIMESTAMP NOT NULL,
                version INT NOT NULL DEFAULT 1,
                CONSTRAINT uq_users_email UNIQUE (email),
                CONSTRAINT ck_users_email CHECK (email = lower(email))
            )""",
        ),
    ],
    "postgres": [
        "COMMENT ON TABLE access_tokens IS NULL",
        "COMMENT ON COLUMN access_tokens.client_id IS NULL",
        "COMMENT ON COLUMN access_tokens.grant_id IS NULL",
        "COMMENT ON COLUMN access_tokens.scopes IS NULL",
        "COMMENT ON TABLE api_keys IS NULL",
        "COMMENT ON COLUMN api_keys.prefix IS NULL",
        "COMMENT ON COLUMN api_keys.scopes IS NULL",
        "COMMENT ON TABLE attempts IS NULL",
        "COMMENT ON COLUMN attempts.key_hash IS NULL",
        "COMMENT ON TABLE email_tokens IS NULL",
        "COMMENT ON COLUMN email_tokens.purpose IS NULL",
        "COMMENT ON COLUMN email_tokens.email IS NULL",
        "COMMENT ON TABLE external_identities IS NULL",
        "COMMENT ON TABLE recovery_codes IS NULL",
        "COMMENT ON TABLE sessions IS NULL",
        "COMMENT ON COLUMN sessions.methods IS NULL",
        "COMMENT ON COLUMN sessions.address IS NULL",
        "COMMENT ON COLUMN sessions.authenticated_at IS NULL",
        "COMMENT ON TABLE totp_devices IS NULL",
        "COMMENT ON COLUMN totp_devices.sealed_secret IS NULL",
        "COMMENT ON COLUMN totp_devices.last_step IS NULL",
        "COMMENT ON COLUMN totp_devices.confirmed_at IS NULL",
        "ALTER TABLE users ALTER COLUMN version SET DEFAULT 1",
        "COMMENT ON TABLE users IS NULL",
        "COMMENT ON COLUMN users.email IS NULL",
        "COMMENT ON COLUMN users.password_hash IS NULL",
        "COMMENT ON COLUMN users.email_verified_at IS NULL",
        "COMMENT ON COLUMN users.version IS NULL",
        "COMMENT ON TABLE authorization_codes IS NULL",
        "COMMENT ON COLUMN authorization_codes.code_challenge IS NULL",
        "COMMENT ON TABLE clients IS NULL",
        "COMMENT ON COLUMN clients.owner_id IS NULL",
        "COMMENT ON COLUMN clients.uri IS NULL",
        "COMMENT ON COLUMN clients.secret_hash IS NULL",
        "COMMENT ON COLUMN clients.scopes IS NULL",
        "COMMENT ON COLUMN clients.auth_method IS NULL",
        "COMMENT ON COLUMN clients.id_token_alg IS NULL",
        "COMMENT ON TABLE consents IS NULL",
        "COMMENT ON TABLE device_codes IS NULL",
        "COMMENT ON COLUMN device_codes.interval_s IS NULL",
        "COMMENT ON COLUMN device_codes.grant_id IS NULL",
        "COMMENT ON TABLE grants IS NULL",
        "COMMENT ON COLUMN grants.session_id IS NULL",
        "COMMENT ON COLUMN grants.authenticated_at IS NULL",
        "COMMENT ON TABLE pushed_requests IS NULL",
        "COMMENT ON TABLE refresh_tokens IS NULL",
        "COMMENT ON TABLE signing_keys IS NULL",
        "COMMENT ON COLUMN signing_keys.algorithm IS NULL",
        "COMMENT ON COLUMN signing_keys.state IS NULL",
        "COMMENT ON COLUMN signing_keys.public_jwk IS NULL",
        "COMMENT ON COLUMN signing_keys.sealed_jwk IS NULL",
        "COMMENT ON TABLE events IS NULL",
        "COMMENT ON COLUMN events.name IS NULL",
        "COMMENT ON COLUMN events.changed IS NULL",
        "COMMENT ON TABLE idempotency_keys IS NULL",
        "COMMENT ON COLUMN idempotency_keys.owner IS NULL",
        "COMMENT ON COLUMN idempotency_keys.fingerprint IS NULL",
        "COMMENT ON COLUMN idempotency_keys.outcomes IS NULL",
    ],
}


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
SCHEMA = (
    "eJztXG1T4zgS/isqqqaAqkABMzCzTN0H5uVuuJodtoC5vdu9rYywlUSLY2Utm5Dbnf9+3Z"
    "LtWPJ7cEJmyCeCLMstqftRv6n/3JJ/eDxkW6fkzy3qOEzKfihumS9Vi0/H+Mh60iNbjvCi"
    "ser067wXd/FROJuo/95+OLvceX6yi20D7nkswFZPTFmwM2L3OwH1XTG+8cTNzovdXfLXX2"
    "R7bxv/WA+Pkocv1FMZ3cgwNwJ06pGjuOOrph2LPneyu7u79bWXmXwkWdAvmZvR0fE488Oy"
    "rtDmR55HbzxsD4OIGS8PgYZF31X70h9ROcq+/a+zSzXAyQuLTumICZPZrv+8uvhU9xEnYD"
    "Rkbp+G2Tevz398f3V99uNP5jbDyg9CPmY728/+s/dsvPfMvX724fTZj6fPBts9su2L6bbe"
    "g4ODg1+2TfLY/YQHTJZ+yOgcsDuYfCVV9qR+g7ZJwMc0mPVv2Qx5GFkXmwciYHzoY7PF24"
    "PbviEE/QxXZIQhZRYcLaTBkIUJC+kFV0397BtxZ+H3XeaxUG/82dXbs3fvt3R7NHGpbv90"
    "Qc7eXp/DZhmLkCPO4MTsx+YPTAJ1+ypJzPJ79ltpu0mgau6YPnwn8vkfEbM2O/rDItYUsO"
    "ynM09+UwNy32X39oD8vpx7El6bs46xcLlXjb1NX85sbPXr2XVP354v+ld8fYtOeCIDmUMg"
    "adzgfzH+q78FAHx4cGD1nARswO8L+9qDwop3gezzHdj+9TcLcNcG2WtOoFVifczrjw7zlR"
    "iVEJnlkew30/YaaCqYbAEqaWQIQzaehBYyJI1lyNCKif1ofAO8lul6/una7HLDhtQvVxCK"
    "dn2+FlUrEU+kn/1AuhRpY7wWbEy5V6QuGw82aFmMlpMomAhZAphWX7WgRT2Pjm3uaakLrw"
    "32mVQJX0bj1UBdllnXGu4MQjvQyMomXgZ97D5kgU89aAJVi4ecWVJf8Hwj/MXCz6WMTIyf"
    "S/SxrdREN78zJ2zWeanyvLCI5TljvSWtgF69Y/3MZhhEpPuZdKiRveoVKRPBgDnijsHqO8"
    "K1pM96tBG8Eh8VrE6L03GF55C5gWstHxapxpoa3pb0QbU0lE+9TBAkWPRcWGpn2rhh/mLm"
    "b6kbjlk4Em5rc1qRQ4eAa4VHFjoDzBGs96nrgqIoi15+cVzz7srUWRqFI0Rup/Jz34RfNx"
    "GbtYaclMgOFN+iCZcBTSjCCczijjvWeWs82ABOMeBIRj1gYslALk1Gfv9vy6XhURn2Zcgm"
    "2W5vzv+Bvg9jvQ4eSeJBFxjwYEXKQJa71louWxGqRUpTeGrx05MTohY+nRaOdSrlVARu6S"
    "GftxgD4RUOfpQ7p51IhmLMgm3blu1TJ+R3xig5sT0smH0flD4+4O1E6lGEHwjFI6NuhhXi"
    "XiZAivf7KTNk5UY36rPMGTHn1nrbuc2/7btgTAKhyRKTvxEtG+o/2HrtxQbtRQT8fxT7Fh"
    "iTRc+fmHhW5iM8wKQMmAtaoBP2o4CX6Me2UKsPOCMKq+kPC2U1H0MQvlPY8/jwqDadYuMT"
    "LuD/tQ/YF5D8YMO8bh1KA+hJPkUWVDI5Fk8JSMTUL9eWaySx+cFfhibHdRaz1s0r8auGyC"
    "yitXYWTASo/Z4YiijsP2ggzYH4RutXF8saQNnoaxdJ0cI9t3eIu7HtSr1h8Z7aO3V5dXR8"
    "0oWytZZBgRgO+ln5yGJU2r4S+6YMAYuoTFFvTmKMenBE5WEvaXxiuNdR2ui65/cszP4xWz"
    "y6dW9lKaZ0rUcOZZXKYy9hOcnZNc4kClYKfuE6FOYbKtnXPpACW8p48MQwoIVoZ5apuTGl"
    "9rXdK4tBCPdDFtxRr2+8mcvLmgjPW9yb8ZAUeJf534IfZW0tvqyUrgn0WcBsULjmxqhBa5"
    "FkZ7+fe25mcNvD5WU+h/RNzdvyTW+SV166IaVWcbwNp7bMP7lzYSm6oY7qLYifi9uALaPA"
    "K4PaFUaQNROvmyYbU7WWYB7TZvJs9jOZJyZ12SSXhuRdvb8mnz5//LioDZzf3vo7O0WL3w"
    "RUCxcmfTG7KhpSJ5EcAZMHDM8hC1vtZ08MZFtgZxTw5hr0hAbwK0zENwuXa6pULoprFgOt"
    "CZRUKV42xdmNNTA5aa9WkCoXoNwWDtgA9mNUdDXEevTERLJ5UHFzjaN1+myWsdbdQLKo7S"
    "CprWL+pfaIhNXk/jB/1dV48MRklHpDEfBwNC4L0ph2Q4gb36TnJLrxuNP/fXpbfWzGOXNW"
    "v3zC3OpSXTHeVPep6gBhCJjRCQog17K7XIwlbnpqnLrsnW8efgboEVFQnHJykussptYZWH"
    "quAe+JRYPnzoj6Q+bmpK3Apq9iN+6y8USEzHdmeaDMPXxiLKgioEU7mVNocFkL+uXzEQdw"
    "8LAAdqP4/kCORUQUOmK8ZvVcKrSYMpXAZqU45ByvWy4yHh/sNVpBblBz1nMVft6MuoGyrI"
    "UMh0EczOq2NNLnz+fvzPUdgpKjGa0fRdzdqfcXqjHq7d3kUxYnKDrHY7yjgps+YoROJh76"
    "8bjwSTiiIRkJz5WEh68JvguvQacJGL3C35YEtoCgkrTH/f16Fb8xETD+mCsXh6aBh0TxNh"
    "kEYtwjsECE+UDVFPSThC5f+IyIAaEpdfsPMiWKPaFvaun/OSZ4TGfEFQl11POSqUiC24jP"
    "91tpMte/mLzy9vPl5ftP1/3FrtnAaG3cpPrjmxJK6+E23ZRQ+iZKKJnAcOYTMaGwROSG0Q"
    "AQQA3TIxJUO+YSKhW0Xn042zs6PkEkmyZ4gRAM/SVinsKMTgozLef0aa4rVxc/yh8KMDU4"
    "cQY8kHAajGgAOjFAQY/czGCluDNSS6V0AnILigieWfs53asT/K9AeywbM7PgXtOk8L5A53"
    "7ME6DWYF3lmbAptZS/emkhCPGEP9zz+B3gBXQnsKCo7wQCUGe8IJIspZCTSfdFQoEkHh9z"
    "4HCtwyH505EYW2L60MJPqNoUcWHHpZ/MOX4QU1hpsDCIFJgNDdZbjADppMkUdybg8Ety32"
    "HkSzLcl1PQbyMf+6gtBfSATcWzBnTeUABjj1ig96vLYlPLOQFqCjqZy6Zuvs0ITBqQCkTa"
    "BLDKq4E2ELOAIRLjImPG4ikZCuHi0eAx2AnYBq7lAicBB0l8vf5hRsKjqux1YYVu8XlTH6"
    "pBfagcXnP/VsNAwpaorrA9HLKnGRRvqJ3WQTcwr5/oM0ssQLUcQHisIk8NpG9hYdhUcnp4"
    "JSdbWJRbBCSA+gLPO3IxYf75OzwJ77ibavXwSCsMnVeBWpI7rtNKS91i+qbWUsNaSwVGH1"
    "iHPvIqoY7S3RSQA1wzX0G4ZHgJnQxU5EYpgUKGWZynCcprZu6iktNyGLibakm24Yz6MqzT"
    "TIk36sYjof+noMbt0HHQI5d/f0teHb482a21m5dfasnyRWgfEWiR5z/NFcnKT3SrKTZKuN"
    "VjmjqyrxcZq8yUrDxe58QQz+7+g5TTlfoONqWbGh6xNwEcoXCUgjapfWZorN4Id6aiOMAM"
    "3H+tHAWOELecIW6VIlaXJaGWg1zVZZfyUi1HFKeq+/cI851gNkGjPPJR/9CwHtwp81FM7Y"
    "hXTeUm61soYgR7o5KPI2uRjOvWkJACJ8RBLdgEZSmEU1hRC2baVYFqiTK1pZ4KpbgAc5Cj"
    "tOM2nSDaQwEfjsJ5/C5EtoSNJTOGls6iYPC91owqUpe3palo9GKxHgP7SMVjezdUMrQy2Z"
    "5iuWQDJNnB8/Xk6PkrjfQPrEfVWoLbOHc+YkYIcWAmtquwebShUUUo87PABcI/4q5WRX44"
    "PDh5jdLqi3QVT7XD36JqOaWk3lxcfDRfv778/H6RclJNxZZq/4VyW4RKSUiUHSW+qAEzd6"
    "lB7PJ6Uxla36L6rR0nOtdJvlYebvQG3lDnFmnXD0AMvJl2qcxEREb0DhGd+RaofiMVrGxA"
    "0HkPKikiY5fEbv6lVbpqLfilmSEPMJuXVk3KXGMsRKLB4OXJ8xPy3+jggL58sX9ko9ISq0"
    "59Ty7lTXmp08XLS9nSj69pVzNN1XyHBgFXISRo1DZrxuusYnASvhx6+gTroFxVazQoKgvV"
    "KE/sZzBbAzbkoEOj0s5DM6aI4A9nqER/u54CAclSvknqyUTphE7GGJJ5g4VVjJraUxnaz1"
    "UoVmljQ1uj76QwlQVb2mxLc9GIzsFPOQJPDBGhB8vWrypLUb2pc8s0LmpVO1JFVavad9sn"
    "clB5i3xU63ZqUPrK/Aiac7142WOztA/6OWwFcK3ZjGtnKYXNCmdlPqcKZ+HQ7/GHNZvGVb"
    "Wa6J2PF4n5zspnWaju5/NxMwyqM8hiS+7l8Q+HsUZytKudONxVkUP49SVNavsSI30HJbpW"
    "nb7cVKqXm2G1MKNuCl19N4WuCo4OGocvPTTS3Iy6JYWW29TFjo4uEOA41wfVlCGN0+c7rZ"
    "7VWjwbSt7jVqiqlfDyElXmrmEACtPplN9Az4mMqNKVpxQ9ByycMoyXTAVR177R375vKzhV"
    "da7qEywXviSRaCvoholZLuNHVcln2olqblxVbax6ap+QZbopg7Upg7XUMli29R4DUJwqpu"
    "IlcDik0Tk04FHMUebT/NIeYZ5kU5X4qFTAVydHiTP/oSW2Hle3Kyxh1RAYM2mgQ7BkVDxz"
    "fltM+Qki30MfNleJdbjOYjDwuM+Ivt+x38k59LAQvdYmFgjTdwvSK43ib8pnbcpnWaC6iv"
    "JZBZoVRt0NpywZYqgoUer1JdgBHXNvpq+cKucruh/VxR9tlSssx2ur6tZqmr3bfaWuZSn6"
    "HVXDevPIKfOLwtGm6lX7qlemLKmr3ClfKEnxLbmKB0/yFhIJ0zFnOmLUTfJjkpjGjo7FH5"
    "3sJlnA3RbZWlI8c3OxZFOxqpuKVQXnFcxbzmUHrQef3YfxQWTcM0FJUs/wiNM1FZRaPM+q"
    "77IYVmtZqi06ZU7eCnCYantVRSpzGFyQUx0UQ8TrKRddhGlTMxa+Jjok8prE9ZsyPYkMYW"
    "a2U6i0wJUdc9Ju+8OXPcyu1NZIOrRthJRXw8pjLl4NnVAe1KcwxrmOS7UhautmNbmIXFk5"
    "qzUeGaZ3slpaYUMul+T8XSw8uUDKbRpCeWj9rfbC0cl2VMazLf6Mq1kpzVZlTY3oRCV9na"
    "JV6kZOKPc1gtr8uspCWCWOAZOli4tg2RKJ0oOvyETrGHCG5W+0Lq/HKAwLN2O2K/NqcLKa"
    "mp+WUWBrsXSMop14XliTQXkp0DMh9cETF0BQTpU7Ljlslu1O6bIAlknQhd6yKRwgcNIlt8"
    "jwoMOYKWK6SvhTGAjfQMG3aCurodWw6o+DowLjoI8J/jCqilIw+377UmOQ30BZrSIA1tib"
    "XkZAbtJ5jHo7e3MISrcYXXywsl+//h8TKcA9"
)
