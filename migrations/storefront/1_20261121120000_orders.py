"""The life of an order: payments, lines that ship one by one, products that may go; versions of what is changed."""

from tortoise import BaseDBAsyncClient

from twofold.migrate import run

RUN_IN_TRANSACTION = False

VERSIONED = ("addresses", "vendors", "categories", "products", "reviews", "orders")

ADD_VERSIONS = [f"ALTER TABLE {table} ADD COLUMN version INT NOT NULL DEFAULT 1" for table in VERSIONED]
DROP_VERSIONS = [f"ALTER TABLE {table} DROP COLUMN version" for table in reversed(VERSIONED)]

FILL_LINES = [
    "UPDATE order_lines SET product_name = (SELECT name FROM products WHERE products.id = order_lines.product_id)",
    # When exactly they were shipped, nobody wrote down.
    """
    UPDATE order_lines SET shipped_at = (
        SELECT coalesce(placed_at, created_at) FROM orders WHERE orders.id = order_lines.order_id
    )
    WHERE order_id IN (SELECT id FROM orders WHERE status IN ('shipped', 'delivered'))
    """,
]

# Every order that was placed gets the payment that it would have by now, or nobody could cancel or refund it.
FILL_PAYMENTS = """
INSERT INTO payments (id, order_id, provider, reference, amount, currency, status, created_at, version)
SELECT {new_id}, id, 'sandbox', 'sandbox_' || {hex}, total, currency,
    CASE status WHEN 'placed' THEN 'pending' WHEN 'cancelled' THEN 'cancelled' WHEN 'refunded' THEN 'refunded'
        ELSE 'succeeded' END,
    coalesce(placed_at, created_at), 1
FROM orders WHERE status <> 'cart'
"""
SQLITE_ID = (
    "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2)"
    " || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"
)

SQLITE = [
    "ALTER TABLE products ADD COLUMN deleted_at TIMESTAMP",
    "ALTER TABLE order_lines ADD COLUMN product_name VARCHAR(200) NOT NULL DEFAULT ''",
    "ALTER TABLE order_lines ADD COLUMN shipped_at TIMESTAMP",
    """
    CREATE TABLE payments (
        id CHAR(36) NOT NULL PRIMARY KEY,
        order_id CHAR(36) NOT NULL,
        provider VARCHAR(30) NOT NULL,
        reference VARCHAR(100) NOT NULL,
        amount BIGINT NOT NULL,
        currency VARCHAR(3) NOT NULL,
        status VARCHAR(10) NOT NULL,
        created_at TIMESTAMP NOT NULL,
        version INT NOT NULL,
        CONSTRAINT uq_payments_order_id UNIQUE (order_id),
        CONSTRAINT fk_payments_order_id FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE RESTRICT,
        CONSTRAINT ck_payments_amount CHECK (amount >= 0),
        CONSTRAINT ck_payments_currency CHECK (length(currency) = 3),
        CONSTRAINT ck_payments_status CHECK (status IN ('pending', 'succeeded', 'cancelled', 'refunded'))
    )
    """,
    *FILL_LINES,
    FILL_PAYMENTS.format(new_id=SQLITE_ID, hex="replace(id, '-', '')"),
]

POSTGRES = [
    "ALTER TABLE products ADD COLUMN deleted_at TIMESTAMPTZ",
    "ALTER TABLE order_lines ADD COLUMN product_name VARCHAR(200) NOT NULL DEFAULT ''",
    "ALTER TABLE order_lines ADD COLUMN shipped_at TIMESTAMPTZ",
    """
    CREATE TABLE payments (
        id UUID NOT NULL PRIMARY KEY,
        order_id UUID NOT NULL,
        provider VARCHAR(30) NOT NULL,
        reference VARCHAR(100) NOT NULL,
        amount BIGINT NOT NULL,
        currency VARCHAR(3) NOT NULL,
        status VARCHAR(10) NOT NULL,
        created_at TIMESTAMPTZ NOT NULL,
        version INT NOT NULL,
        CONSTRAINT uq_payments_order_id UNIQUE (order_id),
        CONSTRAINT fk_payments_order_id FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE RESTRICT,
        CONSTRAINT ck_payments_amount CHECK (amount >= 0),
        CONSTRAINT ck_payments_currency CHECK (length(currency) = 3),
        CONSTRAINT ck_payments_status CHECK (status IN ('pending', 'succeeded', 'cancelled', 'refunded'))
    )
    """,
    *FILL_LINES,
    FILL_PAYMENTS.format(new_id="gen_random_uuid()", hex="replace(id::text, '-', '')"),
]

