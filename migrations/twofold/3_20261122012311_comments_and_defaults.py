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
    "eJztXW1z27ay/isYfWk6o2QS+S117twZJ3Eb35PEHcc57Zy2o8IkJOGYInQISopub//73Q"
    "VIim+iSYmSIRlf2pjAgtQuudh99gV/dcK5GAjPfXHhOEzKW3HP/M45+avj0zGDf5SOd0mH"
    "TiapUbwS0jtPUVA1sx/iVKnm3skwoE4IgwPqSQaXXCadgE9CLvBunQufiAn9z5SRO0YDFh"
    "BF3CUyFAFzCZUkHDHy5cPF897JKREDMh/RkPBQkhHcHeZL5rvyBd7MFQ7cjfvDlted+hzW"
    "gV81ZEATwOq//QGXue+yb0zGf07u+wPOgCFpFnLFH3W9Hy4m6trXr1fvf1Qz8Znv+o7wpm"
    "N/OXuyCEfCT6ZPp9x9gTQ4NmQ+C2jI3BRD/annRQKIL+knhgthMGXJo7rLCy4b0KmHYun8"
    "12DqOygNEstbPa584bN5n7v/HT1liqLf/3x92/9yedvvdwoCxafJySK65AgfXwbuh8izv/"
    "7W6y55o6528AbvPlzcPDs6/V5xQ8hwGKhBxbnO34qQhlSTKv6n3lmUcn9E5ajI+HcjGpQz"
    "PkuVEwA89HZYH7NqC8ztjOm3vsf8YTiCP0+PK5j9z4sbxe/TY8VvAZ+r/pg/RyM9NYRsX7"
    "JZOgLXKLD4f75cfy5n8ZIix16XOyH5P+JxGdZgc8TEhMvxlCWbl3pmfT53ftHKgIzpgrji"
    "jVrinFDPA60RqYmpBCUB4wXV0/h1R6bhImMp/+OlOf/s08WveaG8+3j9Nv9d4AJvcxJyAo"
    "Zc7NOwKKX3MBLyMSuXVJYyL62I9EX8j3U+je0Irf7HAT/Qvfa9RfQ+VYjm9urT5Zfbi08/"
    "Z+Tz/uL2Ekd66uoid/XZaU5mySLkl6vbDwT/JP+6/nyZF2My7/ZfHXwmOg1F3xfzPnVT+i"
    "O+GnMtI3X2bcJhtTWknqU8QKnviZRjnlSKOWAz2LHW+bizlC2IeTcK+UlK2fE488N+Mxsy"
    "Q7SBKfmwXFuwZzq3YIODP+Fxh2oTFHdXNMAl7LHxtouG+oQFUvjfSSLmPpF86D/n/uY774"
    "OG5lIYw4A2lkWaZi9EAVwecykTSYAF5Igxk2QQiHGXUN8l6BWROQ9HsXR84TP0n2gio53K"
    "Bc2whmJJkbTpa21FLDtwp9B5HdyXelPIqSJnfwQPGr7Af7CF4u8VPAf1HVbCz9ij/Bqts5"
    "csXV5d3j+g88TbT79P8Ntd5rFQ+5sXX95dvL/slCj1Npj6LlnJGP2xI1X+oEQym+DDMlF6"
    "ug2R/BQvZIxEHkOjPyie9L5YLh3USXfUuZ/TwO1nlBOOiJ7IXUnmFofGvXH+CvXpUHEZfw"
    "Y+dIJ0TjhIu1MKguqhbjX+OeH9e7aoC30ST/jD5x6fMZcAGRmIAJkeCGDQuAUItP31LRRq"
    "1t7drYBC1f8LLF8Ngsbz24E/HxvjyQCgr16+rIGAwqyVEKgay1qek4AN+LcmHF5SmMxjtW"
    "+AuoAdesADCRsG/CBQZLAXdMndArQDd0ZKPcAGDtrhHvxX3ONrbhI5yZzWEUzeC0/J5TQv"
    "Fnjyxvh/msai/+ai/2t9ASm1fjflXsh9+QLv11SdF4ICbDwJF7mogP4kbFjAHHVmwwJGhQ"
    "UsXmyjAlbKG0jZAp4W8NwuSzcHPB8LvglDtMk6pfhNNNatBnD0rJoAzgcxJ2IQMp9IMWbh"
    "CHgbWYISLNoxB7mTOcIrAYd/SQ7vDPnzjg2pD5r2z3PiiKmPcxQuA1bkJBCYP8eAIgJYiq"
    "DOju65AdBzuA5Y5zrGxhJeawgVmTkfifFaLnBb/lkFEjQd35XptSs/XAEFJQQ5YfBa8LZx"
    "lv0QH+J579Xx2fHro9Pj1zBFPWhy5axCBFefb3NOVPw5NTWz0nS7caAM2ZD3wsgqmAWPtI"
    "tdjin3Vmdjp4ar9zKGE5vlYoNW8+/1doJ7iGR+iIgfe45LdclQCJcI2FHOH4odSML9Mkhw"
    "S7ewYQmzLOyqzWgyDYCiUWQiRWI0cD5jAR8sCBgDwA4WroWH1wtUVMQp8mCtUgNNuJ0QGM"
    "3rX+A7Z4jGxlrkXOuO+Yh7DDQG6getOdBb+U4S0P4glbqh7KxUeid1bDSYtVIuaiwrGFuq"
    "sJNghUW8V7PeIt42Ed5UKddLkYafNh2v93VnSS3obbKcLehtQe/tsnRvQe/LbyELfOpduW"
    "AE87A8e7EwqVsNHUTT4feq+ZzVRhBUWSSY5NQX6IqT6wnzr94jzDzjbpItBENFsLQ5dYnf"
    "/1uHSznVL6Kc3v2bweP+YcEAQ8GApazq+j9LCpPd0zW9n97JSS0/86TCzzwpZGtFX0EDJq"
    "dILJfrcdm6mau5f7huprVLrV1q7dJSu/SGOWLGgsU74bJSmzQzodoeDaKpwA23rimqsnUF"
    "2I9oTRLqqMQHFVoi8xHzFTQsYV0M38NCIlBRfXhB05EnGsedisbqFta3YSyzdFOV5YpvYm"
    "PwPkNksfuHsXsL763zWptkRVl4z5pRBrB0b82oL0xVb5daUPFYtfEk9azaCN5dIOYIw3E/"
    "KvXDRNM74S5UsT7YLdx/o2qdHCHuOUOzppbB1OrK1lQyS/9UmUo20WEnxhJmgwu3UVlmim"
    "SP6zIxJR6UwEKFCTD9fST03zRg5BkdB11y8+M78vrV2en3hpZlqt0HdoCyNiSrP5Es1e6Q"
    "2s629E8Op61Vtd+rqNrvFav2ozSwJmxOkZjLY1W1r/vefCfJ1c8b5bsd1wHIj1fj48cWHr"
    "fw+LkaHGEA2VlT9mX0+/MGYI6qr3cij8pwxfYEP7GPz93C1mTS61HL77dZek9CzLYw/SlI"
    "2YJ4FsTbLku3CeLlukGWOAhvI7of/3HDPNXjsoLP7XWCbL9aZshnTAFty9aP8EeXTH0PHA"
    "a8zqUqaRaDgcd9RvSxLhs2gfx7qzDprQgn79mMO+Wx5tRwtxIsDWEisBVnNkp5/E5mg73d"
    "COEc03ssrYfN6fkdlQxrG9lz/JNMqJRzEYAAniE6cdo7el00Adtf3QKnZun8bgVwKhn1wP"
    "gB0QesxHS6Zd9W1O8XCE3O4lPIhRxRxPn1E3dBMTnBYoJ9KqY+5v3qZIpgpj4FMW+h9fvt"
    "5a+31TBeYl19vP78Uzw9j+1lUQ508/oyZJOS3YMPV7ZbyJDtruPCyzXkpJQLPioWYqNUtG"
    "cbaRsSgkLyz3UHYdhEVEVmOAdlWheG0p0afuj1jo7Oei+PTl+fHJ+dnbx+mbRsKA5V9W54"
    "e/UTtm/ICK7Yz8GCU6sFcrjgFPzSAQ/Wzi7J0O6NZ6oxKYyx6t6uyZeLhmHAh6Nw2QU8xE"
    "AtmB9kweo2d92T12PP/NlHDVu26M42SaF4yPW99tmtgP9s2/E1gfct+72beVqKkWU+Vszh"
    "Cu8Kn7O2W6UPH9Du6TLDtsxFqphp3R2zdEKVu/PYnUq20jLuo5iD/+KAd25O5xF7MsCWTw"
    "aIjKrGOU8FQpM53qHBUPg97ur0mh9evTx9g16hLxKr8lz3SF/zzd9ClV4gvEZvfjx/h3kf"
    "zlSGYqy30l3k2NRKsanIsMmzmMs+bOx8VsLntwLYSf0VG2iaLsfvOyDcFsNjJb/bbfLt9f"
    "XHjCP09iqPL3399PYSVI9iPUzi4Qr0Qvf5U73H+FrObOkCe+bRUt1XULUTDFV+RZwApTxb"
    "rNNi7hN0Yi20tVoRHi60Bd9yXBiQFfk/9UC5xFNUuwOhXzX82t+ha6cb+zkj6g+ZfKPOJ8"
    "OwJXq4+PXrASJAtrpZ6EJMyYjOMIbA6sYO2mga3AABSSXNqWhrqnHrBmHoC7VW0i12z77Q"
    "laHkTI5h6sy9TTiVnO93iEzK9wLegFHZ/sMHyazy7keb8Kyk/dIhcq5Yp78B0/L9AQ6RYe"
    "navA1YlSoEPEQu6bKGTZnU4nnJLfktggRsyCXoBqx9DLNnSaBBAw6xxO7omgEETHKlQODu"
    "cZQOJmXWkMwbbJqola/Ab4P3eplDfUF3mjK4lxyKnPG1NwVVBzwIhB++uFiWYx0ip8YMz1"
    "6RIz5pgVefksUOlV0icKOY4macusZ1DpVJAZtxNm+BSzdqoUNiU6Os5HRNe5InvJqrcY5C"
    "DeWfTVA2wkBph7eNzm+bAm8C/r+KWSv7hhVndavPdEvPb9JB7ILgZH1WDU2aVzg0CLg6Lg"
    "0uasMsdWyNMuEk3C/0imGvdla0KQ37k9Jgu4TtoPEFeD48YE7Ynwa8UXA3R2dysH3t8G7d"
    "HgqVTRQKQV71ijoj6uGdGkXUi5Qms73zpXdyqvMbzk6PTsnv05cv6dnxi96jnvSYyuQRfp"
    "kBUpHKI8rTJOtx3TDDI8vdk1e9GuyFWSv5q8ZsaYCNn9q+BOvYSSZJuV5yhG0v+iTkrODZ"
    "hqUcaRrbm6CyN8EwBq43bU7QIgJuYpVG+pUyqsdoFBkrA1uWQbMKhCUVn6uBqvgElvKwp5"
    "Py8hELGdMFofJexb50koIuWz87+eFVZHP3vtetQbmrjv6Ff/2pbwsM/bMEadnWXSz6YpZe"
    "6lagL7bOYbt1Dg3xlp3DLI17KF7BBz8Sqn3GcN16nW2c4KS6IjTGEXNkBnv8nai1c5zVQM"
    "lkegfKO0HDsbRPTPF4jfXEsl3QsVHP3QLh/nbebUO9b6WdLo73PTGEV6a/tqAqF7FCa11o"
    "2jzWN2ogphyZFUzrgpGOaCiTJcX+ikMf8MQzboOh3cNVD1ndy72JfZAjM9nqxbgFrBH5Yp"
    "Fhc0clmAjgzGUvI7fWsRGO6ljIR6sN5KNiKaSrU+771Bs2EUyebocW8w0GvJp+KYoIBXGZ"
    "UDd2T2p5JxXOiS1DXUcdtViGaiNlq9/1w42UibnfuEtSmmYDfOth17SN/h2GZOm3i9grCb"
    "SB2NfsqvSkRPVgHCD9/q/fpvjxykR3hAlhu8kChj+Cx0VgPhYX1gHr9k+6Mag6Sew5b9gg"
    "1NbAbM4lnQzdSuWfToQ+5Lo/WzD0EIcmUzkCmzBg8MhyY1b9rFa70YsdEsu2GxeONFZpYH"
    "ipzaoiwynVWfPIbqo6nhPqeWKOJz8mMQAp9BaQnJ2DHUqpvGd6i8fdfUhLNH+Ly5YEf39L"
    "+lPqBTt/2HCwoeHgp4ljGgsrW8BgpSgOGDBI0mmaKL8Mkc3GKzk71Ig+1WYYSe1CJeYdvG"
    "SE4dlt2oG6qAPa4Grtnh5mfvkPsjWj+IzKGU356GXuQdaFr/AQ8rBBnbJcTaPN9jlVhxmA"
    "pZ4cJo91tGjmo+2OF8MRiKJLGKw2V+dgqazP16e98gOXWl7dJoyapeurPITUy9g4266M1h"
    "bv5uK0xTw6tXGsxfAipWX3g+y2PrBRPjDclwUz6vVLRLLyuLAs0e5ata4Rw/kA+6Qn/KGK"
    "00QbK3ytuIni1kruWDhnTG0eRGGz2Axvhw1as0mjnrcWHJEhtJWAJlcCusxfr0d6htDK2G"
    "QZW1xxtco8XFzRluw/jY/bluw/DTnbMEHLYYJHbIKwq/Q/Xa+B571EYf7UWaaI0rVzkOn6"
    "sQSLe7eIexfe7Tb4Wjelan/f6P3tUqFlUxZsSKRWEWdYZtzVzEPCI8wzrUPJEE+QiROHdO"
    "rpgI65t8BT76hu7YkJxyCquL+ECiI4WFE+CFQG8orspC3ezMYfTNuTbYbSnqCz+EVieYCz"
    "Jp5QRr8//qU+WA8Vj8qc9CgeFx+IGXOxnGKZL/lM1ZHisxfDqU/AUbFo0xNEmwI2gz13Ha"
    "lnKS0IYfS3bUGIlkGI6LyrhizNUu0BEIFpQJHfNuQz5mNTOcJ8V6pGRqoycep7eDgtXOc6"
    "wUgMBh5HN0DV4m0dptiXDNL9eMf3KoHURMDH5o+agKPJ5TmCm3K2/pGEh6qUHxROdlvLSA"
    "d+Bfn89eNHWwqelIJPWDDmimEa6OIa65IK7NKV/okwlygpyE7hZXGNeLt14ZuXOpceZrRn"
    "fp7R5eE7O8xzB1B9zgUdgA0yauerv9GLHdyxzlsNSGSLyssCE4Wy84oARUnB+8ORCqUYaQ"
    "C3DUHBKVXn5wIJ0YJdMh9xZ5SEFAjWZRM6YtRFMoT54vPIVAHDD696pyXlEbu4oY1YmOXc"
    "dCsiFtOAN0/cT9HYlH0dkqhI2V9+bk0CQ1mq3QeHHsdNt4XqFuLPzLMJpRbjtxj/Y+KfFq"
    "zb/2LvjHtY5ujk/ccKP6fot9ZMyAJvQC69CazL9tm3MEp+Sh2YrJOl1BjCPxokUhAfXB+v"
    "SMBqcXHrvpilm6rcF91mu6kDk6WyLsyDLoy1oK0FbS3oQ7WgbUnWk5CzPUXVnqJqgJdkbH"
    "3KFxAT/ECQVKfMRUoNdysdJKkn9u/ZonZHLJhLJpQHOjSOK0hy9T5yXwpHmt6XH5m67irW"
    "4TFLyXQrHB7qDUUA7uq4ib+TITL6mCgTTyIChR02OoY2ITCa1YiBnOtzOjFw3VV9s6eSuZ"
    "jo8IboQ5TekAAst4C5qZlEhtzz1jrGs33h6HNG+/+e3zcKrmWo9iG41tEHXb866xIaJ7gl"
    "EjH0WDvJKPZVKpXNLbx9q5LF01RGf0KYTBHvuV3CfCdYTOChyBRuEyigUbJgxoL4aBN1vl"
    "0LNVaXv95WCytxPD5ef/4pnp6XoIV4LMSjtPy61ZE5Wuv9m+z9R/v4WhVvaUorZdOkXMAk"
    "Hsl/vpytOmtGj3QrvWY2q3/OzJe4bXN0phgsC29c0QxaOfF3/3f/KiT4nFLt04GYqwx0fT"
    "xZnHaObvKMelMmz1XJNMfGl56rhwjuCop6vNzwwffGnT6Yekxa33rffOvmW6A1eYzSkXVM"
    "HvX/gpxXe/PxfKM9kRsmxTRwdEuZeVrXnWPPB3fqhPLFdIJvZF1vMe+513Pdq3z3gvMeRE"
    "/dRBxpGpNFsm7svg6bT1dz+bTIZDEvDfpUsDihOEQGt54cAaaKaFp+nabZaj28KZZ0g2p2"
    "Z0R9tDAL7FyN56VI9reNkoKTtEka1ddoIyXqC6Z/okFQnyl+x5XLxhMRMt9ZrIrd5aZUey"
    "J8OblxDE8H3uKjZlTFlEoupGQe8JB1l/szylddw5LDVcG8TZYrPesyOTgcVrcnXRrriaw4"
    "3331lp0QmLxjKwWnepGhMy11ou4bAl9buFDV+jMuOeyLtQ+QyGzsR6c1NvajvOOx3NhxKL"
    "sR3WtVUVcG0XSTJbCmzdQ7OanBW5i1krlqLMvdAdyfBZOAl2XNrOZyjsxkbneuB0u9fA66"
    "WqAiVnnnY7pQ8dYRdglVgSLgCqr8tV799m1aMQ1VanwTIyxNs5EVtsuSfwf5rvC8Lv6PUQ"
    "c7iZSUGZgRUt2vKN1OU+APC7F6VOP67/8HpjpZZw=="
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