DOWN_STATEMENTS = [
    "DROP TABLE payments",
    "ALTER TABLE order_lines DROP COLUMN shipped_at",
    "ALTER TABLE order_lines DROP COLUMN product_name",
    "ALTER TABLE products DROP COLUMN deleted_at",
    *DROP_VERSIONS,
]

UP = {"sqlite": [*ADD_VERSIONS, *SQLITE], "postgres": [*ADD_VERSIONS, *POSTGRES]}
DOWN = {"sqlite": DOWN_STATEMENTS, "postgres": DOWN_STATEMENTS}


async def upgrade(db: BaseDBAsyncClient | None) -> str:
    return await run(db, UP, __file__, "up")


async def downgrade(db: BaseDBAsyncClient | None) -> str:
    return await run(db, DOWN, __file__, "down")


MODELS_STATE = (
    "eJztXWtv27Ya/iuEv6wH8IImadIhOziAm6ZbzppkSNx2WDMYtETbPJFJl6KSGlv/++FF95"
    "sl23IoV18SWeJLyw8p8n2f96K/ey6nDE0YJfxgYNsMuW7vDPzdI3COxEHe5T7owcUieVGe"
    "5HDsKBmoGyLddOxyBi0uLkyg4yJxykauxfCCY0pk8wFYUJdDB/hyABMAgeci9oMbnhtT+n"
    "Ag+7OpJTrEZFpf1CP4i4dGnE4RnyEmOvj8lziNiY2+Ijf4uHgYTTBy7AQM2JYdqPMjvlyo"
    "cx8+XL59p1rK2xqPLOp4cxK1Xiz5jJKwuedh+0DKyGtTRBCDHNkxWIjnOD6EwSl9x+IEZx"
    "4Kb9WOTthoAj1Hgtv798QjlsQU8Cc6oY59oG7XPSDoaYTt//h3GZMYja5vhqO7i+Fo1MsM"
    "i7ybFNz+KYsSOaSYcDVVvul+I2z0BJJfcP7r4PbF8em/FBpioKZMXVTI9b4pQcihFlX4R4"
    "AzZOEFRnpmJXE/n0GWj3tCKAW/uOV1gA9ORMhHszgAMoCqAXB7c/h15CAy5TPx8fDlyxK0"
    "Pw5uFeCilUKcisdOP5DX/qUjfU0iHyHtYIIO66AcCuwhwkeVED4qQfgoH+Gjuggf7RbhXl"
    "PLww7w1XuAwM9GdVBOie3lbK4EdgnWaagtzJd1MA7a7yG4jSzGFvUIZ/UgjkRMRrl3eXcD"
    "jg9PT388BNBZzOCPRxl9rtKcrjKli2d0BnCGJDQjmKNovBVXOJ6jAtwTkinobV/0IDgwZy"
    "CqT3fxA+0b4ix9dbME+OHl1cXdcHD1u/y6uet+cRR+g+GFvKK2svkydfbFaWqUwk7Ap8vh"
    "r0B+BH/eXF+ktcew3fDPnrwn6HE6IvRpJBT+XqgZB2cD1BKj/oiYK9HIDPlHfSF/xGNSqe"
    "HGWuVsYoAPaz5m53I5cIEwcIA1g2SK3J+Bi4gNMAdjaD0ATv0LgIqxBU8zyMGSemAGH5Fo"
    "iUjVx3Iqf8KPR4evXr/66fj01U+iifqZ4ZnXJTPm8nqYehKl1TaqZ2fFRLZpbGWHJWNtNf"
    "jYrW9PSet18pBrTkmkssi+E+Y7npLf0FLheynuAxIrTxsKTMoPfj+thDQ6G30/g0+huR+f"
    "T+K328hBXG++g7vzwduLnkJYPkRPkNmjAqgps8U6kQX7jS/37rdb5ECev5DE6JYb2U8FrP"
    "0fYsquUYS1wo4e0RhmCTSzl+ZH8/QZSOBU/ST53fKb4vSUZ2N+oVShIgIratFfyWHJtiMk"
    "GuPqPJa/rnK5pLp0jsbUXoI5tFEec1XeeDVX9VnsR8SmwYTVaog4Fs0+pz6JZYJ6TD/YjD"
    "5FErqtxXN66agwU6iw+qppp5K2TyWdQKsWexG0N9rm+ySWLiQ1T0v8SoDJGRCA8T6YMriY"
    "fRG9USbOujhnhaxmgleywEsM8LQ5yJDAw+W5emgZ7xyXWmtEDNvFkzifvqqA8+mrQpzlpT"
    "TO0Y5UHeVIxuRZvy7IVSbzafFkPs1MZmjxXCO3GOJIYg8BPq4C8HExwMfZ1SLUpSrP4VBi"
    "DwHe/jLhMxhZhP97d3NdQMtFImkFCFsc/AMc7DZG1qyxRQobHCBozYD6gdoc0L/BPgNjNB"
    "HWCYDEBnDCEau4S5YMgwQuoREF8L+4GvyRHpnz9zdv0qqO7OBNdqGhdbmbuMwG5oFh++Ym"
    "FkCcnowZdlUBTQh1iJbSYWry7ZAPMxPTBEcT3ECCEIs/pAlG7PoGDM6Hl2ItyZm4mwAbo2"
    "s+hp3tKbqJJ7YI3mLKsWlC7VwgPqXFdFp4vb+KTLN0yxpM2piJ+TEDdKIdGZBDh069XB6t"
    "rGkX8WXWktwvobnU/xqqdNB+DxXpRkILXMeb1sE3aL8dfFdP53ajKyY7zre2LwkvjD/CBe"
    "Z2g/7kl/Uw7ik3FIBzSqbAxWNH4Ow+k4e489qb57VfQIZIPl9avFsmhBo1VVrvuNdQbUmj"
    "jmtsbYR2pQM/MbESGvXtxd3w9vJ8WM2Hb82wY4uusrjX9eJvFfJnN2N8n1tsejJqexbfQr"
    "jD77qnFupuzxbxcIXmY7G5zfCiV2CixVr0Vxlp87BtZStNxsuIrYiCJ8oeXDChQlEA2qrN"
    "s9RWNc+x1j7HKAUVw/RXZ78Zar8x6hTYbxfEm2d2qZRbxNmxLSf6hpNJTYR79EncyRlQ/+"
    "6J6uIMRD09u/u6i2Yuhn5/Q0e6yNm9cb6Y9tQ0YtM8j5fAUGhX2jTFXoIwLDm9GOzQs2Xm"
    "EtBkpHfTWr2O+y5Q6MOg8HJdPopBX63Gf5JUEiUIjL2l0M/H1JvOOPDPyc2+D8QXzNVHob"
    "HPZUCCnpNZHnDjzqqEPauu/cFLqi1d3LJJBoFYYriXwwxUMwki6R0aBRZkvK5NIGXOgPx7"
    "TxYOtGTcjv4vPkMsP4m/wloQlvVCXvQP7sWNOPgRMXkuPLwnloTDceTZ8PCeiKfcEwK2jK"
    "DVR2ZYHJxy6GTH+Eo84Mv8JyuUSBsZyMJz6By81f8N8X9s4xl6c/lLlji3PMYQseql+sZk"
    "dvhUXHy4rftQyGTfV0eHr9cK6z6uEqdZHKaZnqKE8nqOZb/93hVfOKnk+DwpcXye5GSsd5"
    "TDd0g56A1ujUFPCG5hzM10mpg+xAEmXZJ8y9ztcdunqikTl+moqXRUlFDGhblZE9KkVBfB"
    "UMb2qelnFiNlJM8Xf0wLQhdyJu6WWNRYbcc2ztiV4CYf2A0iQ2Rptm0Vd3gv+tqjCV0v3i"
    "Ee4rSc58Y4BaDeEDSk4k/FQJKou1bqjvm4rkMiq/lVRiQHE7ACmTwKJ36lgq46mEeVYyVA"
    "ddAH46VSuOTN6Iw2rj4vGLZUjvgM2kLRQkQeP0EXLDzVgOVG/TfwDbnhJzQg3P0v7AJQjO"
    "Wb/REa1U0kSMuZnFCgHSx6UusHQM5jC0qSWJ6ubJc0X5XziwcJzy0XWRgRHxfZnfHYJAO0"
    "7RppBPORWs5qUe5Jsefh3Z/HbMml3n0HzBrsVVKyo69Mpq+02lJvF47LdFRJOtXD3ydr5n"
    "okpLpgs1KuJNQ2t2DSV60faOhkXWnSx5/V1WFRiyi9YAvYbjVZwUS+JPnU1uZLmo6RCmz8"
    "AuM2RgGUm7Y+9VAnUgq70jkwRiqqQ+cwhPan+CDU8YKoqIqCXcq6Wat1v9zifMS5K3aptR"
    "nKmGxprhlj0ECRLTRBMuqlZq24mJDJMCcMejUxwIPQaLVv0l+ewHi5ZnnEBhLd4Vz6TmuZ"
    "n5HId296tifqa42pbFLQVwuDTxeI2BKvmqj7YmfAP7gnrmdZCKlg0fCwbXGlXVhZMfT7G1"
    "bWhRyZF3JkEo/2rFWEtsj41LGcV7JDgXt8F9yQCQOwPjNUQF1sTkf4dFARHRGxRSvoiFg1"
    "jSpudj4TcOmSsUEhBbFSOE4OBbGqcZXEq0gryqZdyRdJ+GX+ll1ulhGrTr+EueiK7TXr/O"
    "6K7TWJbvzOMiAP0deC8IKU2B7k95Sp/hd/DBNaf6bQd6j5v7+5/iVonq7+nXYB1g096KIO"
    "old7uuvEbiTFNkaxPQEHLefP2p41KVRU6yELc2HsVtje2FKmzxa11UIu0mZwUjsTXgmdAf"
    "Xvniy8sYPdmUqHDw7vCWTWDD/Kk8FRxzcavtHtMd/oLew1Rz0p2Y26KaOeExqYKVqqCaF1"
    "Rj0p2Zr4T13E2wUEIcU3uxzLLsYeB4Sq9466CLnyCiRLVZRn8xcNGT4pOt9DG3wPKUaxKk"
    "GYEusieVtW4rClXp0WVDg00V1TXOAwP/M5eLq3BG+NCu2GrgYrEU6thxukP6dyQZPwd0nQ"
    "KUUTz2Hu2yvXrI1/KbvbV6wYesToaQtg3aqO9gmmDaPpY8X64DQH4Cuh9A+p/Ftj1RzCae"
    "s8UyXL5ZyKFXGU47v3fyeTU08YfrnvvaBMjcMDWvog++tsOEL+lWRSBZ8xWR01fiEYn9x0"
    "FnF+lIH7W9XYBL12lAcohOtLpSiFUbS6VSoJgC3uMSTf0weD5OXcxP6idl1ihFnqbx8Uhx"
    "d4LKcmaLGHxm++h8EFjZRchE4OcVXyUncnj61qo7t7B6EF+/oev2dzfnVZw42zDV1u67Zy"
    "Ww0o/++bLwWaWmTclOtoMWtqtXJ2E9Tr/8EFdIGJ1EKE+iVr9BcqahVlcmsqxeYr9MQ0zL"
    "7V63NqkLpQUnN1PQGOn7WUBP1uDh2ncNOMpEwu9NM7lK6RE/mKr5y3XZRuoMdHr0/DvVN+"
    "KNs2764G799n906OedE71fJRDQX2UJU+PKkU9HFSEvVxklH3pPMzC3BxCGnQfg+U6V3Hjr"
    "YwCmprGZlis2ZURz35RzLz8n/I4jrzUh9VXF+6SKguJqbLvPwOoh+0clzTck4IdYZz28iI"
    "lkSTtJONMMKd11+DjsiuCpvA+3284jGxEJrG8ki3YgHF43scy/mdwFNYxfP2RJmt836njH"
    "oLNyBoXAAtRl1ZPliFh2CUmzdcV7zz05m1VPdLuJvnTQM2KE21ErdQQi1oZmGjOg9rxnQk"
    "IhE2j+vYYL9tXWxH7Lem4zvCSJlkbEdyr07Hd0SRH5vGdkSvfSjbRPzA0IJ9JAobLd9K/N"
    "fvVt1NZMkIxIBcAIVBFfX5s/rMEYGE6+0i2ieIqk2PmS536YIxcqisRUHz9pvtf0G3I3U7"
    "UitMhh2Ub+wKUzRaHHNMvRzLt9ifEAp0DoXaDoWOqC6e6h1R3RHVzRLVNWydOHdl45IXvV"
    "UN8R/Ibi4Ir5S0Y2bFk/JkiDmaj8WMneHFFhIirsLOWriSVYKr2AZeM9Nmn4DaPpX57f+/"
    "WCpm"
)
